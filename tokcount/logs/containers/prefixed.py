"""Values inside lines of other text: JSON behind a log prefix, and Python's `repr` of a dict."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
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
_JSON = json.JSONDecoder(strict=False)


def prefixed_lines(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """The JSON object on each line, whatever text is around it."""
    return _lines(stream, source, largest, prefixed_values)


def python_lines(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """The Python literal on each line (`print(dict)`), or the JSON where a line has that."""
    return _lines(stream, source, largest, python_values)


def prefixed_values(line: bytes, source: str, number: int) -> Iterable[Found]:
    """The value of one line of text with JSON in it; a blank line has none."""
    return _values(json_after_prefix, "a line without JSON", line, source, number)


def python_values(line: bytes, source: str, number: int) -> Iterable[Found]:
    """The value of one line that is a Python literal or JSON; a blank line has none."""
    return _values(literal, "neither a Python literal nor JSON", line, source, number)


def _lines(
    stream: Stream, source: str, largest: int, values: Callable[[bytes, str, int], Iterable[Found]]
) -> Iterator[Found]:
    lines = Lines(stream, largest)
    for number, line in lines:
        if line is None:
            yield unparsed(source, number, f"a line of more than {largest >> 20} MB")
        else:
            yield from values(line, source, number)
    if stream.problem is not None:
        yield unreadable(stream, source, lines.number)


def _values(
    parse: Callable[[str], dict[str, Any] | None], otherwise: str, line: bytes, source: str, number: int
) -> Iterable[Found]:
    text = text_encoding.decode(line).strip()
    if not text:
        return ()
    value = parse(text)
    return (unparsed(source, number, otherwise) if value is None else (number, 0, value),)


def json_after_prefix(line: str) -> dict[str, Any] | None:
    """The first JSON object in a line."""
    start = -1
    for _ in range(_TRIES):
        start = line.find("{", start + 1)
        if start < 0:
            return None
        try:
            value, _end = _JSON.raw_decode(line, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and value:
            return value
    return None


def literal(text: str) -> dict[str, Any] | None:
    """The dict written as a Python literal or JSON, in JSON's types; nothing is ever executed.

    Long and deeply nested literals are refused: Python's parser needs a stack for each level.
    """
    if len(text) > _LARGEST_LITERAL or _depth(text) > _DEEPEST_LITERAL:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
        value = json.loads(json.dumps(value, default=str))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        values, _ = values_in(text)
        value = values[0] if values else None
    return value if isinstance(value, dict) else None


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
