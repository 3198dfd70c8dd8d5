"""Where goes what a command found, a report or rows of one record each: the output options, and what they ask for."""

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
    """Where to and how something is written; which formats there are depends on what it is."""

    format: RowFormat | CheckFormat = "table"
    output: Annotated[
        Path | None,
        option("--output", "-o", says="Write to FILE, replaced only when all went well.", metavar="FILE"),
    ] = None
    color: Annotated[
        Color, option("--color", says="Default: auto; NO_COLOR and FORCE_COLOR are honoured.")
    ] = "auto"


@dataclass(frozen=True, kw_only=True)
class OutputGroup(Output):
    """A report."""

    format: Annotated[ReportFormat, option("--format", "-f", says="Default: table.")] = "table"


@dataclass(frozen=True, kw_only=True)
class RowOutputGroup(Output):
    """A report, or rows of one record each."""

    format: Annotated[
        RowFormat,
        option("--format", "-f", says="Default: table. html is for reports, parquet for --per-record."),
    ] = "table"


@dataclass(frozen=True, kw_only=True)
class CheckOutputGroup(Output):
    """A report of ``check``."""

    format: Annotated[CheckFormat, option("--format", "-f", says="Default: table.")] = "table"


def check_format(output: Output, *, per_record: bool) -> None:
    """Raises `UsageError` for a format that reports, or rows, do not have; before anything is counted."""
    if output.format == "parquet" and not per_record:
        raise UsageError("-f parquet holds rows, not a report: add --per-record, or take another format.")
    if output.format == "html" and per_record:
        raise UsageError("-f html holds a report, not rows: leave out --per-record, or take another format.")


def show(report: Report, output: Output) -> None:
    """Write a report."""
    from tokcount.render.formats import emit

    emit(report, output.format, output.output, output.color)


def write_rows(rows: pl.DataFrame, command: str, output: Output) -> None:
    """Write rows, one a record."""
    from tokcount.render.rows import write

    write(rows, command, output.format, output.output, output.color)


def is_on_screen(output: Output) -> bool:
    """Whether a report goes to the terminal on which messages appear as well."""
    to_stdout = output.output is None or str(output.output) == "-"
    return output.format == "table" and to_stdout and sys.stdout.isatty() and sys.stderr.isatty()
