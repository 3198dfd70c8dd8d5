"""Do all engines give the rows of the local command for a log? One command, minutes for hundreds of megabytes.

    python benchmarks/engines_agree.py LOG [--to NAME]... [--engine NAME]... [--workers 2] [--work FOLDER]

Every engine runs in a process of its own over the same lines (Parquet with file, line number and text, in several row
groups), on ``--workers`` workers of this machine, and writes its rows. They are compared with those of ``tokcount drift
--per-record``: every row and every column, exactly, in whatever order; and the totals, which are printed with the wall
time of each. Ends with 1 when anything differs. A log of which records stand on several lines is no log for this.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tokcount.arrow import Input

TODAY = date(2026, 11, 22)
TO = ["gpt-4o", "gpt-5.6-luna"]
ROW_GROUP = 5_000
ORDER = ["source", "line", "index"]


def write_lines(log: Path, target: Path) -> int:
    """The lines of a log as Parquet, a row group at a time; how many there are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([("file", pa.string()), ("number", pa.int64()), ("text", pa.string())])
    number = 0
    with log.open(encoding="utf-8", newline="\n") as file, pq.ParquetWriter(target, schema) as writer:
        while lines := [line.removesuffix("\n") for _, line in zip(range(ROW_GROUP), file, strict=False)]:
            numbers = range(number + 1, number + len(lines) + 1)
            writer.write_table(pa.table([[str(log)] * len(lines), numbers, lines], schema=schema))
            number += len(lines)
    return number


class Given(NamedTuple):
    """What one engine is to do: count the lines of a log and write the rows."""

    log: Path
    lines: Path
    rows: Path
    to: list[str]
    workers: int


def columns() -> Input:
    from tokcount.arrow import Input

    return Input(log="text", source="file", line="number")


def local(given: Given) -> None:
    targets = [word for name in given.to for word in ("--to", name)]
    command = [
        sys.executable,
        "-m",
        "tokcount",
        "drift",
        given.log,
        "--per-record",
        "-f",
        "parquet",
        "-o",
        given.rows,
    ]
    day = {**os.environ, "TOKCOUNT_TODAY": TODAY.isoformat()}
    subprocess.run([*command, *targets, "--jobs", str(given.workers), "-q"], check=True, env=day)


def arrow(given: Given) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tokcount.arrow import scan

    with pq.ParquetFile(given.lines) as file:
        batches = file.iter_batches(batch_size=1_000)
        reader = pa.RecordBatchReader.from_batches(file.schema_arrow, batches)
        pq.write_table(scan(reader, columns(), to=given.to, today=TODAY), given.rows)


def duckdb(given: Given) -> None:
    import duckdb as database
    import pyarrow.parquet as pq

    from tokcount.duckdb import scan

    connection = database.connect(config={"threads": given.workers})
    pq.write_table(
        scan(connection.read_parquet(str(given.lines)), columns(), to=given.to, today=TODAY), given.rows
    )


def ray(given: Given) -> None:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray as cluster

    from tokcount.ray import scan

    cluster.init(num_cpus=given.workers, include_dashboard=False, log_to_driver=False)
    cluster.data.DataContext.get_current().enable_progress_bars = False
    data = cluster.data.read_parquet(str(given.lines), override_num_blocks=4 * given.workers)
    scan(data, columns(), to=given.to, today=TODAY).write_parquet(str(given.rows))
    cluster.shutdown()


def spark(given: Given) -> None:
    from pyspark.sql import SparkSession

    from tokcount.spark import scan

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.files.maxPartitionBytes": "8m",
    }
    session = SparkSession.builder.master(f"local[{given.workers}]").config(map=settings).getOrCreate()
    scan(session.read.parquet(str(given.lines)), columns(), to=given.to, today=TODAY).write.parquet(
        str(given.rows)
    )
    session.stop()


ENGINES = {"local": local, "arrow": arrow, "duckdb": duckdb, "ray": ray, "spark": spark}


def compare(work: Path, engine: str) -> bool:
    """Print the totals of an engine; are its rows those of the local command?"""
    import polars as pl
    from polars.testing import assert_frame_equal

    expected = pl.read_parquet(work / "local.rows")
    place = work / f"{engine}.rows"
    rows = pl.read_parquet(place / "*.parquet" if place.is_dir() else place)
    skipped = rows.height - (rows := rows.filter(pl.col("kind") != "skipped")).height
    totals = rows.select(pl.col("^.*:input_tokens$").sum()).row(0)
    print(f"  {rows.height:,} rows, {skipped:,} skipped; input tokens {', '.join(f'{n:,}' for n in totals)}")
    times = pl.selectors.datetime().dt.cast_time_unit("us").dt.convert_time_zone("UTC")
    try:
        assert_frame_equal(
            rows.select(expected.columns).with_columns(times).sort(ORDER),
            expected.sort(ORDER),
            check_exact=True,
        )
    except AssertionError as error:
        print(f"  differs from the local command: {str(error)[:2000]}")
        return False
    return True


def run(arguments: argparse.Namespace, work: Path) -> bool:
    lines = work / "lines.parquet"
    print(f"{arguments.log.stat().st_size / 1e6:.0f} MB, {write_lines(arguments.log, lines):,} lines")
    agree = True
    for engine in dict.fromkeys(["local", *(arguments.engine or ENGINES)]):
        command = [sys.executable, __file__, arguments.log, "--alone", engine, "--work", work]
        targets = [word for name in arguments.to or TO for word in ("--to", name)]
        started = time.perf_counter()
        done = subprocess.run([*command, *targets, "--workers", str(arguments.workers)], check=False)
        print(f"{engine}: {time.perf_counter() - started:.0f} s")
        agree = done.returncode == 0 and compare(work, engine) and agree
    print("all agree" if agree else "NOT all agree")
    return agree


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("log", type=Path)
    parser.add_argument("--to", action="append")
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work", type=Path, help="keep the rows here; a new folder")
    parser.add_argument("--alone", choices=ENGINES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        paths = (arguments.log, arguments.work / "lines.parquet", arguments.work / f"{arguments.alone}.rows")
        ENGINES[arguments.alone](Given(*paths, arguments.to, arguments.workers))
        return 0
    if arguments.work:
        arguments.work.mkdir(parents=True)
        return 0 if run(arguments, arguments.work) else 1
    with TemporaryDirectory() as work:
        return 0 if run(arguments, Path(work)) else 1


if __name__ == "__main__":
    sys.exit(main())
