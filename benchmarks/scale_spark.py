"""One worker and two of a Spark cluster on this machine, beside the local command. ``python benchmarks/scale_spark.py``

For each number of workers: seconds and CPU seconds of all processes for counting a log whose lines Spark reads, rows
written as parquet, and for the report over rows that were kept. The workers have loaded their vocabularies before; the
third run of the same shows what is left when Java has compiled itself. Every row and the report are compared with
those of the local command. Linux only. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generate import lines
from scale import alone, table

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support import spark_cluster  # the cluster of the tests

TICKS = os.sysconf("SC_CLK_TCK")
BY = ["model", "day"]
CHANGED = {
    "spark.sql.files.maxPartitionBytes": "4m",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


def cpu_seconds() -> float:
    """CPU time of this process, its descendants, and those of them that have ended."""
    stats = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            stats[int(entry.parent.name)] = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
    mine = {os.getpid()}
    while grown := {pid for pid, fields in stats.items() if int(fields[1]) in mine} - mine:
        mine |= grown
    return sum(int(ticks) for pid in mine for ticks in stats[pid][11:15]) / TICKS


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds and CPU seconds of all processes of this one's family."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    work()
    return time.perf_counter() - wall, cpu_seconds() - cpu


def settings(workers: int) -> Callable[[Path], dict[str, str]]:
    """As the tests have them, but compiled as Spark compiles: what runs long is measured."""
    plain = spark_cluster.settings

    def changed(folder: Path) -> dict[str, str]:
        kept = {
            name: value
            for name, value in plain(folder).items()
            if "codegen" not in name and "Java" not in name
        }
        return {**kept, **CHANGED, "spark.master": f"local-cluster[{workers},1,1024]"}

    return changed


def measured(log: Path, small: Path, workers: int) -> list[tuple[str, float, float]]:
    """What was done, its seconds, its CPU seconds."""
    from tokcount.spark import Input, drift_report, read_lines, scan

    spark_cluster.settings = settings(workers)
    with tempfile.TemporaryDirectory() as folder, spark_cluster.cluster(Path(folder)) as session:
        given = Input(log="value", source="source", line="line")

        def rows_of(path: Path, **options: Any) -> Any:
            return scan(read_lines(session, str(path)), given, by=BY, **options)

        rows_of(small).write.format("noop").mode("overwrite").save()
        written = Path(folder, "rows")
        counting = [
            timed(lambda: rows_of(log).write.mode("overwrite").parquet(str(written))) for _ in range(3)
        ]
        compare(written, log)
        kept = rows_of(log, reportable=True).persist()
        kept.count()
        reports: list[Any] = []
        reporting = timed(lambda: reports.append(drift_report(kept, by=BY)))
        assert reports[0].document() == json.loads(local("json", log, *(f"--by={name}" for name in BY)))
        return [
            ("rows", *counting[0]),
            ("rows, third time", *counting[2]),
            ("report over kept rows", *reporting),
        ]


def compare(written: Path, log: Path) -> None:
    """Raise unless the rows are those of ``tokcount drift --per-record``."""
    import polars as pl
    from polars.testing import assert_frame_equal

    file = written.parent / "local.parquet"
    local("parquet", log, "--per-record", "-o", str(file))
    place = ("source", "line", "index")
    assert_frame_equal(pl.read_parquet(written / "*.parquet").sort(place), pl.read_parquet(file).sort(place))


def local(form: str, log: Path, *options: str) -> bytes:
    """What ``tokcount drift`` writes."""
    command = [sys.executable, "-m", "tokcount", "drift", "-q", "-f", form, *options, str(log)]
    return subprocess.run(command, check=True, capture_output=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=float, default=120, help="size of the log")
    parser.add_argument("--kind", default="resent")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log, small = Path(folder, "log.jsonl"), Path(folder, "small.jsonl")
        log.write_bytes(b"".join(lines(options.kind, int(options.mb * 1e6), 1)))
        small.write_bytes(b"".join(lines(options.kind, int(9e6), 2)))
        found = []
        for workers in (1, 2):
            for what, wall, cpu in alone(measured, log, small, workers):
                found.append((f"Spark, workers: {workers}", what, f"{wall:.1f}", f"{cpu:.1f}"))
        for jobs in ("1", "2"):
            words = ("--per-record", "--jobs", jobs, "-o", f"{folder}/rows.parquet")
            wall, cpu = timed(lambda words=words: local("parquet", log, *words))
            found.append((f"local, jobs: {jobs}", "rows, with start", f"{wall:.1f}", f"{cpu:.1f}"))
    print(f"{options.mb:g} MB, {options.kind}")
    table(("engine", "what", "seconds", "CPU seconds"), found)


if __name__ == "__main__":
    main()
