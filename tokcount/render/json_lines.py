"""JSON Lines: the rows of a report's main table, one object a line."""

from __future__ import annotations

import json

from tokcount.render.escape import json_text
from tokcount.render.terminal import OutputTarget
from tokcount.reports.report import Report
from tokcount.reports.views import rows_of


def render(report: Report, surface: OutputTarget) -> str:  # noqa: ARG001 - lines are the same everywhere
    """One JSON object for each row, with the columns of the CSV format; no envelope."""
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows_of(report))
    return "".join(f"{json_text(line)}\n" for line in lines)
