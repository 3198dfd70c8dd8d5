"""What a file looks like from its first bytes: JSON lines, JSON anywhere, events, a table, plain text.

The content decides; the file's extension only breaks ties.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.sse import FIELDS
from tokcount.logs.containers.aider_history import IS_HISTORY
from tokcount.logs.containers.csv_table import TableShape, table_shape
from tokcount.logs.containers.json_lines import values_in
from tokcount.logs.containers.prefixed import json_in

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream


LARGEST_HELD = 1 << 30
"""Bytes of a piped or compressed container that are kept in memory, because they cannot be read in order."""


def read_into_memory(stream: Stream) -> BytesIO | None:
    """All of a stream; `None` when it is larger than `LARGEST_HELD`."""
    file = BytesIO()
    for block in stream:
        if file.tell() + len(block) > LARGEST_HELD:
            return None
        file.write(block)
    file.seek(0)
    return file


Shape = Literal[
    "empty",
    "jsonl",
    "json",
    "prefixed",
    "python",
    "events",
    "cassette",
    "aider",
    "vllm",
    "table",
    "text",
    "binary",
    "flows",
]

_SAMPLE_LINES = 40
_CASSETTE = re.compile(r"\A(?:(?:---|%YAML|version:|#)[^\n]*\n|[^\S\n]*\n)*+(?:http_)?interactions:")
_OPEN_ARRAY = re.compile(r"\[\s*(?:[{\[\"]|$)")
"""An array that continues on the next lines, unlike a time in brackets at the beginning of a log line."""

_VLLM = re.compile(r"^INFO\b[^\n]{0,200}? Received request [^\s:]+: prompt: ['\"]", re.MULTILINE)
_SERVER_HEAD = 65_536
"""Characters in which a server's log shows what it is: a server writes some lines before its first request."""

_SDK_DEBUG = re.compile(r"Request options: \{")
"""What the OpenAI SDK logs of a request under `OPENAI_LOG=debug`, between many other lines."""

_FLOWS = re.compile(rb"\A\d{1,12}:\d{1,12}:")
_BINARY_MAGIC = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"\x93NUMPY", b"PK\x03\x04")
_DECODE = msgspec.json.Decoder().decode


class Look(msgspec.Struct, frozen=True):
    """The shape of a file; for a table also its delimiter."""

    shape: Shape
    table: TableShape | None = None


def look(head: bytes, *, whole: bool, path: str, is_known_header: Callable[[list[str]], bool]) -> Look:
    """The shape of the text that begins with `head`; `whole`: it is all of the text.

    `is_known_header`: does a log format read table rows with these columns?
    """
    if not head.strip(b"\x00 \t\r\n\x1e") and b"\x00" not in head:
        return Look("empty" if whole else "json")
    if _FLOWS.match(head):
        return Look("flows")
    if head.startswith(_BINARY_MAGIC) or _is_binary(head):
        return Look("binary")
    text = text_encoding.decode(head)
    if _is_events(text):
        return Look("events")
    if _CASSETTE.match(text):
        return Look("cassette")
    if IS_HISTORY.match(text):
        return Look("aider")
    if _VLLM.search(text, 0, _SERVER_HEAD):
        return Look("vllm")
    return (
        Look(json_shape)
        if (json_shape := _json_shape(text, whole, path))
        else _table_or_text(text, path, is_known_header)
    )


def _is_binary(head: bytes) -> bool:
    """Does it contain more NULs than a crash or a careless program leaves in a text?"""
    if b"\x00" not in head or head.lstrip()[:1] in (b"{", b"[", b'"'):
        return False
    return head.count(b"\x00") * 20 > len(head) or not text_encoding.begins_as_utf8(head)


def _is_events(text: str) -> bool:
    """Does it begin like an event stream, with data that are JSON? Other text may begin with `id:` or `data:` too."""
    lines = [line for line in text[:8192].splitlines() if line.strip()]
    data = [line.removeprefix("data:").lstrip() for line in lines if line.startswith("data:")]
    return bool(data) and lines[0].startswith(FIELDS) and any(line.startswith(("{", "[")) for line in data)


def _table_or_text(text: str, path: str, is_known_header: Callable[[list[str]], bool]) -> Look:
    table = table_shape(text, path, is_known_header)
    if table is not None:
        return Look("table", table)
    if path.endswith(".json") and _is_json(text):
        return Look("json")
    return Look("jsonl" if path.endswith((".jsonl", ".ndjson")) else "text")


def _is_json(text: str) -> bool:
    """Is the text one JSON value? Objects were recognised before; this is a number, a word or a list of them."""
    try:
        _DECODE(text)
    except (ValueError, RecursionError):
        return False
    return True


def _json_shape(text: str, whole: bool, path: str) -> Shape | None:
    """Which kind of JSON the text holds, if any."""
    text = text.lstrip(" \t\r\n\x1e")
    lines = [line.strip(" \t\r\x1e") for line in text.split("\n")[: _SAMPLE_LINES + 1]]
    full = lines if whole and len(lines) <= _SAMPLE_LINES else lines[:-1]
    full = [line for line in full if line and not line.startswith(("#", "//"))]
    if len(full) == 0:
        return _one_line_shape(text)
    if full[0].startswith("{'"):
        return "python"
    parsed = [_parse(line) for line in full]
    if isinstance(parsed[0], dict | list):
        is_one_array = isinstance(parsed[0], list) and "\n" not in text.strip()
        return "json" if is_one_array else "jsonl"
    if _OPEN_ARRAY.match(full[0]) or (full[0].startswith("{") and _spans_lines(text, full[0], whole=whole)):
        return "json"
    return _mostly(full, parsed, path)


def _one_line_shape(text: str) -> Shape | None:
    """The shape of a file whose first line is longer than the head, or has no line end."""
    if text.startswith("["):
        return "json"
    if text.startswith("{'"):
        return "python"
    if text.startswith("{"):
        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            return "jsonl"
        return "json" if text[end:].lstrip().startswith(("{", "[")) else "jsonl"
    return "jsonl" if text.startswith('"') and not text.startswith('""') else None


def _spans_lines(text: str, first: str, *, whole: bool) -> bool:
    """Does a value that begins on the first line continue on the next ones?"""
    start = text.index(first)
    try:
        _, end = json.JSONDecoder().raw_decode(text, start)
    except json.JSONDecodeError as error:
        return error.pos >= len(text) - 6 or error.msg.startswith("Unterminated")
    except (ValueError, RecursionError):
        return True
    return end > start + len(first) or not whole or "\n" not in text[start:end]


def _mostly(full: list[str], parsed: list[Any], path: str) -> Shape | None:
    """The shape of a file whose first line is not a value: decided by the majority of its lines."""
    objects = sum(isinstance(value, dict | list) for value in parsed)
    strings = sum(isinstance(value, str) for value in parsed)
    if objects * 2 >= len(full):
        return "jsonl"
    if isinstance(parsed[0], str) and strings * 2 >= len(full) and not path.endswith((".csv", ".tsv")):
        return "jsonl"
    prefixed = sum(bool(json_in(line)[0]) for line in full)
    is_debug_log = any(map(_SDK_DEBUG.search, full))
    return "prefixed" if prefixed * 2 >= len(full) or is_debug_log else None


def _parse(line: str) -> Any:
    """The value on a line, or `None`; a list of numbers does not count (many log lines begin like `[2023]`), nor do
    several strings, which are a row of a table.
    """
    try:
        value = _DECODE(line)
    except (ValueError, RecursionError):
        values, _ = values_in(line)
        is_quoted_row = len(values) > 1 and isinstance(values[0], str)
        value = values[0] if values and not is_quoted_row else None
    is_list_of_numbers = (
        isinstance(value, list)
        and bool(value)
        and not any(isinstance(item, dict | list | str) for item in value)
    )
    return None if is_list_of_numbers else value
