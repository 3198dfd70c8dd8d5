"""The body of a chat request, without its model and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.call_ids import shorter_ids
from tokcount.reports.migrate.reading.content import known
from tokcount.reports.migrate.request import (
    Call,
    Choice,
    Custom,
    Format,
    Function,
    Item,
    Loss,
    Message,
    NotMigratedError,
    Request,
    Result,
    Tool,
    Turn,
)
from tokcount.reports.migrate.writing.content import CHAT_RESULT, NOT_OF_ASSISTANT, chat_content, chat_texts

MOST_TOOLS: Final = 128
"""API reference, "tools" of Create chat completion."""
ITEMS: Final = "items of tools that the API runs itself: chat requests have none"
HOSTED: Final = "a tool that the API runs itself: chat requests have none"
NAMESPACE: Final = "calls of tools in namespaces: chat requests have none"
INTERRUPTED: Final = "a result that does not follow its call, as chat requests need it"
INSTRUCTIONS: Final = Loss("instructions", "rewritten", "become a system message")
PHASE: Final = Loss("phase", "dropped", "no equivalent in chat requests")
DEFERRED: Final = Loss("tools", "changed", "tools that are loaded on demand are offered at once")
OUTPUT_SCHEMA: Final = Loss("tools", "dropped", "the schema of an output has no equivalent in chat requests")


def write_chat(request: Request) -> tuple[Json, list[Loss]]:
    """The body of a request, and what it does not hold. Raises `NotMigratedError` for what chat has not."""
    losses: list[Loss] = []
    body: Json = {"messages": _messages(request, losses)}
    if len(request.tools) > MOST_TOOLS:
        raise NotMigratedError(f"more than {MOST_TOOLS} tools")
    if request.tools:
        body["tools"] = [_tool(tool, losses) for tool in request.tools]
    if request.choice is not None:
        body["tool_choice"] = _choice(request.choice)
    if request.format is not None:
        body["response_format"] = _format(request.format)
    if request.search is not None:
        body["web_search_options"] = _search(request.search)
    return body, losses


def _messages(request: Request, losses: list[Loss]) -> list[Json]:
    _check_order(request.turns)
    messages: list[Json] = []
    if request.instructions:
        if request.strict is None:
            losses.append(INSTRUCTIONS)
        messages.append({"role": "system", "content": request.instructions})
    ids = shorter_ids(request.turns, losses)
    return messages + [chat_message(turn, losses, ids) for turn in request.turns]


def _check_order(turns: list[Turn]) -> None:
    """Raise `NotMigratedError` unless the results follow the message with their calls."""
    waiting: set[str] = set()
    for turn in turns:
        if isinstance(turn, Result):
            waiting.discard(turn.call_id)
        elif waiting:
            raise NotMigratedError(INTERRUPTED)
        elif isinstance(turn, Message):
            waiting = {call.id for call in turn.calls}


def chat_message(turn: Turn, losses: list[Loss], ids: Mapping[str, str] = MappingProxyType({})) -> Json:
    """A message; `ids`: calls whose id is replaced. Raises `NotMigratedError` for what chat messages cannot hold."""
    if isinstance(turn, Item):
        raise NotMigratedError(ITEMS)
    if isinstance(turn, Result):
        return {
            "role": "tool",
            "tool_call_id": ids.get(turn.call_id, turn.call_id),
            "content": chat_texts(turn.content, CHAT_RESULT),
        }
    if turn.phase is not None:
        losses.append(PHASE)
    message = {"role": turn.role, "content": _content(turn), **known(name=turn.name)}
    return message | (
        {"tool_calls": [_call(call, ids.get(call.id, call.id)) for call in turn.calls]} if turn.calls else {}
    )


def _content(message: Message) -> Any:
    if message.content is None:
        return None
    if message.role == "user":
        return chat_content(message.content)
    return chat_texts(message.content, NOT_OF_ASSISTANT)


def _call(call: Call, identity: str) -> Json:
    if call.namespace is not None:
        raise NotMigratedError(NAMESPACE)
    if call.custom:
        return {"id": identity, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    return {
        "id": identity,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _tool(tool: Tool, losses: list[Loss]) -> Json:
    match tool:
        case Function():
            if tool.defer_loading:
                losses.append(DEFERRED)
            if tool.output_schema is not None:
                losses.append(OUTPUT_SCHEMA)
            fields = msgspec.to_builtins(tool)
            names = ("name", "description", "parameters", "strict")
            return {"type": "function", "function": {name: fields[name] for name in names if name in fields}}
        case Custom():
            fields = known(name=tool.name, description=tool.description)
            if tool.grammar is not None:
                fields["format"] = {"type": "grammar", "grammar": msgspec.to_builtins(tool.grammar)}
            return {"type": "custom", "custom": fields}
        case _:
            raise NotMigratedError(HOSTED)


def _choice(choice: Choice) -> Any:
    if choice.hosted is not None:
        raise NotMigratedError(HOSTED)
    named = [{"type": kind, kind: {"name": name}} for kind, name in choice.named]
    if choice.forced:
        return named[0]
    if named:
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": named}}
    return choice.mode


def _format(shape: Format) -> Json:
    if shape.type != "json_schema":
        return {"type": shape.type}
    fields = known(name=shape.name, description=shape.description, schema=shape.schema, strict=shape.strict)
    return {"type": "json_schema", "json_schema": fields}


def _search(search: Json) -> Json:
    location = dict(search.get("user_location") or {})
    location.pop("type", None)
    fields = known(search_context_size=search.get("search_context_size"))
    if location:
        fields["user_location"] = {"type": "approximate", "approximate": location}
    return fields
