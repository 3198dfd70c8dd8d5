"""The door of the room: what an output format must offer, which there are, and how a report goes out."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Protocol, cast

from tokcount.errors import UsageError, suggest
from tokcount.render.terminal import ColorChoice, OutputTarget, surface_of
from tokcount.render.writing import drop_stdout, write
from tokcount.reports.report import Report

FORMATS: dict[str, str] = {
    "table": "tokcount.render.table",
    "csv": "tokcount.render.delimited",
    "json": "tokcount.render.json_report",
    "jsonl": "tokcount.render.json_lines",
    "markdown": "tokcount.render.markdown",
    "html": "tokcount.render.html.page",
}
"""Format → the module that renders it, imported on first use. A new format is one file and one row here."""

CHECK_FORMATS: dict[str, str] = {
    "github": "tokcount.render.ci.github",
    "junit": "tokcount.render.ci.junit",
    "sarif": "tokcount.render.ci.sarif",
}
"""What continuous integration reads: formats of ``check`` alone."""


class Renderer(Protocol):
    """What a format's module offers."""

    def render(self, report: Report, surface: OutputTarget) -> str:
        """The whole report as text, ending with a line break. Pure; never writes."""
        ...


def render(report: Report, name: str, surface: OutputTarget | None = None) -> str:
    """The report in the format ``name``, laid out for a surface (default: a pipe).

    Raises `UsageError` for a format that does not exist or that this command does not have.
    """
    formats = FORMATS | CHECK_FORMATS if report.command == "check" else FORMATS
    if name not in formats:
        hint = "It is for reports of check." if name in CHECK_FORMATS else suggest(name, formats)
        raise UsageError(f"unknown format {name!r}. {hint}")
    renderer = cast("Renderer", importlib.import_module(formats[name]))
    return renderer.render(report, surface or OutputTarget())


def emit(report: Report, name: str, path: Path | None = None, color: ColorChoice = "auto") -> None:
    """Render a report for the place it goes to, and write it there; see `tokcount.render.writing.write`.

    A reader of standard output that went away has seen enough: that is no error.
    """
    to_stdout = path is None or str(path) == "-"
    surface = surface_of(sys.stdout if to_stdout else None, color)
    try:
        write(render(report, name, surface), path)
    except BrokenPipeError:
        drop_stdout()
