"""The items of a Responses request as chat messages, for models that are called with messages."""

from __future__ import annotations

from typing import Any

from tokcount.logs.scalars import Json


def as_chat(request: Json) -> Json:
    """A Responses request as the Chat request that says the same; what has no place in it is left out.

    >>> as_chat({"instructions": "Be brief.", "input": "Hi"})["messages"]
    [{'role': 'system', 'content': 'Be brief.'}, {'role': 'user', 'content': 'Hi'}]
    """
    text = request.get("text")
    return {
        "messages": [*_instructions(request), *_messages(request.get("input"))],
        "tools": request.get("tools"),
        "tool_choice": request.get("tool_choice"),
        "parallel_tool_calls": request.get("parallel_tool_calls"),
        "response_format": text.get("format") if isinstance(text, dict) else None,
    }


def _instructions(request: Json) -> list[Json]:
    given = request.get("instructions")
    return [{"role": "system", "content": given}] if given else []


def _messages(given: Any) -> list[Json]:
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    items = given if isinstance(given, list) else []
    return [message for item in items if isinstance(item, dict) if (message := _message(item)) is not None]


def _message(item: Json) -> Json | None:
    kind = item.get("type", "message")
    if kind == "message":
        return {"role": item.get("role"), "content": item.get("content")}
    if kind in ("function_call", "custom_tool_call"):
        called = {"name": item.get("name"), "arguments": item.get("arguments", item.get("input"))}
        return {"role": "assistant", "tool_calls": [{"id": item.get("call_id"), "function": called}]}
    if kind in ("function_call_output", "custom_tool_call_output"):
        return {"role": "tool", "tool_call_id": item.get("call_id"), "content": item.get("output")}
    return None
