"""Bytes of any text encoding as UTF-8: byte order marks, UTF-16 and UTF-32, and Windows-1252 where UTF-8 fails.

PowerShell's `>` writes UTF-16, Excel writes Windows-1252. A file may mix: only the bytes that are not UTF-8 are
read as Windows-1252, so that a log written by two programs keeps the lines of both.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

NOT_UTF8 = "not valid UTF-8; the bytes that are not were read as Windows-1252"
"""The warning about a file for which that happened."""

FALLBACK = "tokcount_windows_1252"
"""Name of the error handler for `bytes.decode`: see `_fallback`."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def detect(head: bytes) -> tuple[str, int]:
    """The encoding that the first bytes show, and the length of the byte order mark.

    UTF-16 without a mark is known by its NULs: ASCII text has one in every other byte. All else is `utf-8`.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    sample = head[:1024]
    half = len(sample) // 2
    if half >= 2:
        if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) == 0:
            return "utf-16-le", 0
        if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) == 0:
            return "utf-16-be", 0
    return "utf-8", 0


def to_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The blocks in UTF-8; lone surrogates become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for block in blocks:
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", final=True).encode()


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes; bytes that are not UTF-8 are read as Windows-1252."""
    return data.decode("utf-8", FALLBACK)


def noted(line: bytes, number: int, notes: dict[str, int]) -> str:
    """As `decode`; that the line is not UTF-8 is added to `notes`."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        notes.setdefault(NOT_UTF8, number)
        return decode(line)


def decoder() -> codecs.IncrementalDecoder:
    """As `decode`, block by block."""
    return codecs.getincrementaldecoder("utf-8")(errors=FALLBACK)


def is_utf8(data: bytes) -> bool:
    """Are the bytes valid UTF-8?"""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def begins_as_utf8(head: bytes) -> bool:
    """Are the bytes valid UTF-8 that may be cut in a character?"""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _fallback(error: UnicodeError) -> tuple[str, int]:
    """One bad byte as its Windows-1252 character; a surrogate that was written as UTF-8 as U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    start = error.start
    if error.object[start] == 0xED and error.object[start + 1 : start + 2] >= b"\xa0":
        return "\ufffd", min(start + 3, len(error.object))
    return error.object[start : start + 1].decode("cp1252", "replace"), start + 1


codecs.register_error(FALLBACK, _fallback)
