"""Output options, and where reports and rows are written."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tokcount.cli.options import option
from tokcount.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from tokcount.reports.report import Report

Color = Literal["auto", "always", "never"]
ReportFormat = Literal["table", "csv", "json", "jsonl", "markdown", "html"]
RowFormat = Literal[ReportFormat, "parquet"]
CheckFormat = Literal[ReportFormat, "github", "junit", "sarif"]


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where and how the output is written; the available formats depend on the command."""

    format: RowFormat | CheckFormat = "table"
    output: Annotated[
        Path | None,
        option("--output", "-o", help_text="Write to FILE; it is replaced only on success.", metavar="FILE"),
    ] = None
    color: Annotated[
        Color,
        option(
            "--color", help_text="When to use color. Default: auto; NO_COLOR and FORCE_COLOR are respected."
        ),
    ] = "auto"


@dataclass(frozen=True, kw_only=True)
class OutputGroup(Output):
    """Output of commands that write a report."""

    format: Annotated[ReportFormat, option("--format", "-f", help_text="Output format. Default: table.")] = (
        "table"
    )


@dataclass(frozen=True, kw_only=True)
class RowOutputGroup(Output):
    """Output of commands that write a report, or one row per record."""

    format: Annotated[
        RowFormat,
        option(
            "--format",
            "-f",
            help_text="Output format. Default: table. html is for reports, parquet for --per-record.",
        ),
    ] = "table"


@dataclass(frozen=True, kw_only=True)
class CheckOutputGroup(Output):
    """Output of `check`."""

    format: Annotated[CheckFormat, option("--format", "-f", help_text="Output format. Default: table.")] = (
        "table"
    )


def check_format(output: Output, *, per_record: bool) -> None:
    """Raise `UsageError` for a format that reports, or rows, do not support, before anything is counted."""
    if output.format == "parquet" and not per_record:
        raise UsageError("-f parquet is for rows: add --per-record or choose another format.")
    if output.format == "html" and per_record:
        raise UsageError("-f html is for reports: remove --per-record or choose another format.")


def show(report: Report, output: Output) -> None:
    """Write a report."""
    from tokcount.render.formats import emit

    emit(report, output.format, output.output, output.color)


def write_rows(rows: pl.DataFrame, command: str, output: Output) -> None:
    """Write one row per record."""
    from tokcount.render.rows import write

    write(rows, command, output.format, output.output, output.color)


def is_on_screen(output: Output) -> bool:
    """Whether the report goes to the same terminal as the messages."""
    to_stdout = output.output is None or str(output.output) == "-"
    return output.format == "table" and to_stdout and sys.stdout.isatty() and sys.stderr.isatty()
