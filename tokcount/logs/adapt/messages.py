"""Messages, tool calls, tool definitions and answers in the shape of the OpenAI API.

LangChain's formats too: `{lc: 1, id: […, "HumanMessage"], kwargs: {content}}`, `{type: "human", data: {content}}` and
`{type: "human", content}` all mean a user message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from tokcount.logs.scalars import Json, decoded, decoded_list, dig, text


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


def carried(fields: Json, known: Iterable[str]) -> Json:
    """The fields that a translation does not know.

    They go along under their names, so that `tokcount.logs.accounting` reports what they hold as not read.
    """
    return {name: value for name, value in fields.items() if name not in known and value not in _EMPTY}


_EMPTY: tuple[Any, ...] = (None, "", [], {})


def tools_of(value: object) -> list[Json]:
    """Tool definitions, flat (Responses, spans) or nested (chat), as chat definitions."""
    tools = [tool for item in decoded_list(value) if isinstance(tool := decoded(item), dict)]
    return [nested_tool(tool) for tool in tools]


def nested_tool(tool: Json) -> Json:
    """`{type, name, description, parameters}` → `{type, function: {…}}`; a nested tool stays."""
    if isinstance(tool.get("function"), dict) or not text(tool.get("name")):
        return tool
    parameters = decoded(next((tool[name] for name in _SCHEMAS if tool.get(name)), None))
    function = {"name": tool["name"], "description": tool.get("description"), "parameters": parameters}
    function |= carried(tool, _OF_TOOLS)
    return {"type": "function", "function": {key: item for key, item in function.items() if item is not None}}


_SCHEMAS = ("parameters", "inputSchema", "input_schema", "arguments")
"""Keys of the schema of a tool's arguments, tried in this order."""
_OF_TOOLS = frozenset({"type", "name", "description", *_SCHEMAS})


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


def messages_by_role(spoken: str, flags: set[str]) -> list[Json]:
    """The messages in a text whose lines begin with their roles: `system: …`, `user: …`; none in other text.

    OpenLIT writes prompts like this. Which line breaks were between messages is a guess: `reserialised`.
    """
    starts = list(_SPEAKS.finditer(spoken))
    if not starts or starts[0].start() != 0:
        return []
    flags.add("reserialised")
    ends = [start.start() - 1 for start in starts[1:]] + [len(spoken)]
    return [
        {"role": start[1], "content": spoken[start.end() : end]}
        for start, end in zip(starts, ends, strict=True)
    ]


_SPEAKS = re.compile(r"^(system|developer|user|assistant|tool): ", re.MULTILINE)


def _plain(content: object) -> Any:
    if isinstance(content, list) and content and all(_is_text(part) for part in content):
        return "".join(part["text"] for part in content)
    return content


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and isinstance(part.get("text"), str)


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


def chat_messages(value: object, flags: set[str]) -> list[Any]:
    """The messages in a list, or in the first of a list of lists (one list per prompt); what is no object is kept."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return [{"role": "user", "content": value}] if isinstance(value, str) else []
    return [chat_message(message, flags) if isinstance(message, dict) else message for message in value]


def chat_message(message: Json, flags: set[str]) -> Json:
    """One message; a message that has a role already is one of the API and stays as it is."""
    if "role" in message and message.keys().isdisjoint(_ONLY_LANGCHAIN):
        return message
    name, fields = _class_and_fields(message)
    role = _ROLES.get(name) or text(fields.get("role")) or "user"
    built: Json = {"role": role, "content": fields.get("content"), **carried(fields, _OF_LANGCHAIN)}
    more = fields.get("additional_kwargs")
    if isinstance(more, dict):
        built |= carried(more, _CALLS)
    if text(fields.get("name")):
        built["name"] = fields["name"]
    if role == "tool":
        built["tool_call_id"] = text(fields.get("tool_call_id")) or ""
    return {**built, **_calls(fields, flags)}


_CALLS = frozenset({"tool_calls", "function_call"})
_ONLY_LANGCHAIN = frozenset({"lc", "data", "additional_kwargs"})
_OF_LANGCHAIN = frozenset(
    """
    type id lc kwargs data role content name tool_calls tool_call_id additional_kwargs response_metadata
    usage_metadata example status artifact tool_call_chunks chunk_position pretty_repr
    """.split()  # noqa: SIM905 - a list of words
)
"""Fields of LangChain's messages (langchain-core, `messages`) that are translated, or that the model does not read."""


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
