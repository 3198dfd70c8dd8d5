"""Output options, and where reports and rows are written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
import typer

from tokcount.cli.guide.completion import words
from tokcount.cli.guide.running import command_line
from tokcount.cli.options import option
from tokcount.errors import UsageError
from tokcount.render.registry import COMMON_FORMATS, REPORT_FORMATS, ROW_FORMATS, Renderer, by_suffix, find
from tokcount.render.terminal import Dialect

if TYPE_CHECKING:
    import polars as pl

    from tokcount.reports.report import Report

Color = Literal["auto", "always", "never"]
RENDER: Final = "render"
"""The command that shows saved reports of every other command."""


def _format_option(known: Sequence[str], *, rows: bool = False, suffix: bool = True, note: str = "") -> Any:
    """`--format`, whose help lists the `known` formats; with `rows`, formats for rows are allowed as well.

    Unless it is given on the command line, the suffix of the output file decides, if `suffix` allows it.
    """
    default = "by the suffix of -o, else table" if suffix else "table"

    def check(context: typer.Context, name: str) -> str:
        if suffix:
            name = _format_of(context, name, known)
        try:
            renderer = find(name, known)
        except UsageError as error:
            raise typer.BadParameter(str(error)) from None
        if not _fits(renderer, context.info_name or "", rows=rows):
            raise typer.BadParameter(f"{name!r} is only for {_purpose(renderer)}. Known: {', '.join(known)}.")
        return name

    return typer.Option(
        "--format",
        "-f",
        help=f"Default: {default}.{note}",
        metavar=f"<{'|'.join(known)}>",
        callback=check,
        autocompletion=words(known),
        show_default=False,
    )


OTHER_CONTENT: Final = ("export", "bare")
"""Options with which the output file is not a report."""


def _format_of(context: typer.Context, given: str, known: Sequence[str]) -> str:
    """The format given on the command line, else by the suffix of `-o`, else by the environment or configuration."""
    source = context.get_parameter_source("format")
    path = context.params.get("output")
    if any(context.params.get(name) for name in OTHER_CONTENT):
        return given
    if path is None or (source is not None and source.name == "COMMANDLINE"):
        return given
    try:
        return by_suffix(Path(path), known) or given
    except UsageError as error:
        if source is not None and source.name != "DEFAULT":
            return given
        raise typer.BadParameter(str(error), param_hint="'--output' / '-o'") from None


def _fits(renderer: Renderer, command: str, *, rows: bool) -> bool:
    if rows and renderer.for_rows:
        return True
    return bool(renderer.for_reports) if command == RENDER else renderer.fits_report(command)


def _purpose(renderer: Renderer) -> str:
    return f"reports of {', '.join(sorted(renderer.commands))}" if renderer.for_reports else "rows"


def _not_for_both() -> str:
    """The formats that are for reports only, and for rows only."""
    reports = [name for name in COMMON_FORMATS if name not in ROW_FORMATS]
    rows = [name for name in ROW_FORMATS if name not in COMMON_FORMATS]
    return f" {', '.join(reports)} is for reports, {', '.join(rows)} for --per-record."


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how the output is written; the available formats depend on the command."""

    format: str = "table"
    output: Annotated[
        Path | None,
        option("--output", "-o", help_text="Write to FILE, replaced only on success.", metavar="FILE"),
    ] = None
    decimal: Annotated[
        Literal[".", ","],
        option("--decimal", help_text="Decimal separator of csv and tsv: . or ,.", metavar="CHAR"),
    ] = "."
    delimiter: Annotated[
        str | None,
        option("--delimiter", help_text="Separator of csv. Default: , or ;.", metavar="CHAR"),
    ] = None
    color: Annotated[
        Color,
        option("--color", help_text="Default: auto, which respects NO_COLOR."),
    ] = "auto"


class OutputGroup(Output, frozen=True, kw_only=True):
    """Output of commands that write a report."""

    format: Annotated[str, _format_option(COMMON_FORMATS)] = "table"


class RequestOutputGroup(Output, frozen=True, kw_only=True):
    """Output of `migrate`, where `-o` names the file of requests, and the format is that of the report."""

    format: Annotated[str, _format_option(COMMON_FORMATS, suffix=False)] = "table"


ALL_FORMATS: Final = [*COMMON_FORMATS, *(name for name in ROW_FORMATS if name not in COMMON_FORMATS)]


class TablesOutput(Output, frozen=True, kw_only=True):
    """Output of commands whose reports have several tables."""

    tables: Annotated[
        Path | None,
        option(
            "--tables",
            help_text="Also write each list of the report to DIR, as one small CSV file.",
            metavar="DIR",
        ),
    ] = None


class RowOutputGroup(TablesOutput, frozen=True, kw_only=True):
    """Output of commands that write a report, or one row per record."""

    format: Annotated[str, _format_option(ALL_FORMATS, rows=True, note=_not_for_both())] = "table"


class CheckOutputGroup(TablesOutput, frozen=True, kw_only=True):
    """Output of `check` and `render`."""

    format: Annotated[str, _format_option(REPORT_FORMATS)] = "table"


def check_format(output: Output, *, per_record: bool) -> None:
    """Raise `UsageError` for a format that reports, or rows, do not support, before anything is counted."""
    renderer = find(output.format)
    if per_record and not renderer.for_rows:
        raise UsageError(f"-f {output.format} is for reports: remove --per-record or choose another format.")
    if not per_record and not renderer.for_reports:
        raise UsageError(f"-f {output.format} is for rows: add --per-record or choose another format.")
    if isinstance(output, TablesOutput) and output.tables is not None:
        if per_record:
            raise UsageError("--tables writes the lists of the report: remove it or --per-record.")
        if output.tables.exists() and not output.tables.is_dir():
            raise UsageError(f"--tables {output.tables}: not a folder; name a folder.")


def show(report: Report, output: Output) -> None:
    """Write a report, and before it the tables that were asked for."""
    from msgspec import structs

    from tokcount.cli.prices import today
    from tokcount.document.document import Run
    from tokcount.document.tables import tables_of
    from tokcount.render.emit import emit, emit_tables
    from tokcount.reports.views import document_of

    if not report.run:
        report = structs.replace(report, run=Run(today(), command_line()))
    if isinstance(output, TablesOutput) and output.tables is not None:
        emit_tables(tables_of(report), output.tables, _dialect(output))
    emit(document_of(report), output.format, output.output, output.color, _dialect(output))


def write_rows(rows: pl.DataFrame, command: str, output: Output) -> None:
    """Write one row per record."""
    from tokcount.document.document import Envelope
    from tokcount.render.emit import emit_rows

    emit_rows(rows, Envelope(command=command), output.format, output.output, output.color, _dialect(output))


def _dialect(output: Output) -> Dialect:
    """How CSV is written. Raises `UsageError` for a delimiter that is not one character, or part of numbers."""
    delimiter = output.delimiter and output.delimiter.replace("\\t", "\t")
    if delimiter is not None and (len(delimiter) != 1 or (not delimiter.isprintable() and delimiter != "\t")):
        raise UsageError(f"--delimiter {output.delimiter!r}: expected one character, such as ; or | or \\t.")
    if delimiter is not None and (delimiter == output.decimal or delimiter in '"0123456789'):
        raise UsageError(
            f"--delimiter {delimiter}: numbers or quotes have this character; choose another one."
        )
    return Dialect(output.decimal, delimiter)


def is_on_screen(output: Output) -> bool:
    """Whether the report goes to the same terminal as the messages."""
    to_stdout = output.output is None or str(output.output) == "-"
    return output.format == "table" and to_stdout and sys.stdout.isatty() and sys.stderr.isatty()
