"""`tokcount formats`: the known formats; with paths, what was detected in each file and what was skipped."""

from __future__ import annotations

from collections import Counter

from tokcount.document.blocks import Blocks, Cell, Column, Line, Table
from tokcount.document.rows import Row, flat
from tokcount.reports.inspect.report import DetectedFile, FormatsReport
from tokcount.reports.phrases import SKIPPED, counted, tally

FILE_COLUMNS = (
    Column("file"),
    Column("container"),
    Column("records", "int"),
    Column("formats"),
    Column("kinds"),
    Column("messages", "int"),
    Column("usage", "int"),
    Column("skipped", "int"),
)
PLACES_SHOWN = 5


def blocks(report: FormatsReport) -> Blocks:
    """The known formats, or one row per file and the first skipped items."""
    if report.files:
        table = tuple(_file(file) for file in report.files)
        return [
            Table(FILE_COLUMNS, table),
            *_flags(report.files),
            *_not_read(report.files),
            *_skipped(report.files),
        ]
    columns = (Column("format"), Column("what it is"))
    listed = tuple((entry.name, entry.description) for entry in report.formats or ())
    return [Table(columns, listed, title=counted(len(listed), "format", "formats"))]


def rows(report: FormatsReport) -> list[Row]:
    """One row per file; objects become columns such as `formats.openai.chat`."""
    return [flat(entry) for entry in (report.files or report.formats or ())]


def _file(file: DetectedFile) -> tuple[Cell, ...]:
    return (
        file.path,
        file.container,
        file.records,
        tally(file.formats),
        tally(file.kinds),
        file.messages,
        file.usage.records,
        file.skipped,
    )


def _flags(files: list[DetectedFile]) -> list[Line]:
    """The flags of each file's records, and the fields from which prompts were taken."""
    flags = [f"{file.path}: {tally(file.flags).replace('_', ' ')}" for file in files if file.flags]
    fields = [
        f"{file.path}: prompts taken from {', '.join(f'{name} ({n:,})' for name, n in file.fields.items())}"
        for file in files
        if file.fields
    ]
    fields += [
        f"{file.path}: variables without a value: {', '.join(file.variables)}"
        for file in files
        if file.variables
    ]
    read = [f"{file.path}: {_read_from(file)}" for file in files if file.read_from]
    return [Line(text, "note") for text in (*flags, *fields, *read)]


def _read_from(file: DetectedFile) -> str:
    """`model ← engine; input ← promptTokens`: which field became what."""
    read = ((meaning.replace("_", " "), ", ".join(found)) for meaning, found in file.read_from.items())
    return "; ".join(f"{meaning} ← {fields}" for meaning, fields in read)


def _not_read(files: list[DetectedFile]) -> list[Line]:
    """What makes records partial: fields that are neither counted nor known to cost nothing."""
    return [
        Line(f"{file.path}: not read, so the count is a lower bound: {tally(file.not_read)}", "note")
        for file in files
        if file.not_read
    ]


def _skipped(files: list[DetectedFile]) -> list[Table]:
    table: list[tuple[Cell, ...]] = []
    for file in files:
        shown = Counter[str]()
        for item in file.skipped_at:
            shown[item.reason] += 1
            if shown[item.reason] <= PLACES_SHOWN:
                reason = SKIPPED.get(item.reason, (item.reason,))[0]
                table.append((f"{item.source}:{item.line}", reason, item.detail))
    columns = (Column("location"), Column("skipped"), Column("why"))
    return [Table(columns, tuple(table), title="Skipped, the first of each reason")] if table else []
