"""A Spark cluster of two workers on this machine, for tests: each an executor in a process of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REQUIRED = "TOKCOUNT_TEST_SPARK"
"""Set to ``required``, a machine without Spark fails the tests instead of skipping them."""
SMALL_JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
"""Starts fast on few cores."""
LOOPBACK = "127.0.0.1"


def need_spark() -> None:
    """Skip the module that asks, with the reason, where Spark cannot run."""
    missing = [name for name in ("pyspark", "pandas") if util.find_spec(name) is None]
    missing += [] if shutil.which("java") or os.environ.get("JAVA_HOME") else ["a Java runtime"]
    if not missing:
        return
    reason = f"Spark needs {' and '.join(missing)}: pip install 'tokcount[spark]', and Java 17 or later"
    if os.environ.get(REQUIRED) == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)


def home_of(folder: Path) -> Path:
    """Spark's own files beside an empty place for what its workers write."""
    import pyspark

    home = folder / "spark-home"
    home.mkdir()
    for entry in Path(pyspark.__file__).parent.iterdir():
        if entry.name != "work":
            (home / entry.name).symlink_to(entry)
    return home


def environment(folder: Path) -> dict[str, str]:
    """What a driver and its workers find in their environment."""
    return {
        "SPARK_HOME": str(home_of(folder)),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }


def settings(folder: Path) -> dict[str, str]:
    """A quiet session that listens to this machine alone."""
    return {
        "spark.master": "local-cluster[2,1,1024]",
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.driver.extraJavaOptions": SMALL_JVM,
        "spark.executor.extraJavaOptions": SMALL_JVM,
        "spark.executor.memory": "768m",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",  # compiling what runs once costs more than it gains
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }


@contextmanager
def cluster(folder: Path) -> Iterator[SparkSession]:
    """The session of a cluster that ends with the block."""
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(folder).items():
            patch.setenv(name, value)
        session = SparkSession.builder.config(map=settings(folder)).getOrCreate()
        try:
            yield session
        finally:
            session.stop()
