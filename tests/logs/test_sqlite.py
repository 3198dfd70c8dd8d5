"""Databases are read whatever mode they are in, from wherever they come, and nothing is left next to them."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fuzz.targets import items_of

from tokcount.logs.bytes.text_encoding import NOT_UTF8
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import FileWarning, read
from tokcount.logs.record import Record
from tokcount.logs.source import expand

TABLES = (
    "create table conversations (id text)",
    (
        "create table responses (id text, model text, prompt text, response text, datetime_utc text, input_tokens int,"
        " output_tokens int, conversation_id text)"
    ),
)


def insert(database: sqlite3.Connection, name: str, prompt: str | bytes = "hello") -> None:
    row = (name, "gpt-4o", prompt, "hi", "2026-01-01T00:00:00", 9, 2, "c")
    database.execute("insert into responses values (?, ?, cast(? as text), ?, ?, ?, ?, ?)", row)
    database.commit()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An open database in WAL mode: one row is in the database, the next one in its `-wal` file."""
    with closing(sqlite3.connect(tmp_path / "logs.db")) as database:
        database.execute("pragma journal_mode = wal")
        for table in TABLES:
            database.execute(table)
        insert(database, "1")
        database.execute("pragma wal_checkpoint(truncate)")
        insert(database, "2")
        yield database


def ids(path: Path) -> list[str | None]:
    items = [*read(expand([str(path)]), ReadOptions())]
    assert all(isinstance(item, Record) for item in items), items
    return [item.id for item in items if isinstance(item, Record)]


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_database_that_was_closed_leaves_no_files(tmp_path: Path, live: sqlite3.Connection) -> None:
    live.close()
    before = files(tmp_path)

    assert ids(tmp_path / "logs.db") == ["1", "2"]
    assert files(tmp_path) == before
    assert before.keys() == {"logs.db"}


def test_what_is_only_in_the_wal_file_is_read(tmp_path: Path, live: sqlite3.Connection) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("logs.db", "logs.db-wal"):
        shutil.copy(tmp_path / name, copy / name)
    before = files(copy)

    assert ids(copy / "logs.db") == ["1", "2"]
    assert ids(copy) == ["1", "2"], "the -wal file is no log of its own"
    assert files(copy) == before


def test_a_database_that_is_written_to_is_read_as_it_is(tmp_path: Path, live: sqlite3.Connection) -> None:
    assert ids(tmp_path / "logs.db") == ["1", "2"]
    insert(live, "3")
    assert ids(tmp_path / "logs.db") == ["1", "2", "3"]
    assert files(tmp_path).keys() == {"logs.db", "logs.db-wal", "logs.db-shm"}


def test_a_packed_or_piped_database_in_wal_mode_is_read(tmp_path: Path, live: sqlite3.Connection) -> None:
    live.close()
    data = (tmp_path / "logs.db").read_bytes()
    packed = tmp_path / "packed" / "logs.db.gz"
    packed.parent.mkdir()
    packed.write_bytes(gzip.compress(data))

    assert ids(packed) == ["1", "2"]
    assert [item.line for item in items_of(data, "-")[0]] == [1, 2]
    assert files(packed.parent).keys() == {"logs.db.gz"}


def test_text_that_is_not_utf8_is_noted_with_its_row(tmp_path: Path, live: sqlite3.Connection) -> None:
    insert(live, "3", b"caf\xe9")
    live.close()
    notes: list[FileWarning] = []

    *_, last = read(expand([str(tmp_path / "logs.db")]), notes=notes)

    assert isinstance(last, Record)
    assert last.messages[0].text == "café"
    assert [(note.line, note.text) for note in notes] == [(3, NOT_UTF8)]
