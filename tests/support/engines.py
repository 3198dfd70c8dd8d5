"""One log for all engines: as files for the local command, and as a table of lines for the others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from generate import lines
from polars.testing import assert_frame_equal

from support import in_process
from support.paths import SAMPLES

pa = pytest.importorskip("pyarrow")  # without it, a test module that imports this one is skipped

from tokcount.arrow import Input  # noqa: E402

GROUPED = ("batch-input.jsonl", "batch-output.jsonl")
"""Samples whose records stand in two files: no engine that sees rows apart can read them."""
TODAY = date(2026, 11, 22)
TO = ("gpt-4o", "gpt-5.6-luna")
LINES = Input(log="text", source="file", line="number")


def generated() -> bytes:
    """Part of the benchmarks' log of conversations that resend their history."""
    return b"".join(lines("resent", 1_000_000, 3))


def write_logs(folder: Path) -> list[Path]:
    """The samples, a generated log, and a copy of some calls, so that there are duplicates over files."""
    logs = [path for path in sorted(SAMPLES.glob("*.jsonl")) if path.name not in GROUPED]
    for path in logs:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "resent.jsonl").write_bytes(generated())
    (folder / "zz-copy.jsonl").write_bytes(_calls_with_ids())
    return sorted(folder.glob("*.jsonl"))


def _calls_with_ids() -> bytes:
    """Three calls, two of them the same, and one that the samples hold already; a line with two of them; a page."""
    answer = {
        "choices": [{"message": {"role": "assistant", "content": "Yes."}}],
        "model": "gpt-4o-2024-08-06",
    }
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Is it?"}]}
    first, second = ({"request": request, "response": {"id": f"chatcmpl-{n}", **answer}} for n in (1, 2))
    known = (SAMPLES / "support-chat.jsonl").read_bytes().splitlines()[3]
    both = json.dumps(first) + " " + json.dumps(second)
    page = json.dumps({"object": "list", "data": [first, second, first]})
    return b"\n".join([json.dumps(first).encode(), known, both.encode(), b"", page.encode(), b"{cut"]) + b"\n"


def table_of(paths: Sequence[Path]) -> pa.Table:
    """One row a line, with its file and number."""
    rows = [
        (str(path), number, line)
        for path in paths
        for number, line in enumerate(path.read_bytes().removesuffix(b"\n").split(b"\n"), 1)
    ]
    columns = [("file", pa.string()), ("number", pa.int64()), ("text", pa.binary())]
    return pa.table(list(map(list, zip(*rows, strict=True))), schema=pa.schema(columns))


SELECTED: dict[str, Any] = {
    "where": ["model = gpt-4o*", "source != *zz-copy*"],
    "since": "2023-05-01",
    "until": date(2026, 10, 31),
}
"""A selection by every option."""


def local_rows(
    paths: Sequence[Path], folder: Path, to: Sequence[str] = TO, selected: dict[str, Any] | None = None
) -> pl.DataFrame:
    """What ``tokcount drift --per-record`` writes, copies included: other engines flag them."""
    file = folder / "rows.parquet"
    targets = [word for name in to for word in ("--to", name)] + selecting(selected or {})
    done = in_process.run(
        "drift", "--per-record", "--keep-copies", "-f", "parquet", "-o", file, "--jobs", "1", *targets, *paths
    )
    assert done.code == 0, done.err
    return pl.read_parquet(file)


def selecting(selected: dict[str, Any]) -> list[str]:
    """A selection as options of the command line."""
    pairs = [(name, text) for name, value in selected.items() for text in _listed(value)]
    return [word for name, text in pairs for word in (f"--{name}", str(text))]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def counted(rows: Any) -> pl.DataFrame:
    """The rows of records, without those of what was skipped."""
    frame = pl.DataFrame(pl.from_arrow(rows))
    return frame.filter(pl.col("kind") != "skipped")


def assert_same(rows: pl.DataFrame, expected: pl.DataFrame) -> None:
    """The same rows and types, in whatever order."""
    order = ["source", "line", "index"]
    assert_frame_equal(rows.sort(order), expected.sort(order), check_exact=True)
