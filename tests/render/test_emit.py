"""Reports and rows written in any format."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.rendering import render

from tokcount.errors import UsageError
from tokcount.render.emit import emit
from tokcount.render.registry import COMMON_FORMATS
from tokcount.reports.inspect.count_report import CountedInput, CountReport
from tokcount.reports.views import document_of

REPORT = CountReport(
    inputs=[CountedInput(path="-", bytes=9, tokens={"o200k_base": 7})], total={"o200k_base": 7}
)


@pytest.mark.parametrize("name", COMMON_FORMATS)
def test_every_format_ends_with_one_line_break(name: str) -> None:
    text = render(REPORT, name)

    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [("parquet", "is for rows, not for reports"), ("sarif", "is only for reports of check")],
)
def test_a_format_that_a_report_cannot_have_is_one_line(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        render(REPORT, name)


def test_a_file_gets_neither_colour_nor_a_width(tmp_path: Path) -> None:
    emit(document_of(REPORT), "table", tmp_path / "report", "auto")

    assert (tmp_path / "report").read_text() == "o200k_base\tbytes\tpath\n7\t9\t-\n"


def test_count_in_machine_formats_needs_neither_polars_nor_rich() -> None:
    program = (
        "import sys\n"
        "from tokcount.render.emit import emit\n"
        "from tokcount.reports.inspect.count_report import CountReport\n"
        "from tokcount.reports.views import document_of\n"
        "document = document_of(CountReport(inputs=[], total={}))\n"
        "for name in ('csv', 'json', 'jsonl'): emit(document, name)\n"
        "sys.exit(','.join({'polars', 'rich', 'tiktoken'} & sys.modules.keys()) or None)"
    )

    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (finished.returncode, finished.stderr) == (0, "")
