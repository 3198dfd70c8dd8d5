"""SQLite databases, opened for reading only: handed to the format that knows their tables, else one table by its rows.

Nothing is written next to them: SQLite would make a `-shm` file to read a database in WAL mode.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

from tokcount.logs.bytes import text_encoding
from tokcount.logs.containers.json_lines import Found
from tokcount.logs.containers.parquet import binary_note, binary_text
from tokcount.logs.format import DatabaseFormat, Item, Row
from tokcount.logs.options import LARGEST_VALUE
from tokcount.logs.record import Skipped
from tokcount.logs.registry import database_entries, is_known_header
from tokcount.logs.scalars import label

if TYPE_CHECKING:
    from io import BytesIO

T = TypeVar("T")
_SHOWN_TABLES = 8
_OF_TOOLS = frozenset(
    {"alembic_version", "android_metadata", "django_migrations", "schema_migrations", "_prisma_migrations"}
)
"""Tables of tools that move databases from one version to the next."""
_MODE = slice(18, 20)
"""The bytes of a database that say whether it is in WAL mode (sqlite.org, "Database File Format")."""


def database_items(
    file: str | BytesIO,
    source: str,
    notes: dict[str, int],
    read_rows: Callable[[Iterator[Found]], Iterator[T]],
    table: str | None = None,
) -> Iterator[Item | T]:
    """The records of a database, by path or by its bytes; warnings are added to `notes` with a row's number.

    `read_rows` reads the rows of a table of one's own: of `table`, else of the only one, or the only one with columns
    that a format knows.
    """
    texts = _Texts(notes)
    try:
        with closing(_connect(file)) as database:
            database.text_factory = texts
            tables = _tables(database)
            known = None if table else _format_of(tables)
            if known is not None:
                yield from texts.counting(known.read_database(database, source))
                return
            chosen = _table(database, tables, table)
            if chosen is None:
                yield _skipped(source, "unrecognised", _no_table(tables, table))
                return
            if database.execute(f"select 1 from {_quoted(chosen)} limit 1").fetchone() is None:  # noqa: S608 - quoted
                yield _skipped(source, "empty", f"the table {label(chosen, '…')} has no rows")
                return
            yield from read_rows(_rows(database, chosen, texts, notes))
    except (sqlite3.Error, OverflowError) as error:
        yield _skipped(source, "unreadable", f"the database cannot be read ({type(error).__name__})")


class _Texts:
    """Decodes the texts of a database; `row` is the number of the one that is read."""

    def __init__(self, notes: dict[str, int]) -> None:
        self.row = 1
        self._notes = notes

    def __call__(self, raw: bytes) -> str:
        return text_encoding.noted(raw, self.row, self._notes)

    def counting(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items; the row after each is the one that is read."""
        for item in items:
            self.row = item.line + 1
            yield item


def _table(database: sqlite3.Connection, tables: frozenset[str], asked: str | None) -> str | None:
    """The table to read; `None` when the one asked for does not exist, or it is not clear which one it is."""
    if asked is not None:
        return next((name for name in sorted(tables) if name.lower() == asked.lower()), None)
    own = [name for name in sorted(tables) if not name.startswith("sqlite_") and name not in _OF_TOOLS]
    known = own if len(own) == 1 else [name for name in own if is_known_header(_columns(database, name))]
    return known[0] if len(known) == 1 else None


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [str(name) for _, name, *_ in database.execute(f"pragma table_info({_quoted(table)})")]


def _no_table(tables: frozenset[str], asked: str | None) -> str:
    shown = ", ".join(label(name, "…") for name in sorted(tables)[:_SHOWN_TABLES]) or "none"
    what = f"without the table {label(asked, '…')}" if asked else "not a known log database"
    return f"{what}; tables: {shown}" + ("; choose one with --table" if tables else "")


def _rows(database: sqlite3.Connection, table: str, texts: _Texts, notes: dict[str, int]) -> Iterator[Found]:
    """The rows of a table; their line is their number, from 1."""
    cursor = database.execute(f"select * from {_quoted(table)}")  # noqa: S608 - quoted, and only read
    names = [name for name, *_ in cursor.description]
    for line, cells in enumerate(cursor, start=1):
        row = Row(zip(names, cells, strict=True))
        for name in [name for name, cell in row.items() if isinstance(cell, bytes)]:
            row[name] = binary_text(row[name], partial(notes.setdefault, binary_note(name), line))
        texts.row = line + 1
        yield line, 0, row


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


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
