"""CSV: the rows of a report's main table as raw numbers, for spreadsheets and programs."""

from __future__ import annotations

import csv
import io

from tokcount.document.blocks import Cell
from tokcount.render.escape import csv_cell
from tokcount.render.terminal import OutputTarget
from tokcount.reports.report import Report
from tokcount.reports.views import rows_of


def render(report: Report, surface: OutputTarget) -> str:  # noqa: ARG001 - CSV is the same everywhere
    """A header and one line for each row (RFC 4180, with plain line feeds); unknown values are empty cells.

    Nothing at all without rows.
    """
    rows = rows_of(report)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if not columns:
        return ""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in columns])
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return buffer.getvalue()


def _cell(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    return csv_cell(value) if isinstance(value, str) else value
