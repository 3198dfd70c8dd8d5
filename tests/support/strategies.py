"""Strategies for logs: valid values of every format, bent ones, damaged lines, files that were mutated."""

from __future__ import annotations

import bz2
import copy
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from support.paths import FIXTURES, SAMPLES
from tokcount.logs.registry import value_entries

FILES = sorted(
    path
    for folder in (FIXTURES, SAMPLES)
    for path in folder.iterdir()
    if path.suffix != ".md" and path.name != "expected.jsonl"
)
"""A small valid file of every format."""

KEYS = sorted({key for item in value_entries() for keys in item.keys for key in keys})
CANARY = "zebra quartz falcon"
"""Stands for what people wrote: it must be in no message."""


def _values_of(path: Path) -> list[Any]:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix in (".json", ".har"):
        value = json.loads(text)
        return value if isinstance(value, list) else [value]
    if path.suffix != ".jsonl" or path.name == "defects.jsonl":
        return []
    return [json.loads(line) for line in text.splitlines()[:3]]


_SCHEMA = {
    "type": "object",
    "description": "What to look for.",
    "properties": {
        "city": {"type": "string", "enum": ["Paris", "東京"], "minLength": 1},
        "days": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": 3},
        "stops": {"type": "array", "items": {"$ref": "#/$defs/stop"}, "maxItems": 4},
        "more": {"type": ["object", "null"], "additionalProperties": {"type": "number"}},
    },
    "required": ["city"],
    "$defs": {"stop": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}},
}
_PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"city": "Paris"}'}}
RICH: list[Any] = [
    {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Be brief and kind."},
            {"role": "user", "name": "ann", "content": [
                {"type": "text", "text": "What is on this picture?"},
                {"type": "image_url", "image_url": {"url": _PIXEL, "detail": "high"}},
            ]},
            {"role": "assistant", "content": None, "tool_calls": [_CALL, {**_CALL, "id": "c2"}]},
            {"role": "tool", "tool_call_id": "c1", "content": '{"temp": 21}'},
            {"role": "tool", "tool_call_id": "c2", "content": "cold and wet"},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c3", "type": "custom", "custom": {"name": "grep", "input": "a b c"}}]},
            {"role": "tool", "tool_call_id": "c3", "content": "none of it"},
            {"role": "assistant", "content": "It rains in Paris.", "refusal": None},
            {"role": "function", "name": "look", "content": "an old result"},
        ],
        "tools": [
            {"type": "function", "function": {"name": "look", "description": "Look it up.", "parameters": _SCHEMA}},
            {"type": "custom", "custom": {"name": "grep", "format": {"type": "grammar", "grammar": {}}}},
        ],
        "functions": [{"name": "old", "parameters": _SCHEMA}],
        "tool_choice": {"type": "function", "function": {"name": "look"}},
        "response_format": {"type": "json_schema", "json_schema": {"name": "out", "strict": True, "schema": _SCHEMA}},
        "response": {
            "id": "x", "object": "chat.completion", "created": 1700000000, "model": "gpt-4o-2024-08-06",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes it is.", "tool_calls": [_CALL]}}],
            "usage": {"prompt_tokens": 90, "completion_tokens": 9, "total_tokens": 99},
        },
    },
    {
        "url": "https://example.org/v1/responses",
        "request": {
            "model": "gpt-5",
            "instructions": "Be brief and kind.",
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "What is this here?"},
                                             {"type": "input_image", "image_url": _PIXEL, "detail": "low"}]},
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "I think so."}]},
                {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "wet"}]},
                {"type": "custom_tool_call", "call_id": "c2", "name": "grep", "input": "a b c"},
                {"type": "custom_tool_call_output", "call_id": "c2", "output": "none of it"},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "It rains."}]},
            ],
            "tools": [{"type": "function", "name": "look", "parameters": _SCHEMA, "strict": True},
                      {"type": "web_search_preview"}, {"type": "mcp", "server_label": "s"}],
            "tool_choice": {"type": "function", "name": "look"},
            "parallel_tool_calls": False,
            "text": {"format": {"type": "json_schema", "name": "out", "schema": _SCHEMA}},
            "reasoning": {"effort": "low"},
        },
        "response": {
            "id": "y", "object": "response", "created_at": 1700000000, "model": "gpt-5-2025-08-07",
            "output": [{"type": "reasoning", "summary": []},
                       {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A cat."}]},
                       {"type": "function_call", "call_id": "c9", "name": "look", "arguments": "{}"}],
            "usage": {"input_tokens": 200, "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 8}},
        },
    },
    {"model": "gpt-3.5-turbo-instruct", "prompt": ["a b c", [1, 2, 3], "d"], "suffix": "the end", "echo": True, "n": 2,
     "response": {"object": "text_completion", "choices": [{"text": "a b c d", "finish_reason": "length"}]}},
]  # fmt: skip
"""Requests with everything that the counting rules know."""

VALUES = [*(value for path in FILES for value in _values_of(path)), *RICH]
"""Valid values of every JSON format."""


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*KEYS, CANARY, "\ud83d", "9" * 5000, "{", "[{}]"])
)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*KEYS, CANARY]) | st.text(max_size=5), inner, max_size=6)
        | inner.map(json.dumps)
    ),
    max_leaves=12,
)
"""Any JSON value, with keys that readers look for."""

valid_values = (st.sampled_from(VALUES) | st.sampled_from(RICH)).map(copy.deepcopy)


def places(value: Any) -> list[tuple[Any, ...]]:
    """The path of everything inside a value."""
    if isinstance(value, dict):
        children = list(value.items())
    else:
        children = list(enumerate(value)) if isinstance(value, list) else []
    return [(key, *rest) for key, child in children for rest in [(), *places(child)]]


@st.composite
def bent_values(draw: st.DrawFn) -> Any:
    """A valid value of which one to three parts are replaced by anything, or taken away."""
    return draw(bent(draw(valid_values)))


@st.composite
def bent(draw: st.DrawFn, value: Any) -> Any:
    """The value with one to three parts replaced or taken away."""
    value = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 3))):
        found = places(value)
        if not found:
            break
        *path, last = draw(st.sampled_from(found))
        parent = value
        for key in path:
            parent = parent[key]
        if draw(st.integers(0, 4)):
            parent[last] = draw(json_values)
        else:
            del parent[last]
    return value


def with_canary(value: Any, *, keys: bool = False) -> Any:
    """The value with `CANARY` in every text of more than one word, and with `keys` as a key too."""
    if isinstance(value, str):
        return f"{CANARY} {value}" if " " in value.strip() else value
    if isinstance(value, list):
        return [with_canary(item, keys=keys) for item in value]
    if isinstance(value, dict):
        changed = {key: with_canary(item, keys=keys) for key, item in value.items()}
        return changed | ({f"{CANARY}?": 1} if keys else {})
    return value


DAMAGE: dict[str, Callable[[bytes, int], bytes]] = {
    "cut at the end": lambda line, at: line[:at],
    "cut at the beginning": lambda line, at: line[at:],
    "a byte that is not UTF-8": lambda line, at: line[:at] + b"\xff" + line[at:],
    "a NUL": lambda line, at: line[:at] + b"\x00" + line[at:],
    "a brace": lambda line, at: line[:at] + b"}" + line[at:],
    "twice on one line": lambda line, _: line + line,
    "a comment": lambda line, _: b"# " + line,
    "a prefix": lambda line, _: b"INFO 12:00 " + line,
    "encoded twice": lambda line, _: json.dumps(line.decode("utf-8", "replace")).encode(),
}


@st.composite
def damaged_lines(draw: st.DrawFn) -> bytes:
    """A valid line that something happened to; it holds no line end."""
    line = json.dumps(draw(valid_values), ensure_ascii=draw(st.booleans())).encode()
    return DAMAGE[draw(st.sampled_from(sorted(DAMAGE)))](line, draw(st.integers(1, len(line) - 1)))


lines = (
    valid_values.map(lambda value: json.dumps(value).encode())
    | damaged_lines()
    | st.sampled_from([b"", b"  ", b"42", b"null", b"[]", b"{}", b'{"data": [], "object": "list"}'])
)
"""Lines of logs: every format, damaged ones, and blank ones."""


@st.composite
def mutated_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """The name and the bytes of a file of any format and container, with some of its bytes changed."""
    path = draw(st.sampled_from(FILES))
    data = bytearray(path.read_bytes()[:20_000])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        junk = draw(st.binary(max_size=4) | st.sampled_from([b"\n", b'"', b",", b"\r", b"\xff\xfe", b": "]))
        data[at : at + draw(st.integers(0, 40))] = junk
    return path.name, bytes(data)


def _zstd(data: bytes) -> bytes:
    from backports.zstd import compress

    return compress(data)


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": _zstd,
    "gzip in gzip": lambda data: gzip.compress(gzip.compress(data)),
    "gzip in members": lambda data: (
        gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :])
    ),
}
"""Ways to pack a file that change nothing of what is read."""
