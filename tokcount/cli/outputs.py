"""Where goes what a command found: a report, or rows of one record each, as the output options say."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tokcount.cli.options import Output
from tokcount.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from tokcount.analysis.report import Report


def check_format(output: Output, *, per_record: bool) -> None:
    """Raises `UsageError` for a format that reports, or rows, do not have; before anything is counted."""
    if output.format == "parquet" and not per_record:
        raise UsageError("-f parquet holds rows, not a report: add --per-record, or take another format.")
    if output.format == "html" and per_record:
        raise UsageError("-f html holds a report, not rows: leave out --per-record, or take another format.")


def show(report: Report, output: Output) -> None:
    """Write a report."""
    from tokcount.output.interface import emit

    emit(report, output.format, output.output, output.color)


def write_rows(rows: pl.DataFrame, command: str, output: Output) -> None:
    """Write rows, one a record."""
    from tokcount.output.records import write

    write(rows, command, output.format, output.output, output.color)


def is_on_screen(output: Output) -> bool:
    """Whether a report goes to the terminal on which messages appear as well."""
    to_stdout = output.output is None or str(output.output) == "-"
    return output.format == "table" and to_stdout and sys.stdout.isatty() and sys.stderr.isatty()
