"""Messages, tool calls, tool definitions and answers in the shape of the OpenAI API."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tokcount.logs.scalars import Json, decoded, decoded_list, text


def compact(value: object) -> str:
    """JSON without spaces, as the API writes tool arguments; text is unchanged."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return ""


def tool_call(call_id: object, name: object, arguments: object, flags: set[str]) -> Json:
    """A tool call of a chat message; arguments that are not the original string set the flag `reserialised`."""
    if arguments is not None and not isinstance(arguments, str):
        flags.add("reserialised")
    return {
        "id": text(call_id) or "",
        "type": "function",
        "function": {
            "name": text(name) or "",
            "arguments": "{}" if arguments is None else compact(arguments),
        },
    }


def tools_of(value: object) -> list[Json]:
    """Tool definitions, flat (Responses, spans) or nested (chat), as chat definitions."""
    tools = [tool for item in decoded_list(value) if isinstance(tool := decoded(item), dict)]
    return [nested_tool(tool) for tool in tools]


def nested_tool(tool: Json) -> Json:
    """`{type, name, description, parameters}` → `{type, function: {…}}`; a nested tool stays."""
    if isinstance(tool.get("function"), dict) or not text(tool.get("name")):
        return tool
    parameters = decoded(
        tool.get("parameters") or tool.get("inputSchema") or tool.get("input_schema") or tool.get("arguments")
    )
    function = {"name": tool["name"], "description": tool.get("description"), "parameters": parameters}
    return {"type": "function", "function": {key: item for key, item in function.items() if item is not None}}


def chat_answer(messages: Iterable[Json], finish_reason: str | None = None) -> Json:
    """A chat response body around the returned messages, one choice each."""
    choices = [
        {"index": index, "message": message, "finish_reason": finish_reason}
        for index, message in enumerate(messages)
    ]
    return {"choices": choices}


def text_answer(texts: Iterable[str]) -> Json:
    """A completions response body around the returned texts."""
    return {"choices": [{"index": index, "text": answer} for index, answer in enumerate(texts)]}


def prompt_of(messages: object) -> Any:
    """The prompt behind a legacy completion that a logger re-wrapped as user messages: one string, or a list."""
    if not isinstance(messages, list):
        return messages if isinstance(messages, str) else None
    contents = [message.get("content") if isinstance(message, dict) else message for message in messages]
    texts = [_plain(content) for content in contents if content is not None]
    return texts[0] if len(texts) == 1 else texts or None


def _plain(content: object) -> Any:
    if isinstance(content, list) and content and all(isinstance(part, dict) for part in content):
        return "".join(part["text"] for part in content if isinstance(part.get("text"), str))
    return content
