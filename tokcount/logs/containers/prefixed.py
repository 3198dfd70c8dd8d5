"""Values inside lines of other text: JSON behind a log prefix, and Python's `repr` of a dict."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.lines import Lines
from tokcount.logs.containers.json_lines import Found, unparsed, unreadable, values_in

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream

_TRIES = 4
"""Braces of a line that are tried as the start of its JSON."""

_LARGEST_LITERAL = 4 << 20
_DEEPEST_LITERAL = 100
_BRACKETS_OR_STRINGS = re.compile(r"""[\[{(]|[\]})]|"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?""")
"""An unterminated string extends to the end of the line: Python refuses it anyway."""
_PYTHON = re.compile(r"\{\s*'")
_STRING = r"""'(?:[^'\\\n]|\\.)*+'?|"(?:[^"\\\n]|\\.)*+"?"""
_OBJECTS = re.compile(
    rf"{_STRING}|(?<![\w.])(?:[A-Za-z_][\w.]*+\((?:[^()'\"]|{_STRING})*+\)|NOT_GIVEN\b)|<[^<>'\"\n]{{1,200}}>"
)
"""Strings, which stay, and what `repr` writes of objects."""
_JSON = json.JSONDecoder(strict=False)
_OPENING = re.compile(r"\{|\[(?=\s*\{)")
_NAME = re.compile(r"""([A-Za-z_]\w{0,60})["']?\s{0,8}[=:]\s{0,8}\Z""")
"""The name in front of a value: `request=`, `"request": `."""
_ASKED = re.compile("req|input|body|prompt|kwargs|payload", re.IGNORECASE)


def prefixed_lines(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """The JSON values on each line, whatever text is around them."""
    return _lines(stream, source, largest, prefixed_values)


def python_lines(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """The Python literal on each line (`print(dict)`), or the JSON where a line has that."""
    return _lines(stream, source, largest, python_values)


def prefixed_values(line: bytes, source: str, number: int) -> Iterable[Found]:
    """The values of one line of text with JSON in it; a blank line has none."""
    text = text_encoding.decode(line).strip()
    if not text:
        return ()
    values, is_cut = json_in(text)
    found: list[Found] = [(number, index, value) for index, value in enumerate(values)]
    if not values or is_cut:
        behind = "JSON after the first value that is damaged or cut off"
        found.append(unparsed(source, number, behind if values else "a line without JSON"))
    return found


def python_values(line: bytes, source: str, number: int) -> Iterable[Found]:
    """The values of one line that is a Python literal or JSON; a blank line has none."""
    text = text_encoding.decode(line).strip()
    if not text:
        return ()
    values = literals(text)
    if not values:
        return (unparsed(source, number, "neither a Python literal nor JSON"),)
    return [(number, index, value) for index, value in enumerate(values)]


def _lines(
    stream: Stream, source: str, largest: int, values: Callable[[bytes, str, int], Iterable[Found]]
) -> Iterator[Found]:
    lines = Lines(stream, largest)
    for number, line in lines:
        if line is None:
            yield unparsed(source, number, f"a line of more than {largest >> 20} MB")
        else:
            text_encoding.noted(line, number, stream.notes)
            yield from values(line, source, number)
    if stream.problem is not None:
        yield unreadable(stream, source, lines.number)


def json_in(line: str) -> tuple[list[Any], bool]:
    """The objects and lists of objects in a line, and whether more begins in it that cannot be read.

    A request and its answer that the line names (`request={…} response={…}`) are one value.
    """
    values: list[Any] = []
    names: list[str] = []
    end = 0
    while (found := _next_value(line, end)) is not None:
        value, start, after = found
        name = _NAME.search(line, end, start)
        names.append(name[1] if name else "")
        values.append(value)
        end = after
    is_cut = bool(values) and '{"' in line[end:]
    is_pair = len(values) > 1 and len(set(names)) == len(names) and all(names) and _ASKED.search(names[0])
    return ([dict(zip(names, values, strict=True))] if is_pair else values), is_cut


def _next_value(line: str, position: int) -> tuple[Any, int, int] | None:
    """The next value at or after a position, with its start and its end."""
    for opening in islice(_OPENING.finditer(line, position), _TRIES):
        start = opening.start()
        try:
            value, end = _JSON.raw_decode(line, start)
        except (ValueError, RecursionError):
            if not _PYTHON.match(line, start) or not (written := _python_value(line, start)):
                continue
            value, end = written
        if value and (isinstance(value, dict) or isinstance(value[0], dict)):
            return value, start, end
    return None


def _python_value(line: str, start: int) -> tuple[dict[str, Any], int] | None:
    """The dict that is written as Python's `repr` at a position, and its end.

    Objects in it that are not literals (`Timeout(connect=5.0)`, `<Stream>`, `NOT_GIVEN`) become null.
    """
    end = _end_of_brackets(line, start)
    if end is None:
        return None
    text = line[start:end]
    found = literals(text) or literals(
        _OBJECTS.sub(lambda each: each[0] if each[0][0] in "'\"" else "None", text)
    )
    return (found[0], end) if found else None


def _end_of_brackets(line: str, start: int) -> int | None:
    """Where the bracket at a position is closed; `None`: nowhere on the line, or too far away."""
    depth = 0
    for found in _BRACKETS_OR_STRINGS.finditer(line, start, start + _LARGEST_LITERAL):
        if found[0] in "[{(":
            depth += 1
        elif found[0] in "]})":
            depth -= 1
            if depth == 0:
                return found.end()
    return None


def literals(text: str) -> list[dict[str, Any]]:
    """The dict written as a Python literal, or the JSON objects, in JSON's types; nothing is ever executed.

    Long and deeply nested literals are refused: Python's parser needs a stack for each level.
    """
    if len(text) > _LARGEST_LITERAL or _depth(text) > _DEEPEST_LITERAL:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
        values = [json.loads(json.dumps(value, default=str))]
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        values, _ = values_in(text)
    return [value for value in values if isinstance(value, dict)]


def _depth(text: str) -> int:
    """How deep the brackets outside strings nest."""
    depth = deepest = 0
    for found in _BRACKETS_OR_STRINGS.finditer(text):
        if found[0] in "[{(":
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in "]})":
            depth -= 1
    return deepest
