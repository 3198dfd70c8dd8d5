"""SQLite databases, opened for reading only, handed to the format that knows their tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

from tokcount.logs.format import DatabaseFormat, Item
from tokcount.logs.options import LARGEST_VALUE
from tokcount.logs.record import Skipped
from tokcount.logs.registry import database_entries
from tokcount.logs.scalars import label

if TYPE_CHECKING:
    from io import BytesIO

_SHOWN_TABLES = 8


def database_items(file: str | BytesIO, source: str) -> Iterator[Item]:
    """The records of a database, by path or by its bytes."""
    try:
        with closing(_connect(file)) as database:
            tables = _tables(database)
            known = _format_of(tables)
            if known is None:
                shown = ", ".join(label(name, "…") for name in sorted(tables)[:_SHOWN_TABLES]) or "none"
                yield _skipped(source, "unrecognised", f"not a known log database; tables: {shown}")
                return
            yield from known.read_database(database, source)
    except (sqlite3.Error, OverflowError) as error:
        yield _skipped(source, "unreadable", f"the database cannot be read ({type(error).__name__})")


def _connect(file: str | BytesIO) -> sqlite3.Connection:
    """Opened for reading, with everything disabled that the file could make SQLite do (sqlite.org, "Defense Against
    The Dark Arts"): no functions in its schema, no values larger than a record may be.
    """
    if isinstance(file, str):
        database = sqlite3.connect(f"file:{quote(file)}?mode=ro", uri=True)
    else:
        database = sqlite3.connect(":memory:")
        database.deserialize(file.getbuffer())
    database.execute("pragma trusted_schema = off")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    return database


def _tables(database: sqlite3.Connection) -> frozenset[str]:
    """The tables; a view is an untrusted query that may never end."""
    rows = database.execute("select name from sqlite_master where type = 'table'")
    return frozenset(str(name) for (name,) in rows)


def _format_of(tables: frozenset[str]) -> DatabaseFormat | None:
    for entry in database_entries():
        if any(tables.issuperset(need) for need in entry.tables) and isinstance(entry.format, DatabaseFormat):
            return entry.format
    return None


def _skipped(source: str, reason: str, detail: str) -> Skipped:
    name = "unrecognised" if reason == "unrecognised" else None
    return Skipped(source=source, line=1, reason=reason, detail=detail, format=name)  # type: ignore[arg-type]
