"""Reports in any format, as the commands write them."""

from __future__ import annotations

from tokcount.render import emit
from tokcount.render.terminal import OutputTarget
from tokcount.reports.report import Report
from tokcount.reports.views import document_of


def render(report: Report, name: str, target: OutputTarget | None = None) -> str:
    return emit.render(document_of(report), name, target)
