"""Which kind of object a message, a part, a tool or an item is, by the field that tells them apart."""

from __future__ import annotations

from typing import Final

import msgspec

from tokcount.logs.record import PART_KINDS


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Kinds of objects that one of their fields tells apart."""

    by: str
    """The field with the name of the kind."""
    usual: str
    """The value of an object that has no such field."""
    kinds: dict[str, str]
    """Value of the field → kind in `NODES`."""
    other: str | None
    """The kind for every other value; `None`: the object as a whole is not read."""


CHOICES: Final[dict[str, Choice]] = {
    "message": Choice(
        by="role",
        usual="user",
        kinds={"assistant": "assistant message", "tool": "tool message", "function": "tool message"},
        other="any message",
    ),
    "part": Choice(
        by="type",
        usual="text",
        kinds={
            name: "text part" if kind == "text" else "refusal part" if kind == "refusal" else "media part"
            for name, kind in PART_KINDS.items()
        }
        | {"thinking": "thinking part"},
        other="other part",
    ),
    "tool": Choice(
        by="type",
        usual="function",
        kinds={"function": "function tool", "custom": "custom tool"},
        other="hosted tool",
    ),
    "named tool": Choice(
        by="type",
        usual="function",
        kinds={"function": "named function", "custom": "custom tool"},
        other="hosted tool",
    ),
    "response format": Choice(
        by="type", usual="text", kinds={"json_schema": "nested format"}, other="other format"
    ),
    "format": Choice(by="type", usual="text", kinds={"json_schema": "flat format"}, other="other format"),
    "item": Choice(
        by="type",
        usual="message",
        kinds={
            "message": "input message",
            "function_call": "function_call",
            "function_call_output": "function_call_output",
            "custom_tool_call": "custom_tool_call",
            "custom_tool_call_output": "function_call_output",
            "reasoning": "reasoning",
            "additional_tools": "additional_tools",
        },
        other="any item",
    ),
    "output item": Choice(
        by="type",
        usual="message",
        kinds={
            "message": "input message",
            "function_call": "function_call",
            "reasoning": "reasoning",
            "mcp_list_tools": "any item",
            "tool_search_output": "any item",
        },
        other=None,
    ),
}
"""What `[message]`, `[part]`, … of a table stand for."""
