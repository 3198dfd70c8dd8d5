"""LangChain's message formats as chat messages of the API.

`{lc: 1, id: […, "HumanMessage"], kwargs: {content}}`, `{type: "human", data: {content}}` and
`{type: "human", content}` all mean a user message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.messages import compact, tool_call
from tokcount.logs.scalars import dig, text

if TYPE_CHECKING:
    from tokcount.logs.scalars import Json

_ROLES = {
    "system": "system",
    "human": "user",
    "user": "user",
    "ai": "assistant",
    "assistant": "assistant",
    "tool": "tool",
    "function": "function",
    "developer": "developer",
}


def chat_messages(value: object, flags: set[str]) -> list[Json]:
    """The messages in a list, or in the first of a list of lists (one list per prompt)."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return [{"role": "user", "content": value}] if isinstance(value, str) else []
    return [chat_message(message, flags) for message in value if isinstance(message, dict)]


def chat_message(message: Json, flags: set[str]) -> Json:
    """One message; a message that has a role already is one of the API and stays as it is."""
    if "role" in message and "lc" not in message and "data" not in message:
        return message
    name, fields = _class_and_fields(message)
    role = _ROLES.get(name) or text(fields.get("role")) or "user"
    content = fields.get("content")
    built: Json = {"role": role, "content": content if isinstance(content, str | list) else None}
    if text(fields.get("name")):
        built["name"] = fields["name"]
    if role == "tool":
        built["tool_call_id"] = text(fields.get("tool_call_id")) or ""
    return {**built, **_calls(fields, flags)}


def _class_and_fields(message: Json) -> tuple[str, Json]:
    """`human` and the fields of the message, from any of the three formats."""
    fields: Any = message.get("kwargs") if "lc" in message else message.get("data", message)
    path = message.get("id")
    named = path[-1] if "lc" in message and isinstance(path, list) and path else message.get("type")
    word = (text(named) or "").removesuffix("Chunk").removesuffix("Message").lower()
    return word, fields if isinstance(fields, dict) else {}


def _calls(fields: Json, flags: set[str]) -> Json:
    """Tool calls as the API wrote them (`additional_kwargs`), else from LangChain's parsed ones."""
    raw = dig(fields, "additional_kwargs.tool_calls")
    if isinstance(raw, list) and raw:
        return {"tool_calls": raw}
    function = dig(fields, "additional_kwargs.function_call")
    if isinstance(function, dict) and function:
        return {"function_call": {**function, "arguments": compact(function.get("arguments"))}}
    parsed = fields.get("tool_calls")
    calls = [call for call in parsed if isinstance(call, dict)] if isinstance(parsed, list) else []
    if not calls:
        return {}
    return {
        "tool_calls": [tool_call(call.get("id"), call.get("name"), call.get("args"), flags) for call in calls]
    }
