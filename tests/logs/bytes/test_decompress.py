"""Compressed, archived, transcoded: the same records come out."""

import bz2
import gzip
import io
import lzma
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.logfiles import CHAT_LINE, notes_of, places, read_all, write

from tokcount.logs.bytes.stream import Stream, blocks_of, unwrap
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.record import Record, Skipped
from tokcount.logs.source import expand

LINES = (CHAT_LINE + "\n").encode() * 3


def zstd(data: bytes) -> bytes:
    module = pytest.importorskip("backports.zstd")
    packed: bytes = module.compress(data)
    return packed


PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, zstd]


@pytest.mark.parametrize("pack", PACKERS)
def test_compression_is_known_by_its_first_bytes(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Whatever the file is called; several members follow each other; compressions nest."""
    for data in (pack(LINES), pack(LINES[:50]) + pack(LINES[50:]), pack(pack(LINES))):
        records, skipped = read_all(tmp_path, data, "log.bin")

        assert [record.line for record in records] == [1, 2, 3]
        assert skipped == []


@pytest.mark.parametrize("pack", PACKERS)
def test_a_cut_file_gives_what_can_be_read(pack: Callable[[bytes], bytes]) -> None:
    """And reports that it ends early."""
    stream = unwrap(blocks_of(io.BytesIO(pack(LINES * 5000)[:-7])), max_ratio=10**6)

    assert LINES.startswith(b"".join(stream)[:50])
    assert stream.problem is not None
    assert "early" in stream.problem


def test_a_broken_tail_is_reported_at_its_line(tmp_path: Path) -> None:
    """The fragment of a line before the break is part of the problem, not a value."""
    lines = [f'{{"model": "m", "prompt": "{number * 7919 % 104729}"}}\n' for number in range(5000)]
    packed = gzip.compress("".join(lines).encode())

    records, skipped = read_all(tmp_path, packed[: len(packed) // 2], "log.jsonl.gz")

    assert 0 < len(records) < 5000
    assert places(skipped) == [(len(records) + 1, "unreadable")]


def test_damage_in_the_middle_ends_reading(tmp_path: Path) -> None:
    """With a reason, and without a traceback."""
    packed = bytearray(bz2.compress(LINES * 3000))
    packed[len(packed) // 2] ^= 0xFF

    _, skipped = read_all(tmp_path, bytes(packed))

    assert [item.reason for item in skipped] == ["unreadable"]


GZIPPED = gzip.compress(b"".join(LINES + b"%d\n" % n for n in range(50)), mtime=0)
BROKEN = {
    "cut off": GZIPPED[:-20],
    "a wrong checksum": GZIPPED[:-8] + b"\0\0\0\0" + GZIPPED[-4:],
    "a wrong length": GZIPPED[:-4] + b"\0\0\0\0",
    "garbage in the middle": GZIPPED[:200] + b"\xff" * 20 + GZIPPED[220:],
    "garbage behind it": GZIPPED + b"garbage",
    "only a header": GZIPPED[:10],
    "only its first bytes": GZIPPED[:3],
    "a header with a bad method": b"\x1f\x8b\x09" + GZIPPED[3:],
    "a second member that is broken": GZIPPED + GZIPPED[:60] + b"\xff" * 9,
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_gzip_file_ends_with_a_reason_and_its_place(fault: str, tmp_path: Path) -> None:
    """What comes before the fault counts; `--strict` refuses it."""
    records, skipped = read_all(tmp_path, BROKEN[fault], "log.jsonl.gz")

    last = skipped[-1]
    assert last.reason == "unreadable"
    assert last.line >= 1
    assert "gzip data" in last.detail
    assert bool(records) == (
        fault not in ("only a header", "only its first bytes", "a header with a bad method")
    )


def test_a_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to too many times its size is not read to its end."""
    monkeypatch.setattr("tokcount.logs.bytes.decompress.RATIO_GRACE", 1 << 20)
    packed = gzip.compress((CHAT_LINE + "\n").encode() * 200_000)

    _, skipped = read_all(tmp_path, packed, max_ratio=20)

    assert "bomb" in skipped[-1].detail


def test_zip_members_are_read_by_name(tmp_path: Path) -> None:
    """Members that are not logs are summarised; a member may itself be compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/one.jsonl", LINES)
        archive.writestr("two.json.gz", gzip.compress(CHAT_LINE.encode()))
        archive.writestr("picture.png", b"\x89PNG")
        archive.writestr("three.csv", "prompt\nhi\n")

    records, skipped = read_all(tmp_path, buffer.getvalue(), "export.zip")

    names = [record.source.removeprefix(f"{tmp_path}/") for record in records]
    assert names == ["export.zip/a/one.jsonl"] * 3 + ["export.zip/two.json.gz", "export.zip/three.csv"]
    assert [(item.reason, item.detail) for item in skipped] == [
        ("unsupported", "members that are not logs: 1 .png")
    ]


def test_a_damaged_zip_is_unreadable(tmp_path: Path) -> None:
    """A cut archive has lost its directory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("one.jsonl", LINES)

    _, skipped = read_all(tmp_path, buffer.getvalue()[:60], "export.zip")

    assert places(skipped) == [(1, "unreadable")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_are_known_by_mark_or_pattern(encoding: str, tmp_path: Path) -> None:
    """As PowerShell and Notepad write them."""
    records, skipped = read_all(tmp_path, (f"{CHAT_LINE}\r\n" * 2).encode(encoding))

    assert [record.messages[0].text for record in records] == ["héllo 你好"] * 2
    assert skipped == []


def test_bytes_that_are_not_utf8_are_windows_1252(tmp_path: Path) -> None:
    """Only those bytes: the lines that are UTF-8 stay what they are. It is reported once."""
    data = CHAT_LINE.encode() + b'\n{"model":"m","prompt":"caf\xe9 \x93x\x94"}\n'

    records, _ = read_all(tmp_path, data)

    assert records[0].messages[0].text == "héllo 你好"
    assert (records[1].request or {})["prompt"] == "café “x”"
    assert [(note.line, "Windows-1252" in note.text) for note in notes_of(tmp_path, data)] == [(2, True)]


def test_a_surrogate_written_as_utf8_becomes_the_replacement_character(tmp_path: Path) -> None:
    """One character, not three."""
    records, _ = read_all(tmp_path, b'{"model":"m","prompt":"a\xed\xa0\xbdb"}\n')

    assert (records[0].request or {})["prompt"] == "a\ufffdb"


def test_a_database_of_no_known_tables_is_unrecognised(tmp_path: Path) -> None:
    """Its tables are named."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("create table fruit (name text)")
    database.close()

    (item,) = read(expand([str(path)]))

    assert isinstance(item, Skipped)
    assert "fruit" in item.detail


def test_parquet_rows_are_values(tmp_path: Path) -> None:
    """Times come as text, so that formats read them as from JSON."""
    import polars as pl

    path = tmp_path / "log.parquet"
    frame = pl.DataFrame(
        {"model": ["gpt-4o"], "messages": [[{"role": "user", "content": "hi"}]], "ts": ["2024-05-01"]}
    )
    frame.with_columns(pl.col("ts").str.to_datetime(time_zone="UTC")).write_parquet(path)

    (record,) = read(expand([str(path)]))

    assert isinstance(record, Record)
    assert (record.format, record.timestamp) == ("openai.chat.request", 1714521600.0)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PAR1 and no Parquet", "unreadable"),
        (b"SQLite format 3\x00 and no database", "unreadable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "unsupported"),
        (b"3164:9:websocket;", "unsupported"),
        (b"Just a text.\n", "unrecognised"),
    ],
)
def test_what_holds_no_records_says_why(data: bytes, reason: str, tmp_path: Path) -> None:
    """One item for the file."""
    records, skipped = read_all(tmp_path, data, "file")

    assert records == []
    assert places(skipped) == [(1, reason)]


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path: Path) -> None:
    """It may vanish after its name was found."""
    sources = expand([write(tmp_path, "{}")])
    (tmp_path / "log.jsonl").unlink()

    (item,) = read(sources, ReadOptions())

    assert isinstance(item, Skipped)
    assert item.reason == "unreadable"


def test_a_read_error_ends_the_stream() -> None:
    """The disk failed: what came before it counts."""

    def failing() -> object:
        yield b"one\n"
        raise OSError(5, "Input/output error")

    stream = Stream(failing())  # type: ignore[arg-type]

    assert list(stream) == [b"one\n"]
    assert stream.problem == "reading failed: Input/output error"
