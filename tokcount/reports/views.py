"""What each command's report shows: one module a command, with blocks for people and rows for programs."""

from __future__ import annotations

import importlib
from typing import Any, Final, Protocol, cast

from tokcount.document.blocks import Blocks, Cell
from tokcount.errors import UsageError
from tokcount.reports.report import Report

Row = dict[str, Cell]
"""One line of a CSV file: JSON key → raw value."""

VIEWS: Final = {
    "audit": "audit.view",
    "calibrate": "reconcile.view_calibrate",
    "check": "budgets.view",
    "config": "inspect.config",
    "cost": "cost.view",
    "count": "inspect.count",
    "doctor": "inspect.doctor",
    "drift": "drift.view",
    "formats": "inspect.formats",
    "migrate": "migrate.view",
    "models": "inspect.models",
    "reconcile": "reconcile.view",
}
"""Command → the module of this folder that shows its report."""


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
    if command not in VIEWS:
        raise UsageError(f"a report of {command!r} can only be shown as json")
    return cast("View", importlib.import_module(f"tokcount.reports.{VIEWS[command]}"))
