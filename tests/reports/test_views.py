"""Whole reports in every format."""

from __future__ import annotations

import csv
import json

import pytest
from support.rendering import render
from support.reports import HOSTILE, REPORTS
from syrupy.assertion import SnapshotAssertion

from tokcount.errors import UsageError
from tokcount.render.registry import COMMON_FORMATS
from tokcount.render.terminal import OutputTarget
from tokcount.reports.registry import COMMANDS, view_module
from tokcount.reports.views import document_of


@pytest.mark.parametrize("name", sorted(REPORTS))
@pytest.mark.parametrize("form", sorted(COMMON_FORMATS))
def test_the_report_reads_as_it_did(name: str, form: str, snapshot: SnapshotAssertion) -> None:
    if form not in ("json", "html"):
        assert render(REPORTS[name], form) == snapshot


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_report_fits_a_terminal_of_80_columns(name: str, snapshot: SnapshotAssertion) -> None:
    text = render(REPORTS[name], "table", OutputTarget(width=80))

    assert text == snapshot
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("name", sorted(REPORTS))
@pytest.mark.parametrize("form", sorted(COMMON_FORMATS))
def test_no_format_lets_log_content_act(name: str, form: str) -> None:
    text = render(REPORTS[name], form)

    assert "\x1b" not in text
    assert "\u202e" not in text
    if form == "csv":
        cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    if form == "markdown":
        assert "<b>" not in text
    if form == "html":
        assert "<b>" not in text
        assert "<i>`" not in text
        assert text.count("<script>") == 1
        assert "<img" not in text


def test_json_keeps_log_content_as_it_is() -> None:
    assert json.loads(render(REPORTS["count"], "json"))["inputs"][1]["path"] == HOSTILE


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_csv_and_json_lines_have_the_same_rows(name: str) -> None:
    table = list(csv.DictReader(render(REPORTS[name], "csv").splitlines()))
    lines = [json.loads(line) for line in render(REPORTS[name], "jsonl").splitlines()]

    assert len(table) == len(lines)
    for row, line in zip(table, lines, strict=True):
        assert set(line) <= set(row)
        assert {key for key, cell in row.items() if cell} == {
            key for key, value in line.items() if value not in (None, "")
        }


def test_every_command_has_a_view_and_every_view_a_report() -> None:
    for command in COMMANDS:
        view = view_module(command)
        assert callable(view.blocks)
        assert callable(view.rows)
    assert {report.command for report in REPORTS.values()} == set(COMMANDS)


def test_only_reports_of_check_have_budgets() -> None:
    assert document_of(REPORTS["checked"]).budgets().budgets[0].outcome == "broken"
    with pytest.raises(UsageError, match="a report of 'drift' has no budgets"):
        document_of(REPORTS["drift"]).budgets()
