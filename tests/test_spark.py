"""On a Spark cluster of two workers: the rows and the report of the local command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import in_process
from support.engines import (
    LINES,
    SELECTED,
    TO,
    TODAY,
    assert_same,
    counted,
    local_rows,
    selecting,
    table_of,
    write_logs,
)
from support.paths import ROOT
from support.rendering import render
from support.spark_cluster import cluster, environment, need_spark, settings

need_spark()

import pyarrow as pa  # noqa: E402 - only where Spark is
from pyspark.sql import DataFrame, SparkSession  # noqa: E402

from tokcount.errors import UsageError  # noqa: E402
from tokcount.spark import Input, drift_report, read_lines, scan  # noqa: E402

READ = Input(log="value", source="source", line="line")


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_logs(tmp_path_factory.mktemp("logs"))


@pytest.fixture(scope="module")
def expected(logs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return local_rows(logs, tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def lines(session: SparkSession, logs: list[Path]) -> DataFrame:
    """All lines of the logs, in an order of no meaning."""
    table = table_of(logs)
    return session.createDataFrame(table.take(list(range(len(table)))[::-1])).repartition(5)


def collected(rows: DataFrame) -> pl.DataFrame:
    return counted(rows.toArrow())


def document(*arguments: str | Path) -> dict[str, Any]:
    """The report of the local command, without the day and the command that only it has."""
    done = in_process.run("drift", "-f", "json", *arguments)
    assert done.code == 0, done.err
    report: dict[str, Any] = json.loads(done.out)
    return {name: value for name, value in report.items() if name != "run"}


def as_options(asked: dict[str, Any]) -> list[str]:
    return selecting({key.rstrip("_"): value for key, value in asked.items()})


def test_a_log_has_the_rows_of_the_local_command(lines: DataFrame, expected: pl.DataFrame) -> None:
    rows = collected(scan(lines, LINES, to=TO, today=TODAY))

    assert_same(rows, expected)
    assert rows["flags"].str.contains("duplicate").any()


def test_a_worker_that_is_killed_loses_nothing(
    lines: DataFrame, expected: pl.DataFrame, tmp_path: Path
) -> None:
    marker = tmp_path / "killed"

    def kill_one_executor(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """After its first batch the first task kills the process that runs it: the parent of Python's parent."""
        for batch in batches:
            yield batch
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            status = Path(f"/proc/{os.getppid()}/stat").read_text()
            os.kill(int(status.rpartition(")")[2].split()[1]), signal.SIGKILL)

    dying = lines.mapInArrow(kill_one_executor, lines.schema)

    assert_same(collected(scan(dying, LINES, to=TO, today=TODAY)), expected)
    assert marker.exists()


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"to": list(TO), "by": ["model", "kind"], "top": 3}, id="money of own models"),
        pytest.param({"by": ["role"]}, id="roles under the three encodings"),
        pytest.param(
            {
                "from_": "gpt-4",
                "to": ["gpt-5.6-luna"],
                "by": ["day", "vendor", "script", "tag", "source", "week", "month", "user"],
            },
            id="a named baseline and groups of every kind",
        ),
        pytest.param({"to": list(TO), "by": ["model"], **SELECTED}, id="a selection"),
        pytest.param({"to": ["o200k_base"], "top": 0}, id="an encoding without a price, no groups"),
    ],
)
def test_the_report_is_the_document_of_the_local_command(
    session: SparkSession, logs: list[Path], asked: dict[str, Any]
) -> None:
    options = {key: value for key, value in asked.items() if key != "top"}
    lines = read_lines(session, [str(path) for path in logs])

    rows = scan(lines, READ, reportable=True, today=TODAY, **options)
    report = drift_report(rows, top=asked.get("top", 5), today=TODAY, **options)

    assert json.loads(render(report, "json")) == document(*as_options(asked), *logs)


def test_how_rows_are_spread_does_not_matter(session: SparkSession, logs: list[Path]) -> None:
    table = table_of([path for path in logs if path.name != "resent.jsonl"])
    frame = session.createDataFrame(table)

    first, second = (collected(scan(frame.repartition(n), LINES, today=TODAY)) for n in (1, 7))

    assert_same(first, second)


def test_nulls_and_bad_rows_are_rows_with_their_reason(session: SparkSession) -> None:
    good = '{"messages": [{"role": "user", "content": "Is it?"}]}'
    frame = session.createDataFrame(
        [("a", 1, good), ("a", 2, None), ("a", 3, "{cut"), ("a", 4, "")], "f string, n long, text string"
    )
    given = Input(log="text", source="f", line="n")

    rows = scan(frame, given, reportable=True)
    found = {row.line: (row.kind, row.reason, row["o200k_base:input_tokens"]) for row in rows.collect()}
    data = drift_report(rows).data

    assert found[1][0] == "chat"
    assert found[1][2] > 0
    assert found[2] == ("skipped", "empty: the column is null in this row", None)
    assert [found[3][0], found[3][1].split(":")[0]] == ["skipped", "unparsed"]
    assert found[4][1] == "nothing: a blank line"
    assert (data["records"], data["skipped_reasons"]) == (1, {"empty": 1, "unparsed": 1})
    assert [(place["source"], place["line"]) for place in data["skipped_at"]] == [("a", 2), ("a", 3)]


def test_a_log_without_a_record_has_an_empty_report(session: SparkSession) -> None:
    frame = session.createDataFrame([("{cut",)], "text string")

    data = drift_report(scan(frame, Input(log="text"), reportable=True, by=["model"]), by=["model"]).data

    assert (data["records"], data["skipped"], data["groups"], data["worst"]) == (0, 1, [], [])
    assert data["references"][1]["drift_p95"] is None


def test_lines_have_their_file_and_number_however_files_are_cut(
    session: SparkSession, tmp_path: Path
) -> None:
    files = {
        "a b+c%20d.log": ["x" * n for n in range(300)],
        "übung.log": ["", "", "last line without an end"],
    }
    for name, texts in files.items():
        (tmp_path / name).write_text("\n".join(texts), encoding="utf-8")
    session.conf.set("spark.sql.files.maxPartitionBytes", "700")
    session.conf.set("spark.sql.files.openCostInBytes", "0")
    try:
        found = read_lines(session, str(tmp_path)).collect()
    finally:
        session.conf.unset("spark.sql.files.maxPartitionBytes")
        session.conf.unset("spark.sql.files.openCostInBytes")

    rows = {(row.source, row.line): row.value.decode() for row in found}
    assert rows == {
        (str(tmp_path / name), number): text
        for name, texts in files.items()
        for number, text in enumerate(texts, 1)
    }


def test_a_worker_loads_what_it_counts_with_and_nothing_else(session: SparkSession) -> None:
    frame = session.createDataFrame([("hello",)], "text string").repartition(1)
    counted_rows = scan(frame, Input(text="text"))

    def loaded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            names = sorted(sys.modules)
            yield pa.record_batch({"module": names * batch.num_rows})

    modules = {row.module for row in counted_rows.coalesce(1).mapInArrow(loaded, "module string").collect()}

    unwanted = ("tokcount.spark", "tokcount.cli", "tokcount.render", "typer", "rich", "ray", "duckdb", "yaml")
    assert "tokcount.arrow" in modules
    assert not [name for name in modules if name.startswith(unwanted)]


def test_what_cannot_be_is_said_before_anything_runs(session: SparkSession) -> None:
    frame = session.createDataFrame([("hello",)], "text string")

    with pytest.raises(UsageError, match="no column 'line'"):
        scan(frame, Input(log="line"))
    with pytest.raises(UsageError, match="unknown model"):
        scan(frame, Input(text="text"), to=["gpt4o"])
    with pytest.raises(UsageError, match="reportable=True"):
        drift_report(scan(frame, Input(text="text")))
    with pytest.raises(UsageError, match="grouped by model"):
        drift_report(scan(frame, Input(text="text"), reportable=True), by=["colour"])


@pytest.mark.slow
def test_the_example_job_writes_rows_and_a_report(logs: list[Path], tmp_path: Path) -> None:
    log = next(path for path in logs if path.name == "completions-2023.jsonl")
    variables = {**os.environ, **environment(tmp_path)}
    configured = {**settings(tmp_path), "spark.master": "local[2]"}
    words = [word for name, value in configured.items() for word in ("--conf", f"{name}={value}")]
    job = [ROOT / "docs/examples/spark_job.py", log, tmp_path / "rows", tmp_path / "report.json"]

    submit = Path(variables["SPARK_HOME"]) / "bin" / "spark-submit"
    done = subprocess.run(
        [submit, *words, *job, "--from", "p50k_base", "--to", "o200k_base", "--by", "model"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert report == document("--from", "p50k_base", "--to", "o200k_base", "--by", "model", log)
    assert pl.read_parquet(tmp_path / "rows" / "*.parquet").height == report["records"] + report["skipped"]


def test_nothing_of_spark_is_loaded_unless_it_is_used() -> None:
    script = (
        "import sys, tokcount, tokcount.arrow; sys.exit('pyspark' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
