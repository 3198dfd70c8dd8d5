"""A source in blocks gives the items of the whole, whatever contains it."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.logfiles import CHAT, CHAT_LINE, COMPLETION, write

from tokcount.logs.format import Item, NeedsWhole
from tokcount.logs.options import BLOCK_BYTES, ReadOptions
from tokcount.logs.reader import FileWarning, Reader, read, stream_of
from tokcount.logs.record import Skipped
from tokcount.logs.source import Source, expand
from tokcount.scanning.parts import blocks as module
from tokcount.scanning.parts.blocks import Block, BlockReader, blocks_of

CHUNK: Final = '{"id":"a","object":"chat.completion.chunk","model":"gpt-4o","choices":[]}'
ROW: Final = {"prompt": 'a "quoted"\ntext, 你好', "completion": "ok", "model": "gpt-4o", "tokens": 3}


def lines(found: list[str]) -> bytes:
    return "\n".join([CHAT_LINE, *found]).encode()


def array(found: list[str]) -> bytes:
    return ("[" + ",\n".join([CHAT_LINE, *(each for each in found if each.endswith("}"))]) + "]").encode()


def table(found: list[str]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(ROW)
    for each in found:
        writer.writerow([each, *list(ROW.values())[1:]])
        if each.startswith('{"cut'):
            buffer.write('"a" quote that is not doubled,x,y,1\n')
    return buffer.getvalue().encode()


def zstd(found: list[str]) -> bytes:
    packed: bytes = pytest.importorskip("backports.zstd").compress(lines(found))
    return packed


def parquet(found: list[str]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame([ROW | {"prompt": each} for each in ["first", *found]]).write_parquet(buffer)
    return buffer.getvalue()


def database(found: list[str]) -> bytes:
    made = sqlite3.connect(":memory:")
    made.execute("create table calls (prompt, completion, model, tokens)")
    made.executemany("insert into calls values (?, ?, ?, ?)", [(each, "b", "gpt-4o", 1) for each in found])
    made.execute("insert into calls values ('last', cast(x'ff41' as text), 'gpt-4o', 1)")
    made.commit()
    data = made.serialize()
    made.close()
    return data


CONTAINERS: Final[dict[str, Callable[[list[str]], bytes]]] = {
    "x.jsonl": lines,
    "x.jsonl.gz": lambda found: gzip.compress(lines(found)),
    "x.jsonl.bz2": lambda found: bz2.compress(lines(found)),
    "x.jsonl.xz": lambda found: lzma.compress(lines(found)),
    "x.jsonl.zst": zstd,
    "utf16.jsonl": lambda found: lines(found).decode().encode("utf-16") + b"\x00\xd8",
    "windows.jsonl": lambda found: lines([*found, '{"prompt": "na\x00ve"}']).replace(b"\x00", b"\xef"),
    "cut.jsonl.gz": lambda found: gzip.compress(lines(found))[:-12],
    "server.log": lambda found: lines([f"INFO request: {each}" for each in found or [CHAT_LINE]] * 4),
    "python.log": lambda found: "\n".join([repr(CHAT), *found]).encode(),
    "array.json": array,
    "open.json": lambda found: array(found)[:-1],
    "calls.csv": table,
    "calls.csv.gz": lambda found: gzip.compress(table(found)),
    "calls.parquet": parquet,
    "calls.db": database,
}


def in_blocks(
    source: Source, options: ReadOptions | None = None
) -> tuple[list[Item], list[FileWarning], int]:
    """The items and warnings of a source that is read in blocks, and how many blocks there are."""
    options = options or ReadOptions()
    items: list[Item] = []
    notes: list[FileWarning] = []
    before = count = 0
    with source.open() as file:
        blocks = blocks_of(stream_of(source, file, options), source, options)
        assert blocks is not None, "it is read in one piece"
        for block in blocks:
            count += 1
            found: list[FileWarning] = []
            part = BlockReader(iter([block]), source.path, Reader(options, part=True, notes=found), found)
            for item in part:
                item.line += before
                items.append(item)
            notes += [FileWarning(note.source, note.line + before, note.text) for note in found]
            before += part.lines
    return items, notes, count


@pytest.mark.parametrize("name", CONTAINERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    found=st.lists(
        st.sampled_from([CHAT_LINE, json.dumps(COMPLETION), "", "# no", '{"cut', CHAT_LINE * 2, "x" * 300]),
        max_size=25,
    ),
    size=st.integers(50, 2_000),
)
def test_blocks_put_together_are_the_whole(
    name: str, found: list[str], size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same items in the same order with the same lines, and the same warnings."""
    (source,) = expand([write(tmp_path, CONTAINERS[name](found), name)])
    notes: list[FileWarning] = []
    whole = list(read([source], notes=notes))
    with monkeypatch.context() as patch:
        patch.setattr(module, "BLOCK", size)
        items, noted, _ = in_blocks(source)

    assert items == whole
    assert set(noted) == set(notes)


def test_blocks_are_bounded_by_what_their_values_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 10_000)
    for name in ("x.jsonl.gz", "array.json", "calls.csv", "calls.parquet", "calls.db"):
        (source,) = expand([write(tmp_path, CONTAINERS[name]([CHAT_LINE] * 2_000), name)])
        assert in_blocks(source)[2] > 3, name


def test_a_line_that_is_too_long_is_skipped_without_being_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 1_000)
    options = ReadOptions(max_value=BLOCK_BYTES)
    long = CHAT_LINE.replace("user", "u" * 6 * BLOCK_BYTES)
    packed = gzip.compress(f"{CHAT_LINE}\n{long}\n{CHAT_LINE}".encode())
    (source,) = expand([write(tmp_path, packed, "x.jsonl.gz")])
    with source.open() as file:
        blocks = blocks_of(stream_of(source, file, options), source, options)
        assert blocks is not None
        assert max(len(block.data) for block in blocks) < 4 * BLOCK_BYTES

    items, _, _ = in_blocks(source, options)
    assert [(item.line, getattr(item, "detail", "")) for item in items] == [
        (1, ""),
        (2, "a line of more than 1 MB"),
        (3, ""),
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("events.log", b'data: {"a": 1}\n\n' * 20),
        ("chunks.jsonl.gz", gzip.compress(f"{CHUNK}\n".encode() * 9)),
        ("chunks.json", f"[{CHUNK},{CHUNK}]".encode()),
        ("AGENTS.md", b"Be brief.\n" * 9),
        ("photo.png", b"\x89PNG" * 9),
        ("calls.db.gz", gzip.compress(database(["a"]))),
    ],
    ids=["events", "chunks in gzip", "chunks in an array", "prompt", "picture", "database in gzip"],
)
def test_what_only_the_whole_can_show_is_not_read_in_blocks(name: str, data: bytes, tmp_path: Path) -> None:
    (source,) = expand([write(tmp_path, data, name)])
    with source.open() as file:
        assert blocks_of(stream_of(source, file, ReadOptions()), source, ReadOptions()) is None


def test_a_grouped_format_in_a_later_block_asks_for_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From that block on, the rest of the source gives what the whole gives."""
    monkeypatch.setattr(module, "BLOCK", 3_000)
    hello = CHUNK.replace("[]", '[{"index":0,"delta":{"content":"Hello"}}]')
    many = [CHAT_LINE] * 100
    (source,) = expand([write(tmp_path, gzip.compress(lines([*many, hello, *many, hello])), "x.jsonl.gz")])
    whole = list(read([source]))
    items: list[Item] = []

    with source.open() as file:
        blocks = blocks_of(stream_of(source, file, ReadOptions()), source, ReadOptions())
        assert blocks is not None
        for block, part in _parts(blocks, source):
            try:
                items += list(part)
            except NeedsWhole:
                rest = iter([block, *blocks])
                items += list(BlockReader(rest, source.path, Reader(ReadOptions()), []))

    assert len(items) == len(whole) == 202
    assert not any(isinstance(item, Skipped) for item in items)


def _parts(blocks: Iterator[Block], source: Source) -> Iterator[tuple[Block, BlockReader]]:
    for block in blocks:
        yield block, BlockReader(iter([block]), source.path, Reader(ReadOptions(), part=True), [])
