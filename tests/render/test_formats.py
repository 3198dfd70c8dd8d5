"""The door of the output room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tokcount.errors import UsageError
from tokcount.render import FORMATS, emit, render
from tokcount.reports.report import DictReport

REPORT = DictReport(
    "count", {"inputs": [{"path": "-", "bytes": 9, "tokens": {"o200k_base": 7}}], "total": {"o200k_base": 7}}
)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_ends_with_one_line_break(name: str) -> None:
    text = render(REPORT, name)

    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_a_format_that_does_not_exist_is_named_with_close_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown format 'jsn'\. Did you mean json"):
        render(REPORT, "jsn")
    with pytest.raises(UsageError, match="Known: table, csv"):
        render(REPORT, "§")


@pytest.mark.parametrize("name", ["table", "csv"])
def test_the_report_of_an_unknown_command_can_only_be_json(name: str) -> None:
    strange = DictReport("../count", {"x": 1})

    assert '"x": 1' in render(strange, "json")
    with pytest.raises(UsageError, match="unknown command"):
        render(strange, name)


def test_a_file_gets_neither_colour_nor_a_width(tmp_path: Path) -> None:
    emit(REPORT, "table", tmp_path / "report", "auto")

    assert (tmp_path / "report").read_text() == "input  bytes  o200k_base\n-          9           7\n"


def test_count_in_machine_formats_needs_neither_polars_nor_rich() -> None:
    program = (
        "import sys; from tokcount.reports.report import DictReport; from tokcount.render import emit\n"
        "for name in ('csv', 'json', 'jsonl'): emit(DictReport('count', {'inputs': [], 'total': {}}), name)\n"
        "sys.exit(','.join({'polars', 'rich', 'tiktoken'} & sys.modules.keys()) or None)"
    )

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (finished.returncode, finished.stderr) == (0, "")
