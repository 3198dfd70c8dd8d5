"""What the report of a command shows: one module per command, with blocks for people and rows for programs."""

from __future__ import annotations

from typing import Any, Protocol, cast

import msgspec

from tokcount.document.blocks import Blocks, Cell
from tokcount.reports.registry import view_module
from tokcount.reports.report import DictReport, Report

Row = dict[str, Cell]
"""One line of a CSV file: JSON key → raw value."""


class View(Protocol):
    """The two functions of a view module; both are pure functions of a report."""

    def blocks(self, report: Any) -> Blocks:
        """The report for people: sentences first, then tables, then how sure it is."""
        ...

    def rows(self, report: Any) -> list[Row]:
        """The main table for programs, flat."""
        ...


def blocks_of(report: Report) -> Blocks:
    """The report for people."""
    return _view(report).blocks(_content(report))


def rows_of(report: Report) -> list[Row]:
    """The main table of the report for programs."""
    return _view(report).rows(_content(report))


def flat(entry: msgspec.Struct | dict[str, Any]) -> Row:
    """One row of an object: an object in it becomes columns such as `formats.openai.chat`; lists are left out."""
    row: Row = {}
    fields: dict[str, Any] = msgspec.to_builtins(entry)
    for key, value in fields.items():
        if isinstance(value, dict):
            row.update({f"{key}.{inner}": number for inner, number in value.items()})
        elif not isinstance(value, list):
            row[key] = value
    return row


def _view(report: Report) -> View:
    return cast("View", view_module(report.command))


def _content(report: Report) -> Report | dict[str, Any]:
    return report.content if isinstance(report, DictReport) else report
