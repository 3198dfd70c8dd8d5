"""What does counting over Arrow batches cost beside the local scan? Both in this process, in CPU time.

The local side reads the file and makes the rows of ``--per-record``; the Arrow side makes the same rows from batches of
the file's lines, as an engine would hand them over, and flags duplicates. Rows are checked equal before anything is
timed, and each side begins every round with an empty cache. Rounds alternate, so that both meet the same machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

from tokcount import arrow
from tokcount.frames import shared
from tokcount.logs import source as files
from tokcount.logs.options import ReadOptions
from tokcount.reports.per_record import money_of, record_rows
from tokcount.scanning.plan import make_plan
from tokcount.scanning.run import run

TO = ("gpt-4o", "gpt-4")
TODAY = date(2026, 11, 22)
ALLOWED = 0.10
BATCH_ROWS = 1_000


def local(log: Path) -> pl.DataFrame:
    plan = make_plan(to=TO)
    frame = run(files.expand([str(log)]), plan, ReadOptions(), jobs=1).frame()
    return record_rows(frame, plan, money_of(plan, TODAY))


def over_arrow(lines: pa.Table) -> pl.DataFrame:
    shared.forget()
    reader = lines.to_reader(max_chunksize=BATCH_ROWS)
    given = arrow.Input(log="text", source="file", line="number")
    return pl.DataFrame(pl.from_arrow(arrow.scan(reader, given, to=TO, today=TODAY)))


def lines_of(log: Path) -> pa.Table:
    lines = log.read_bytes().removesuffix(b"\n").split(b"\n")
    numbers = range(1, len(lines) + 1)
    return pa.table(
        {"file": [str(log)] * len(lines), "number": numbers, "text": pa.array(lines, pa.binary())}
    )


def cpu(function: Callable[[], object]) -> float:
    started = time.process_time()
    function()
    return time.process_time() - started


@pytest.mark.parametrize("kind", ["resent", "distinct", "templated"])
def bench_arrow(kind: str, log_of: Callable[..., Path], rounds: int, benchmark: object) -> None:
    """Times the Arrow side; ``extra_info`` has what it takes beyond the local scan, the median over the rounds."""
    log = log_of(kind, 20)
    lines = lines_of(log)
    assert_frame_equal(over_arrow(lines), local(log))
    beyond = [cpu(lambda: over_arrow(lines)) / cpu(lambda: local(log)) - 1 for _ in range(rounds)]
    benchmark.extra_info["beyond the local scan"] = [round(share, 3) for share in beyond]  # type: ignore[attr-defined]
    benchmark.group = "arrow"  # type: ignore[attr-defined]
    benchmark.pedantic(over_arrow, (lines,), rounds=1)  # type: ignore[attr-defined]
    assert median(beyond) <= ALLOWED, beyond
