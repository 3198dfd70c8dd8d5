"""SQLite databases, opened for reading only, handed to the format that knows their tables.

Nothing is written next to them: SQLite would make a `-shm` file to read a database in WAL mode.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tokcount.logs.bytes import text_encoding
from tokcount.logs.format import DatabaseFormat, Item
from tokcount.logs.options import LARGEST_VALUE
from tokcount.logs.record import Skipped
from tokcount.logs.registry import database_entries
from tokcount.logs.scalars import label

if TYPE_CHECKING:
    from io import BytesIO

_SHOWN_TABLES = 8
_MODE = slice(18, 20)
"""The bytes of a database that say whether it is in WAL mode (sqlite.org, "Database File Format")."""


def database_items(file: str | BytesIO, source: str, notes: dict[str, int]) -> Iterator[Item]:
    """The records of a database, by path or by its bytes; warnings are added to `notes` with a row's number."""
    texts = _Texts(notes)
    try:
        with closing(_connect(file)) as database:
            database.text_factory = texts
            tables = _tables(database)
            known = _format_of(tables)
            if known is None:
                shown = ", ".join(label(name, "…") for name in sorted(tables)[:_SHOWN_TABLES]) or "none"
                yield _skipped(source, "unrecognised", f"not a known log database; tables: {shown}")
                return
            for item in known.read_database(database, source):
                texts.row = item.line + 1
                yield item
    except (sqlite3.Error, OverflowError) as error:
        yield _skipped(source, "unreadable", f"the database cannot be read ({type(error).__name__})")


class _Texts:
    """Decodes the texts of a database; `row` is the number of the one that is read."""

    def __init__(self, notes: dict[str, int]) -> None:
        self.row = 1
        self._notes = notes

    def __call__(self, raw: bytes) -> str:
        return text_encoding.noted(raw, self.row, self._notes)


def _connect(file: str | BytesIO) -> sqlite3.Connection:
    """Opened for reading, with everything disabled that the file could make SQLite do (sqlite.org, "Defense Against
    The Dark Arts"): no functions in its schema, no values larger than a record may be.
    """
    if isinstance(file, str):
        database = _open(file)
    else:
        database = sqlite3.connect(":memory:")
        data = file.getbuffer()
        if bytes(data[_MODE]) == b"\2\2":  # in WAL mode, in which a database in memory cannot be
            data[_MODE] = b"\1\1"
        database.deserialize(data)
    database.execute("pragma trusted_schema = off")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    return database


def _open(path: str) -> sqlite3.Connection:
    """A database on disk. One that is open elsewhere has its `-shm` file already, and its locks are respected; to
    read any other in WAL mode, its index is kept in memory, which needs a connection without locks.
    """
    address = f"file:{quote(path)}?mode=ro"
    if Path(f"{path}-shm").exists():
        return sqlite3.connect(address, uri=True)
    system = "win32" if os.name == "nt" else "unix"
    database = sqlite3.connect(f"{address}&vfs={system}-none", uri=True)
    database.execute("pragma locking_mode = exclusive")
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
