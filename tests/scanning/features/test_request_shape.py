"""The shape of a request in one word."""

from typing import Any

import pytest

from tokcount.logs.record import Kind
from tokcount.scanning.features.request_shape import shape_of

USER = {"role": "user", "content": "Hello!"}
CALL = {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}]}
TOOL = {"type": "function", "function": {"name": "f"}}


def parts(*kinds: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": kind} for kind in kinds]}


@pytest.mark.parametrize(
    ("kind", "request_body", "shape"),
    [
        ("chat", {"messages": [USER]}, "plain"),
        ("chat", {"messages": [{**USER, "name": "alice"}]}, "name"),
        ("chat", {"messages": [parts("text")]}, "parts"),
        ("chat", {"messages": [parts("text", "image_url")]}, "image"),
        ("chat", {"messages": [parts("input_audio")]}, "audio"),
        ("chat", {"messages": [parts("file")]}, "file"),
        ("chat", {"messages": [USER], "response_format": {"type": "json_object"}}, "json_object"),
        ("chat", {"messages": [USER], "response_format": {"type": "json_schema"}}, "json_schema"),
        ("chat", {"messages": [USER], "tools": [TOOL]}, "tools"),
        ("chat", {"messages": [USER], "functions": [{"name": "f"}]}, "tools"),
        ("chat", {"messages": [USER], "tools": [TOOL], "tool_choice": "required"}, "tools"),
        ("chat", {"messages": [USER], "tools": [TOOL], "tool_choice": {"type": "function"}}, "forced tool"),
        ("chat", {"messages": [USER, CALL], "tools": [TOOL]}, "tool history"),
        ("chat", {"messages": [{"role": "function", "content": "1"}]}, "tool history"),
        ("responses", {"input": "Hello!"}, "plain"),
        ("responses", {"input": [{"type": "function_call"}]}, "tool history"),
        ("responses", {"input": [{"type": "reasoning"}]}, "reasoning items"),
        ("responses", {"input": "x", "tools": [{"type": "web_search"}]}, "hosted tools"),
        ("responses", {"input": "x", "previous_response_id": "resp_1"}, "server-side state"),
        ("responses", {"input": "x", "text": {"format": {"type": "json_schema"}}}, "json_schema"),
        ("completions", {"prompt": "x"}, "completions"),
        ("text", {"prompt": "x"}, "text"),
        ("usage", None, "none"),
        ("chat", {"messages": "junk", "tools": "junk", "response_format": []}, "plain"),
    ],
)
def test_the_most_particular_shape_wins(kind: Kind, request_body: dict[str, Any] | None, shape: str) -> None:
    assert shape_of(kind, request_body) == shape
