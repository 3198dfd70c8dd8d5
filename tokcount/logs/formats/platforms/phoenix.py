"""The database of Arize Phoenix: the spans of its traces, in the OpenInference dialect or in any other.

Source: Arize-ai/phoenix, db/models.py (table `spans`).
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tokcount.logs.adapt import DatabaseFormat, Item, Location
from tokcount.logs.formats.otel.span import span_of
from tokcount.logs.formats.otel.spans import SpanSession

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_COLUMNS = (
    "trace_rowid",
    "span_id",
    "parent_id",
    "name",
    "start_time",
    "attributes",
    "events",
    "status_code",
)


class Database(DatabaseFormat):
    """`phoenix.db`."""

    name = "phoenix.db"
    tables = (frozenset({"spans", "traces", "projects"}),)

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The spans, trace by trace; the line is the number of the span."""
        rows = database.execute(f"select {', '.join(_COLUMNS)} from spans order by trace_rowid, id")  # noqa: S608
        numbered = enumerate((dict(zip(_COLUMNS, row, strict=True)) for row in rows), 1)
        for _, trace in groupby(numbered, key=lambda each: each[1]["trace_rowid"]):
            spans = [(span_of(row), Location(source, line)) for line, row in trace]
            for span, _ in spans:
                span.format = self.name
            session = SpanSession()
            yield from session.items_of(spans)
            yield from session.finish()
