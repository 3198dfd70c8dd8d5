"""Tables of one's own in SQLite databases: which one is read, its rows by conventional names or by a mapping."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import tokcount
from tokcount.logs.options import Mapping, ReadOptions
from tokcount.logs.reader import FileWarning, read
from tokcount.logs.record import Record, Skipped
from tokcount.logs.source import expand

CALLS = "create table calls (id integer primary key, ts text, model text, prompt_tokens int, completion_tokens int)"
CALL = "insert into calls values (1, '2026-01-01T00:00:00Z', 'gpt-4o', 120, 7)"
USERS = "create table users (name text, age int)"
NOTES = "create table notes (remark text, n int)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.db"


def write(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def read_one(path: Path, **options: Any) -> Record | Skipped:
    (item,) = read(expand([str(path)]), ReadOptions(**options))
    return item


@pytest.mark.parametrize("others", [(), (USERS,), (USERS, NOTES, "create table alembic_version (v text)")])
def test_the_only_table_or_the_only_one_with_known_columns_is_read(
    path: Path, others: tuple[str, ...]
) -> None:
    write(path, CALLS, CALL, *others)

    record = read_one(path)

    assert isinstance(record, Record)
    assert (record.kind, record.model, record.line, record.timestamp) == ("usage", "gpt-4o", 1, 1767225600)
    assert record.usage is not None
    assert (record.usage.input, record.usage.output) == (120, 7)


def test_a_named_table_is_mapped(path: Path) -> None:
    write(path, CALLS, CALL, NOTES, "insert into notes values ('How are you?', 5)")

    record = read_one(path, table="Notes", mapping=Mapping(prompt_path="remark", input_tokens_path="n"))
    (same,) = tokcount.read(path, table="notes", prompt_path="remark", input_tokens_path="n")

    assert isinstance(record, Record)
    assert (record.request, record.usage and record.usage.input) == ({"prompt": "How are you?"}, 5)
    assert same == record


def test_several_tables_are_listed_with_the_option_that_chooses_one(path: Path) -> None:
    write(path, USERS, NOTES)

    unknown, missing = read_one(path), read_one(path, table="calls")

    assert [item.detail for item in (unknown, missing) if isinstance(item, Skipped)] == [
        "not a known log database; tables: notes, users; choose one with --table",
        "without the table calls; tables: notes, users; choose one with --table",
    ]


def test_a_table_name_and_its_columns_need_no_quotes(path: Path) -> None:
    write(path, 'create table "my ""calls""" ("select" text)', 'insert into "my ""calls""" values (\'x y\')')

    record = read_one(path, mapping=Mapping(prompt_path="select"))

    assert isinstance(record, Record)
    assert record.request == {"prompt": "x y"}


def test_columns_of_bytes_are_text_or_named_in_a_warning(path: Path) -> None:
    write(
        path, "create table calls (prompt blob, vector blob)", "insert into calls values (x'4869', x'ff00')"
    )
    notes: list[FileWarning] = []

    (record,) = read(expand([str(path)]), notes=notes)

    assert isinstance(record, Record)
    assert record.request == {"prompt": "Hi"}
    assert [(note.line, note.text) for note in notes] == [
        (1, "the binary column vector holds no text; it was not read")
    ]
