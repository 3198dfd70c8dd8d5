"""``tokcount formats``: the formats there are; with a path, what was detected in each file and what was not."""

from __future__ import annotations

from typing import Any

from tokcount.document.blocks import Blocks, Cell, Column, Line, Table
from tokcount.document.rows import Row, flat
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


def blocks(data: dict[str, Any]) -> Blocks:
    """The list of formats, or one row for each file and the first places of what was skipped."""
    if "files" not in data:
        columns = (Column("format"), Column("what it is"))
        listed = tuple((entry["name"], entry.get("description", "")) for entry in data["formats"])
        return [Table(columns, listed, title=counted(len(listed), "format", "formats"))]
    table = tuple(_file(entry) for entry in data["files"])
    return [Table(FILE_COLUMNS, table), *_flags(data["files"]), *_skipped(data["files"])]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each file; objects become columns such as ``formats.openai.chat``."""
    entries = data["files"] if "files" in data else data["formats"]
    return [flat(entry) for entry in entries]


def _file(entry: dict[str, Any]) -> tuple[Cell, ...]:
    return (
        entry["path"],
        entry["container"],
        entry["records"],
        tally(entry["formats"]),
        tally(entry["kinds"]),
        entry["messages"],
        entry["usage"]["records"],
        entry["skipped"],
    )


def _flags(files: list[dict[str, Any]]) -> list[Line]:
    return [
        Line(f"{entry['path']}: {tally(entry['flags']).replace('_', ' ')}", "note")
        for entry in files
        if entry["flags"]
    ]


def _skipped(files: list[dict[str, Any]]) -> list[Table]:
    table: list[tuple[Cell, ...]] = []
    for entry in files:
        shown: dict[str, int] = {}
        for place in entry["skipped_at"]:
            reason = place["reason"]
            shown[reason] = shown.get(reason, 0) + 1
            if shown[reason] <= PLACES_SHOWN:
                where = f"{entry['path']}:{place['line']}"
                table.append((where, SKIPPED.get(reason, (reason,))[0], place["detail"]))
    columns = (Column("place"), Column("skipped"), Column("why"))
    return [Table(columns, tuple(table), title="Skipped, the first places of each reason")] if table else []
