"""`tokcount doctor`: whether everything that counting depends on is in order."""

from __future__ import annotations

from tokcount.document.blocks import Blocks, Column, Line, Table
from tokcount.document.rows import Row, flat
from tokcount.reports.inspect.report import DoctorReport

MARKS = {True: "✓", False: "✗", None: "–"}


def blocks(report: DoctorReport) -> Blocks:
    """The verdict, then one row per check."""
    names = ", ".join(check.name for check in report.checks if check.ok is False)
    verdict = Line(f"Broken: {names}", "warning") if names else Line("Everything is in order.", "strong")
    columns = (Column("check"), Column(""), Column("found"), Column("what to do"))
    table = tuple((check.name, MARKS[check.ok], check.value, check.remedy) for check in report.checks)
    return [verdict, Table(columns, table)]


def rows(report: DoctorReport) -> list[Row]:
    """One row per check: `name, ok, value, remedy`."""
    return [flat(check) for check in report.checks]
