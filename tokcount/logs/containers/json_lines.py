"""JSON lines: one or more values per line.

Lines go through msgspec; what it rejects (NaN, lone surrogates, control characters, Windows-1252) goes to the
standard library's lenient parser, line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.lines import Lines
from tokcount.logs.bytes.text_encoding import NOT_UTF8
from tokcount.logs.record import Skipped

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream

Found = tuple[int, int, Any] | Skipped
"""A value with its line and its index among the values that start on that line, or why there is none."""

_DECODE = msgspec.json.Decoder().decode
_LENIENT = json.JSONDecoder(strict=False)
_SPACE = " \t\r\n\x1e"
_STARTS = ("{", "[", '"')


def unparsed(source: str, line: int, detail: str) -> Skipped:
    """Text at a line that is not a JSON value."""
    return Skipped(source=source, line=line, reason="unparsed", detail=detail)


def json_lines(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """The values of a file that has one on each line; a line that holds several gives each of them."""
    lines = Lines(stream, largest)
    for number, line in lines:
        if line is None:
            yield unparsed(source, number, f"a line of more than {largest >> 20} MB")
            continue
        try:
            value = _DECODE(line)
        except (ValueError, RecursionError):
            yield from _lenient_line(stream.notes, source, number, line)
        else:
            yield number, 0, value
    if stream.problem is not None:
        yield unreadable(stream, source, lines.number)


def line_values(line: bytes, source: str, number: int) -> Iterable[Found]:
    """The values of one line of such a file, for whoever has cut it into lines already."""
    try:
        return ((number, 0, _DECODE(line)),)
    except (ValueError, RecursionError):
        return _lenient_line({}, source, number, line)


def unreadable(stream: Stream, source: str, line: int) -> Skipped:
    """Why nothing was read from this line on."""
    return Skipped(source=source, line=line, reason="unreadable", detail=stream.problem or "")


def _lenient_line(notes: dict[str, int], source: str, number: int, line: bytes) -> Iterator[Found]:
    """The values of a line that the fast parser refused; a blank line has none."""
    if not line or line.isspace():
        return
    if not text_encoding.is_utf8(line):
        notes.setdefault(NOT_UTF8, number)
    text = text_encoding.decode(line).lstrip("\ufeff").strip(_SPACE)
    text = text.lstrip("\x00") or text  # a crash leaves NULs before the next line
    if not text:
        return
    values, problem = values_in(text)
    if problem is not None:
        yield unparsed(source, number, problem)
        return
    for index, value in enumerate(values):
        yield number, index, value


def values_in(text: str) -> tuple[list[Any], str | None]:
    """All values of a text that holds nothing else, or what is wrong with it (without its content)."""
    values: list[Any] = []
    position = 0
    while position < len(text):
        if text[position] in _SPACE or (text[position] == "," and values):
            position += 1
            continue
        if text.startswith(("#", "//"), position):
            return [], "a comment, not JSON"
        if not text.startswith(_STARTS, position):
            return [], "not JSON: no object, list or string"
        try:
            value, position = _LENIENT.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            return [], problem_of(error)
        values.append(value)
    return values, None


def problem_of(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "JSON nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.removesuffix(' at')}"
    return "JSON with a number too long to read"
