"""Records from bodies in the shape of the OpenAI API: the last step of every adapter.

An adapter finds or builds the two bodies and collects what the log says around them in `CallMetadata`; `body_record`
makes the record. The bodies win over the envelope where both say the same (the served model, billed usage),
because the envelope is derived from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt.normalize import tidy
from tokcount.logs.adapt.usage import body_usage
from tokcount.logs.adapt.vendors import is_foreign
from tokcount.logs.record import Kind, Record, Skipped, SkipReason, Usage
from tokcount.logs.scalars import Json, decoded, decoded_list, first, label, number, text, timestamp

if TYPE_CHECKING:
    from tokcount.logs.format import Item, Location


class CallMetadata(msgspec.Struct, kw_only=True):
    """What a log says about a call besides its bodies; the names are those of `Record`."""

    model: str | None = None
    served_model: str | None = None
    provider: str | None = None
    id: str | None = None
    timestamp: float | None = None
    usage: Usage | None = None
    tier: str | None = None
    deployment: str | None = None
    user: str | None = None
    thread: str | None = None
    tags: tuple[str, ...] = ()
    flags: set[str] = msgspec.field(default_factory=set)
    conversation: bool = False


FactTable = Mapping[str, tuple[str, ...]]
"""Text field of `CallMetadata`, or ``timestamp`` → the places it may stand, tried in order."""


def facts_from(value: object, table: FactTable, *, naive_utc: bool = False) -> CallMetadata:
    """The facts that ``value`` holds at the places of ``table``."""
    facts = CallMetadata()
    for field, paths in table.items():
        found = first(value, paths)
        if found is None:
            continue
        if field == "timestamp":
            facts.timestamp = timestamp(found, naive_utc=naive_utc)
        else:
            setattr(facts, field, text(found))
    return facts


def tags_from(value: object) -> tuple[str, ...]:
    """Labels: a list of strings as it is, an object as ``key:value``; nested values are left out."""
    found = decoded(value)
    if isinstance(found, list):
        return tuple(tag for tag in found if isinstance(tag, str) and tag)
    if isinstance(found, dict):
        return tuple(f"{key}:{word}" for key, item in found.items() if (word := text(item)))
    return (found,) if isinstance(found, str) and found else ()


def skipped(place: Location, reason: SkipReason, detail: str, format_name: str) -> Skipped:
    """Something at ``place`` that is not a record."""
    return Skipped(source=place.source, line=place.line, reason=reason, detail=detail, format=format_name)


def request_kind(body: Json) -> Kind | None:
    """The endpoint that a request body is for, by its shape alone."""
    if isinstance(body.get("messages"), list):
        return "chat"
    if "prompt" in body and not isinstance(body["prompt"], dict):
        return "completions"
    if "input" in body or "instructions" in body:
        return "responses"
    return None


_NOTHING: Json = {}

_PROMPT_FIELDS = {"chat": "messages", "completions": "prompt", "responses": "input"}
"""Where the prompt of each endpoint stands. A body without it was not sent to that endpoint, whatever a log says."""

_RESPONSE_OBJECTS: dict[str, Kind] = {
    "chat.completion": "chat",
    "chat.completion.chunk": "chat",
    "text_completion": "completions",
    "response": "responses",
}


def response_kind(body: Json) -> Kind | None:
    """The endpoint that a response body came from: its ``object``, else the shape of its choices."""
    named = body.get("object")
    if isinstance(named, str) and named in _RESPONSE_OBJECTS:
        return _RESPONSE_OBJECTS[named]
    choices = body.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        return "completions" if isinstance(choices[0].get("text"), str) else "chat"
    return "responses" if isinstance(body.get("output"), list) else None


def failure(status: object, response: object) -> str | None:
    """Why a call failed (``HTTP 429``, ``rate_limit_exceeded``), without the message; ``None`` when it did not."""
    code = None if status is None else number(status)
    if code is not None and code >= 400:
        return f"HTTP {code}"
    if not isinstance(response, dict) or response.get("choices"):
        return None
    error = response.get("error")
    if isinstance(error, dict) and error:
        return label(error.get("code"), "") or label(error.get("type"), "error")
    return "error" if isinstance(error, str) and error else None


def holds_text(request: Json | None, response: Json | None) -> bool:
    """Is there anything to count: a prompt or a list of messages (empty ones too), input, or an answer?"""
    if request is not None and (
        isinstance(request.get("messages"), list)
        or "prompt" in request
        or isinstance(request.get("input"), str | list)
        or request.get("instructions")
    ):
        return True
    return response is not None and bool(response.get("choices") or response.get("output"))


def body_record(
    place: Location,
    format_name: str,
    *,
    kind: Kind | None = None,
    request: Json | None = None,
    response: Json | None = None,
    facts: CallMetadata | None = None,
    index: int = 0,
) -> Item:
    """The record of one call, or why it is none.

    ``kind`` is what the log says about the endpoint; ``None`` lets the shapes of the bodies decide. A call
    without any text is a ``usage`` record, flagged ``no_text`` unless a flag already says what became of the
    text; without numbers as well it is ``empty``.
    """
    facts = facts or CallMetadata()
    kind = _kind(kind, request or {}, response or {})
    if kind == "embeddings":
        return skipped(place, "not_llm", "an embeddings call", format_name)
    usage = _merged(_response_usage(response or None), facts.usage)
    if not holds_text(request or None, response or None):
        if usage is None and not facts.flags:
            return skipped(place, "empty", "a call without text and without numbers", format_name)
        kind, request, response = "usage", None, None
        if not facts.flags & {"truncated", "redacted"}:
            facts.flags.add("no_text")
    return tidy(_record(place, format_name, index, kind, request or None, response or None, usage, facts))


def _kind(said: Kind | None, request: Json, response: Json) -> Kind:
    """The endpoint: as the log says, unless the request cannot have gone there; else by the shapes of the bodies."""
    kind = said or request_kind(request) or response_kind(response) or "chat"
    if request and kind in _PROMPT_FIELDS and _PROMPT_FIELDS[kind] not in request:
        return request_kind(request) or kind
    return kind


def _record(
    place: Location,
    format_name: str,
    index: int,
    kind: Kind,
    request: Json | None,
    response: Json | None,
    usage: Usage | None,
    facts: CallMetadata,
) -> Record:
    """The record of two bodies; what they say wins over the facts."""
    asked, answered = request or _NOTHING, response or _NOTHING
    model = text(asked.get("model")) or text(asked.get("engine")) or facts.model
    served = text(answered.get("model")) or facts.served_model
    if is_foreign(facts.provider, served or model):
        facts.flags.add("non_openai")
    return Record(
        source=place.source,
        line=place.line,
        index=index,
        format=format_name,
        kind=kind,
        request=request,
        response=response,
        model=model or served,
        served_model=served,
        id=facts.id or text(answered.get("id")),
        timestamp=facts.timestamp or _created(answered),
        usage=usage,
        tier=facts.tier or _tier(answered) or _tier(asked),
        deployment=facts.deployment,
        user=facts.user or text(asked.get("user")),
        thread=facts.thread,
        tags=facts.tags,
        flags=tuple(sorted(facts.flags)),
        conversation=facts.conversation,
    )


def _created(answered: Json) -> float | None:
    return timestamp(answered.get("created")) or timestamp(answered.get("created_at"))


def _tier(body: Json) -> str | None:
    tier = body.get("service_tier")
    return tier if isinstance(tier, str) and tier in ("flex", "priority", "batch") else None


def _response_usage(response: Json | None) -> Usage | None:
    return body_usage(response.get("usage")) if response else None


def _merged(billed: Usage | None, logged: Usage | None) -> Usage | None:
    if billed is None or logged is None:
        return billed or logged
    for field in Usage.__struct_fields__:
        if getattr(billed, field) is None:
            setattr(billed, field, getattr(logged, field))
    return billed


def compact(value: object) -> str:
    """JSON without spaces, as the API writes tool arguments; text stays as it is."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return ""


def tool_call(call_id: object, name: object, arguments: object, flags: set[str]) -> Json:
    """A tool call of a chat message; arguments that are not the original string flag ``reserialised``."""
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
    """``{type, name, description, parameters}`` → ``{type, function: {…}}``; a nested tool stays."""
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


def without_none(**fields: Any) -> Json:
    """A body from the fields that are there."""
    return {name: value for name, value in fields.items() if value is not None}


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
