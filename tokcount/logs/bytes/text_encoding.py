"""Bytes of any text encoding as UTF-8: byte order marks, UTF-16 and UTF-32, an encoding that the user names, and
Windows-1252 where UTF-8 fails.

PowerShell's `>` writes UTF-16, Excel writes Windows-1252. A file may mix: only the bytes that are not UTF-8 are
read as Windows-1252, so that a log written by two programs keeps the lines of both.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from tokcount.errors import UsageError

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


def known(name: str) -> str:
    """The usual name of an encoding. Raises `UsageError` for one that is not known."""
    try:
        "".encode(name)
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        raise UsageError(
            f"unknown text encoding {name!r}; such as cp1252, shift_jis, gb18030 or utf-16-le"
        ) from None
    return "utf-8" if found == "utf-8-sig" else found


def detect(head: bytes, named: str | None = None) -> tuple[str, int]:
    """The encoding of a text that begins with `head`, and the length of its byte order mark.

    A mark counts more than the encoding that the user `named`, and that more than a guess. UTF-16 without a mark is
    known by its NULs: ASCII text has one in every other byte. All else is `utf-8`.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    if named is not None:
        return named, 0
    sample = head[:1024]
    half = len(sample) // 2
    if half >= 2:
        if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) == 0:
            return "utf-16-le", 0
        if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) == 0:
            return "utf-16-be", 0
    return "utf-8", 0


class Decoder:
    """Bytes → text, block by block. The first line with bytes that are not of the encoding is added to `notes`.

    Those of UTF-8 are read as in `decode`, those of other encodings become U+FFFD.
    """

    def __init__(self, notes: dict[str, int], encoding: str = "utf-8") -> None:
        self._notes = notes
        self._encoding = encoding
        self._line = 1
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def decode(self, block: bytes, *, final: bool = False) -> str:
        """The text of the next block; what is cut at its end comes with the block after it."""
        before = self._decoder.getstate()
        try:
            text = self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            errors, note = ("replace", f"not valid {self._encoding}; what is not was replaced by U+FFFD")
            if self._encoding == "utf-8":
                errors, note = FALLBACK, NOT_UTF8
            self._notes.setdefault(note, self._line + error.object[: error.start].count(b"\n"))
            self._decoder = codecs.getincrementaldecoder(self._encoding)(errors)
            self._decoder.setstate(before)
            text = self._decoder.decode(block, final)
        self._line += text.count("\n")
        return text

    def all(self, blocks: Iterable[bytes]) -> Iterator[str]:
        """The texts of all blocks."""
        for block in blocks:
            yield self.decode(block)
        yield self.decode(b"", final=True)


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
