"""How much faster than the plain loop is a whole run, from reading to the finished per-record CSV?

``tokcount drift LOG --per-record -f csv -o FILE``: reading, detection, framing, three encodings, output tokens, drift.
The plain loop only sums tokens. Totals are checked equal before anything is timed.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KINDS = ("resent", "distinct", "templated", "short")
NAMES = ("p50k_base", "cl100k_base", "o200k_base")


@cache
def expected(log: Path) -> dict[str, int]:
    """What the plain loop finds, once for each log."""
    return plain_loop(log)


def plain_loop(log: Path) -> dict[str, int]:
    done = subprocess.run([sys.executable, HERE / "plain_loop.py", log], capture_output=True, check=True)
    totals: dict[str, int] = json.loads(done.stdout)
    return totals


def drift(log: Path, engine: str, out: Path) -> None:
    command = [sys.executable, "-m", "tokcount", "drift", log, "--per-record", "-f", "csv", "-o", out]
    subprocess.run([*command, "--engine", engine], check=True)


def totals_of(rows: Path) -> dict[str, int]:
    """Content and output tokens, which is what the plain loop sums."""
    totals = dict.fromkeys(NAMES, 0)
    with rows.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name in NAMES:
                totals[name] += int(row[f"{name}:content_tokens"]) + int(row[f"{name}:output_tokens"] or 0)
    return totals


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", ["plain loop", "tiktoken", "fast"])
def bench_end_to_end(
    kind: str, side: str, log_of: Callable[..., Path], tmp_path: Path, rounds: int, benchmark: object
) -> None:
    log, out = log_of(kind), tmp_path / "rows.csv"
    benchmark.group = f"{kind} log, {log.stat().st_size / 1e6:.0f} MB"  # type: ignore[attr-defined]
    if side == "plain loop":
        benchmark.pedantic(plain_loop, (log,), rounds=rounds)  # type: ignore[attr-defined]
        return
    drift(log, side, out)
    assert totals_of(out) == expected(log)
    benchmark.pedantic(drift, (log, side, out), rounds=rounds)  # type: ignore[attr-defined]
