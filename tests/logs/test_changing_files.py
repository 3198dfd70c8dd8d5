"""Files that change, fail or are taken away while they are read: what was there when they were found, or a reason."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from support.logfiles import CHAT_LINE

from tokcount.errors import DataError, UsageError
from tokcount.logs.bytes.plain import PlainText
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.record import Record, Skipped
from tokcount.logs.source import Source, expand
from tokcount.scanning.parts.spans import SpanReader, plan

LINES = 400
Change = Callable[[Path], None]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text(f"{CHAT_LINE}\n" * LINES)
    return path


def whole(source: Source) -> Iterator[Record | Skipped]:
    """The items of a file that is read in one piece."""
    return read([source])


def in_parts(source: Source) -> Iterator[Record | Skipped]:
    """The items of a file that is read in parts."""
    for span in plan(source, span_bytes=4_000) or pytest.fail("the file was not cut"):
        yield from SpanReader(source, span, ReadOptions())


def after(
    change: Change, log: Path, how: Callable[[Source], Iterator[Record | Skipped]]
) -> tuple[int, list[str]]:
    """Records, and the reasons of what was skipped, when the log changes between finding and reading it."""
    (source,) = expand([str(log)])
    items = how(source)
    first = [next(items)] if how is in_parts else []  # now the cuts are made
    change(log)
    items_read = [*first, *items]
    skipped = [item for item in items_read if isinstance(item, Skipped)]
    assert {item.reason for item in skipped} <= {"unreadable"}
    return len(items_read) - len(skipped), [item.detail for item in skipped]


def grow(log: Path) -> None:
    with log.open("a") as file:
        file.write(f"{CHAT_LINE}\n" * 50 + '{"cut')


def cut(log: Path) -> None:
    os.truncate(log, log.stat().st_size // 2)


def rotate(log: Path) -> None:
    log.rename(log.with_suffix(".1"))
    log.write_text(f"{CHAT_LINE}\n" * 2 * LINES)


def remove(log: Path) -> None:
    log.unlink()


@pytest.mark.parametrize("how", [whole, in_parts])
def test_what_is_added_later_is_not_read(
    how: Callable[[Source], Iterator[Record | Skipped]], log: Path
) -> None:
    """The same records with any number of processes, and no half line."""
    assert after(grow, log, how) == (LINES, [])


@pytest.mark.parametrize("how", [whole, in_parts])
def test_what_was_cut_off_is_said(how: Callable[[Source], Iterator[Record | Skipped]], log: Path) -> None:
    records, skipped = after(cut, log, how)

    assert LINES // 2 - 2 <= records <= LINES // 2
    assert set(skipped) == {"reading failed: the file became shorter while it was read"}


@pytest.mark.parametrize("how", [whole, in_parts])
def test_a_file_in_the_place_of_another_is_not_taken_for_it(
    how: Callable[[Source], Iterator[Record | Skipped]], log: Path
) -> None:
    records, skipped = after(rotate, log, how)

    assert records <= 50
    assert all("it was replaced by another file after it was found" in each for each in skipped)
    assert skipped


@pytest.mark.parametrize("how", [whole, in_parts])
def test_a_file_that_is_gone_is_said(how: Callable[[Source], Iterator[Record | Skipped]], log: Path) -> None:
    records, skipped = after(remove, log, how)

    assert records <= 50
    assert all("No such file or directory" in each for each in skipped)
    assert skipped


def test_a_file_that_is_rotated_while_it_is_open_is_read_to_its_end(log: Path) -> None:
    items = whole(*expand([str(log)]))
    next(items)
    rotate(log)

    assert sum(isinstance(item, Record) for item in items) == LINES - 1


class Failing(io.RawIOBase):
    """A disk that fails after so many bytes."""

    def __init__(self, data: bytes, after: int) -> None:
        self._data = io.BytesIO(data)
        self._after = after

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        return self._data.seek(place, whence)

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override] # a buffer of bytes
        if self._data.tell() >= self._after:
            raise OSError(errno.EIO, "Input/output error")
        block = self._data.read(min(len(buffer), 1_000))
        buffer[: len(block)] = block
        return len(block)


@pytest.mark.parametrize("how", [whole, in_parts])
def test_a_disk_that_fails_loses_what_comes_after_and_says_so(
    how: Callable[[Source], Iterator[Record | Skipped]], log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, opened = log.read_bytes(), Source.open

    def fail(source: Source) -> BinaryIO:
        opened(source).close()
        return Failing(data, len(data) // 2)  # type: ignore[return-value] # a file for reading

    records, skipped = after(lambda _: monkeypatch.setattr(Source, "open", fail), log, how)

    assert records > LINES // 3
    assert set(skipped) == {"reading failed: Input/output error"}


def test_plain_text_that_cannot_be_read_to_its_end_is_an_error(log: Path) -> None:
    text = PlainText(*expand([str(log)]))
    cut(log)

    with pytest.raises(DataError, match=r"log\.jsonl: reading failed: the file became shorter"):
        list(text)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this system has no /proc")
def test_a_file_that_can_be_opened_but_not_read_is_one_line() -> None:
    (skipped,) = read(expand(["/proc/self/mem"]))

    assert isinstance(skipped, Skipped)
    assert skipped.detail == "reading failed: Input/output error"


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="this system has no /proc")
def test_a_file_that_says_it_is_empty_is_read_to_its_end() -> None:
    assert "".join(PlainText(*expand(["/proc/self/status"]))).startswith("Name:")


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Without the rights of the administrator, whom no mode keeps out."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no modes of files")
    if os.geteuid() != 0:
        yield
        return
    for each in (folder, *folder.parents[:3]):
        if each.stat().st_uid == 0 and each != Path("/tmp"):  # noqa: S108 - pytest's own folders lie there
            each.chmod(0o755)
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_in_a_folder_is_said_and_the_rest_is_read(log: Path) -> None:
    closed_file, closed_folder = log.with_name("closed.jsonl"), log.with_name("folder")
    closed_file.write_text(CHAT_LINE)
    closed_folder.mkdir()
    (closed_folder / "inside.jsonl").write_text(CHAT_LINE)
    closed_file.chmod(0)
    closed_folder.chmod(0)
    try:
        with as_nobody(log.parent):
            items = list(read(expand([str(log.parent)])))
            with pytest.raises(UsageError, match=r"closed\.jsonl: cannot be read: Permission denied"):
                list(PlainText(*expand([str(closed_file)])))
    finally:
        closed_folder.chmod(0o755)

    skipped = {Path(item.source).name: item.detail for item in items if isinstance(item, Skipped)}
    assert sum(isinstance(item, Record) for item in items) == LINES
    assert skipped == dict.fromkeys(("closed.jsonl", "folder"), "cannot be opened: Permission denied")
