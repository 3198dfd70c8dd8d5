"""Decompression bombs of every kind end with a reason."""

from __future__ import annotations

import base64
import bz2
import copy
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.in_process import run
from support.logfiles import CHAT_LINE, read_all, write

RATIO = 30
"""Times its size that a file may unpack to in most of these tests."""
LINE = f"{CHAT_LINE}\n".encode()
HUGE = LINE * 30_000
"""Some megabytes, of which a compression makes some kilobytes."""


def zstd(data: bytes) -> bytes:
    module = pytest.importorskip("backports.zstd", reason="zstd is not installed")
    packed: bytes = module.compress(data)
    return packed


def zipped(data: bytes, *, copies: int = 1, name: str = "log.jsonl") -> bytes:
    """An archive whose directory names one member several times."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        archive.filelist += [copy.copy(archive.filelist[0]) for _ in range(copies - 1)]
    return file.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(HUGE, 9),
    "bzip2": lambda: bz2.compress(HUGE),
    "xz": lambda: lzma.compress(HUGE),
    "zstd": lambda: zstd(HUGE),
    "zip": lambda: zipped(HUGE),
    "gzip in gzip": lambda: gzip.compress(gzip.compress(HUGE, 1)),
    "gzip in xz in zstd": lambda: zstd(lzma.compress(gzip.compress(HUGE))),
    "gzip in zip": lambda: zipped(gzip.compress(HUGE), name="log.jsonl.gz"),
    "zip in gzip": lambda: gzip.compress(zipped(HUGE)),
    "many members of gzip": lambda: gzip.compress(LINE * 3_000, 9) * 20,
    "one member of zip, named often": lambda: zipped(LINE * 1_000, copies=400),
}


@pytest.fixture(autouse=True)
def small_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb of some megabytes instead of hundreds."""
    monkeypatch.setattr("tokcount.logs.bytes.decompress.RATIO_GRACE", 1 << 19)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_bounded_and_says_so(name: str, tmp_path: Path) -> None:
    packed = BOMBS[name]()
    records, skipped = read_all(tmp_path, packed, "bomb", max_ratio=RATIO)

    expected = "unpacks to more than 30 times its size, like a decompression bomb; raise --max-ratio to read it anyway"
    overlapping = (
        "the member of the zip archive is damaged"  # since 3.11.8 and 3.12.2, zipfile refuses them itself
    )
    detail = skipped[-1].detail
    assert expected in detail or (name == "one member of zip, named often" and overlapping in detail)
    assert len(records) < 20_000


def test_compressions_inside_each_other_share_what_one_may_expand(tmp_path: Path) -> None:
    """Each layer alone stays below the limit."""
    once = gzip.compress(HUGE, 1)
    twice = gzip.compress(once)
    limit = len(HUGE) // len(once) + 20
    assert len(HUGE) // len(twice) > limit > len(once) // len(twice)

    assert read_all(tmp_path, once, max_ratio=limit)[1] == []
    assert "bomb" in read_all(tmp_path, twice, max_ratio=limit)[1][-1].detail


@pytest.mark.parametrize("command", ["formats", "count"])
def test_the_option_reads_on(command: str, tmp_path: Path) -> None:
    log = write(tmp_path, gzip.compress(HUGE), "log.jsonl.gz")
    strict = [] if command == "count" else ["--strict"]

    refused = run(command, log, *strict, "--max-ratio", "30")
    assert refused.code == (2 if command == "count" else 3), (
        "count goes on with the other files, and exits with 2"
    )
    assert "raise --max-ratio to read it anyway" in refused.out + refused.err
    assert run(command, log, *strict, "--max-ratio", "100000").code == 0


def test_memory_that_a_file_asks_for_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokcount.logs.bytes.decompress.MOST_MEMORY", 1 << 20)
    _, skipped = read_all(tmp_path, lzma.compress(LINE, preset=9))

    assert [item.detail for item in skipped] == ["the xz data needs too much memory"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_recorded_body_that_explodes_is_left_out(
    pack: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tokcount.logs.adapt.envelope._LARGEST_BODY", 1 << 20)
    body = base64.b64encode(pack(b" " * (8 << 20) + CHAT_LINE.encode())).decode()
    content = {"mimeType": "application/json", "encoding": "base64", "text": body}
    request = {"method": "POST", "url": "https://api.openai.com/v1/chat/completions", "headers": []}
    entry = {"request": {**request, "postData": content}, "response": {"status": 200, "content": content}}
    records, _ = read_all(tmp_path, json.dumps({"log": {"entries": [entry]}}), "log.har")

    assert [record for record in records if record.request] == []


def test_a_query_that_never_ends_is_not_asked(tmp_path: Path) -> None:
    """A view is a program of whoever made the database."""
    endless = (
        "with recursive n(i) as (select 1 union all select i + 1 from n) select i as id, 'x' as prompt from n"
    )
    path = tmp_path / "logs.db"
    database = sqlite3.connect(path)
    database.execute(f"create view responses as {endless}")
    database.execute(f"create view conversations as {endless}")
    database.close()
    _, skipped = read_all(tmp_path, path.read_bytes(), "copy.db")

    assert [item.reason for item in skipped] == ["unrecognised"]
