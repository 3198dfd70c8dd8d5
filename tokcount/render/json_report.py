"""JSON: the report itself."""

from __future__ import annotations

import json

from tokcount.render.escape import json_text
from tokcount.render.terminal import OutputTarget
from tokcount.reports.report import Report


def render(report: Report, surface: OutputTarget) -> str:  # noqa: ARG001 - JSON is the same everywhere
    """The report as one indented JSON document in the order of its contract."""
    document = json.dumps(report.document(), ensure_ascii=False, indent=2, allow_nan=False)
    return json_text(document) + "\n"
