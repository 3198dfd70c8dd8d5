"""What the report of a command shows: one module per command, with blocks for people and rows for programs."""

from __future__ import annotations

from typing import Any, Protocol, cast

from tokcount.document.blocks import Blocks
from tokcount.document.budgets import BudgetResults
from tokcount.document.document import Document, Envelope
from tokcount.document.rows import Row
from tokcount.errors import UsageError
from tokcount.reports.registry import view_module
from tokcount.reports.report import Report


class View(Protocol):
    """The two functions of a view module; both are pure functions of a report."""

    def blocks(self, report: Any) -> Blocks:
        """The report for people: sentences first, then tables, then how sure it is."""
        ...

    def rows(self, report: Any) -> list[Row]:
        """The main table for programs, flat."""
        ...


def document_of(report: Report) -> Document:
    """The report as output formats take it; its view runs when a format asks for blocks or rows."""
    return Document(
        envelope=Envelope(command=report.command, version=report.tokcount),
        run=report.run or None,
        blocks=lambda: _view(report).blocks(report),
        rows=lambda: _view(report).rows(report),
        data=report.document,
        budgets=lambda: _budgets(report),
    )


def _view(report: Report) -> View:
    return cast("View", view_module(report.command))


def _budgets(report: Report) -> BudgetResults:
    from tokcount.reports.budgets.report import CheckReport
    from tokcount.reports.budgets.view import results

    if not isinstance(report, CheckReport):
        raise UsageError(f"a report of {report.command!r} has no budgets")
    return results(report)
