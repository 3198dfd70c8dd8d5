"""What each command's report shows: one module a command, with blocks for people and rows for programs."""

from __future__ import annotations

import importlib
from typing import Any, Protocol, cast

from tokcount.analysis.report import Report
from tokcount.errors import UsageError
from tokcount.output.blocks import Blocks, Cell

Row = dict[str, Cell]
"""One line of a CSV file: JSON key → raw value."""

COMMANDS = (
    "audit",
    "calibrate",
    "check",
    "config",
    "cost",
    "count",
    "doctor",
    "drift",
    "formats",
    "migrate",
    "models",
    "reconcile",
)
"""Commands that have a view: ``tokcount/output/views/<command>.py``."""


class View(Protocol):
    """What a view's module offers; both are pure functions of a report's data."""

    def blocks(self, data: dict[str, Any]) -> Blocks:
        """The report for people: sentences first, then tables, then how sure it is."""
        ...

    def rows(self, data: dict[str, Any]) -> list[Row]:
        """The main table for programs, flat."""
        ...


def blocks_of(report: Report) -> Blocks:
    """The report for people."""
    return _view(report.command).blocks(report.data)


def rows_of(report: Report) -> list[Row]:
    """The main table of the report for programs."""
    return _view(report.command).rows(report.data)


def flat(entry: dict[str, Any]) -> Row:
    """One row of an object: an object in it becomes columns such as ``formats.openai.chat``, a list is left out."""
    row: Row = {}
    for key, value in entry.items():
        if isinstance(value, dict):
            row.update({f"{key}.{inner}": number for inner, number in value.items()})
        elif not isinstance(value, list):
            row[key] = value
    return row


def _view(command: str) -> View:
    if command not in COMMANDS:
        raise UsageError(f"a report of {command!r} can only be shown as json")
    return cast("View", importlib.import_module(f"tokcount.output.views.{command}"))
