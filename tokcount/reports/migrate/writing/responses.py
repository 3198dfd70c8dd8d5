"""The body of a Responses request, without its model and its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.content import known, plain
from tokcount.reports.migrate.request import (
    Call,
    Choice,
    Content,
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
)
from tokcount.reports.migrate.writing.content import NOT_OF_ASSISTANT, responses_content

NAMES: Final = Loss("name", "dropped", "names of messages have no equivalent in Responses requests")
SEARCH: Final = Loss("web_search_options", "rewritten", "become a web_search tool")
NO_SCHEMA: Final = "a JSON schema format without its schema"


def write_responses(request: Request) -> tuple[Json, list[Loss]]:
    """The body of a request, and what it does not hold. Raises `NotMigratedError` for what Responses has not."""
    losses: list[Loss] = []
    body: Json = known(instructions=request.instructions) | {"input": _input(request, losses)}
    tools = [_tool(tool, request.strict) for tool in request.tools]
    if request.search is not None:
        losses.append(SEARCH)
        tools.append({"type": "web_search", **request.search})
    if tools:
        body["tools"] = tools
    if request.choice is not None:
        body["tool_choice"] = _choice(request.choice)
    if request.format is not None:
        body["text"] = {"format": _format(request.format)}
    return body, losses


def _input(request: Request, losses: list[Loss]) -> Any:
    """The items; a message of the user alone is a text."""
    custom: set[str] = set()
    items: list[Json] = []
    for turn in request.turns:
        if isinstance(turn, Item):
            items.append(hosted_item(turn, request.strict))
        elif isinstance(turn, Result):
            kind = "custom_tool_call_output" if turn.call_id in custom else "function_call_output"
            items.append({"type": kind, "call_id": turn.call_id, "output": responses_content(turn.content)})
        else:
            custom.update(call.id for call in turn.calls if call.custom)
            items += _message(turn, losses)
    alone = items[0] if len(items) == 1 else {}
    return alone["content"] if alone.get("role") == "user" and isinstance(alone["content"], str) else items


def _message(message: Message, losses: list[Loss]) -> Iterator[Json]:
    """The items of a message: its content, then its calls."""
    if message.name is not None:
        losses.append(NAMES)
    content = message.content
    if content is not None and not (message.calls and content == ""):
        given = _spoken(content) if message.role == "assistant" else responses_content(content)
        yield {"role": message.role, "content": given, **known(phase=message.phase)}
    for call in message.calls:
        yield call_item(call)


def _spoken(content: Content) -> str:
    """The text of an assistant's message; its parts are joined, as the API does to encode them."""
    text = plain(content)
    if text is None:
        raise NotMigratedError(NOT_OF_ASSISTANT)
    return text


def hosted_item(item: Item, strict: bool | None = None) -> Json:
    """An item that only Responses have."""
    return {"type": item.kind, **item.fields} | _inside(item.tools, strict)


def _inside(tools: Sequence[Tool] | None, strict: bool | None) -> Json:
    return {} if tools is None else {"tools": [_tool(tool, strict) for tool in tools]}


def call_item(call: Call) -> Json:
    """The item of a call."""
    kind, field = ("custom_tool_call", "input") if call.custom else ("function_call", "arguments")
    return {
        "type": kind,
        "call_id": call.id,
        "name": call.name,
        field: call.arguments,
        **known(namespace=call.namespace),
    }


def _tool(tool: Tool, strict: bool | None) -> Json:
    match tool:
        case Function():
            return {"type": "function", "parameters": None, "strict": strict, **msgspec.to_builtins(tool)}
        case Custom():
            fields = known(name=tool.name, description=tool.description)
            if tool.grammar is not None:
                fields["format"] = {"type": "grammar", **msgspec.to_builtins(tool.grammar)}
            return {"type": "custom", **fields}
        case _:
            return {"type": tool.kind, **tool.fields} | _inside(tool.tools, strict)


def _choice(choice: Choice) -> Any:
    if choice.hosted is not None:
        return choice.hosted
    named = [{"type": kind, "name": name} for kind, name in choice.named]
    if choice.forced:
        return named[0]
    if named:
        return {"type": "allowed_tools", "mode": choice.mode, "tools": named}
    return choice.mode


def _format(shape: Format) -> Json:
    if shape.type != "json_schema":
        return {"type": shape.type}
    if shape.schema is None:
        raise NotMigratedError(NO_SCHEMA)
    fields = known(name=shape.name, description=shape.description, schema=shape.schema, strict=shape.strict)
    return {"type": "json_schema", **fields}
