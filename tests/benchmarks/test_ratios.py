"""The tables of ratios for benchmarks/README.md, made from what pytest-benchmark writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ratios = pytest.importorskip("ratios", reason="benchmarks is not beside the tests")

RUN = {
    "datetime": "2026-11-23T15:00:00",
    "machine_info": {"cpu": {"count": 2}, "python_version": "3.11.7", "versions": {"ttok": "1.0"}},
}


def timed(function: str, least: float, extra: dict[str, Any] | None = None, **params: str) -> dict[str, Any]:
    return {
        "name": f"{function}[{'-'.join(params.values())}]",
        "params": params,
        "stats": {"min": least, "mean": least * 9},
        "extra_info": extra or {},
    }


def test_a_ratio_compares_the_fastest_rounds_of_the_same_row() -> None:
    report = ratios.report(
        RUN,
        [
            timed("bench_end_to_end", 20, kind="resent", side="plain loop"),
            timed("bench_end_to_end", 2, kind="resent", side="fast"),
            timed("bench_end_to_end", 10, kind="distinct", side="plain loop"),
            timed("bench_end_to_end", 4, kind="distinct", side="fast"),
        ],
    )
    assert "| log | fast |\n| --- | ---: |\n| resent | 10.0 |\n| distinct | 2.5 |\n" in report
    assert report.startswith("2026-11-23 · 2 processors · Python 3.11.7, ttok 1.0\n")


def test_engines_are_compared_within_their_encoding() -> None:
    sides = [("plain", "a", 1.0), ("fast", "a", 0.5), ("plain", "b", 3.0), ("fast", "b", 1.0)]
    benchmarks = [
        timed("test_counting_a_megabyte", least, engine=engine, encoding=encoding, kind="hex")
        for engine, encoding, least in sides
    ]
    assert "| text | a fast | b fast |\n| --- | ---: | ---: |\n| hex | 2.0 | 3.0 |" in ratios.report(
        RUN, benchmarks
    )


def test_start_up_is_told_as_times_as_long() -> None:
    benchmarks = [timed("bench_help", 0.2, side="import typer"), timed("bench_help", 0.3, side="tokcount")]
    assert "| `--help`, beside `import typer` | 1.5 |" in ratios.report(RUN, benchmarks)


def test_a_tool_that_was_skipped_is_a_dash() -> None:
    report = ratios.report(RUN, [timed("bench_a_text_file", 1, side="tiktoken")])
    assert "| a text file, beside ttok | – |" in report


def test_what_was_not_run_has_no_table() -> None:
    report = ratios.report(RUN, [timed("bench_gate", 1, {"share_of_counting": 0.01}, kind="resent")])
    assert [line for line in report.splitlines() if line.startswith("#")] == ["## Noted"]
    assert "- `bench_gate[resent]`: share of counting: 0.01" in report


def test_several_files_are_read_as_one(tmp_path: Path) -> None:
    for name, side, least in (("a", "ttok", 3.0), ("b", "fast", 2.0)):
        run = {**RUN, "benchmarks": [timed("bench_a_text_file", least, side=side)]}
        (tmp_path / name).write_text(json.dumps(run), encoding="utf-8")
    report = ratios.report(*ratios.read([str(tmp_path / "a"), str(tmp_path / "b")]))
    assert "| a text file, beside ttok | 1.5 |" in report
