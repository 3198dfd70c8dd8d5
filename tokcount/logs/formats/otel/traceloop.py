"""The older Traceloop dialect: one attribute per field of a message, `gen_ai.prompt.0.content`.

The kind of call is in `llm.request.type`. A legacy completion writes `gen_ai.prompt.0.user` or a user message.
Source: traceloop/openllmetry, releases before 0.50; even older ones use `llm.prompts.0.content`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import Json, Kind, decoded, text, tool_call
from tokcount.logs.formats.otel.call import Call, call_of, indexed, metadata_of, parameters_of, tools_in

if TYPE_CHECKING:
    from tokcount.logs.formats.otel.span import Span

_KINDS: dict[str, Kind] = {"chat": "chat", "completion": "completions", "unknown": "chat"}


def read(span: Span) -> Call | None:
    """The call of a span; not of workflow, task, agent and tool spans, embeddings or rerankers."""
    attributes = span.attributes
    request_type = text(attributes.get("llm.request.type"))
    if "traceloop.span.kind" in attributes and request_type is None:
        return None
    kind = _KINDS.get(request_type or "chat")
    if kind is None:
        return None
    metadata = metadata_of(span)
    flags = metadata.flags
    prompts = indexed(attributes, "gen_ai.prompt") or indexed(attributes, "llm.prompts")
    answers = indexed(attributes, "gen_ai.completion") or indexed(attributes, "llm.completions")
    if not prompts and not answers and metadata.usage is None and metadata.model is None:
        return None
    return call_of(
        kind,
        metadata,
        messages=[_message(row, "user", flags) for row in prompts],
        answers=[_message(row, "assistant", flags) for row in answers],
        tools=tools_in(attributes),
        parameters=parameters_of(attributes, flags),
    )


_KNOWN = ("role", "content", "tool_calls.", "tool_call_id", "function_call.", "finish_reason")
"""How the attributes of a message begin that are translated."""


def _message(row: Json, role: str, flags: set[str]) -> Json:
    if "user" in row and "content" not in row:
        row = {"role": "user", "content": row["user"]}
    others = {name: item for name, item in row.items() if not name.startswith(_KNOWN)}
    message: Json = {**others, "role": text(row.get("role")) or role, "content": _content(row.get("content"))}
    calls = indexed(row, "tool_calls")
    if calls:
        message["tool_calls"] = [
            tool_call(call.get("id"), call.get("name"), call.get("arguments"), flags) for call in calls
        ]
    if text(row.get("tool_call_id")):
        message["tool_call_id"] = row["tool_call_id"]
    if text(row.get("function_call.name")):
        arguments = row.get("function_call.arguments")
        call = tool_call(None, row["function_call.name"], arguments, flags)
        message["function_call"] = call["function"]
    return message


def _content(value: object) -> Any:
    """Content parts are written as a JSON string; other text that happens to be JSON stays text."""
    if not isinstance(value, str) or not value.startswith("[{"):
        return value if isinstance(value, str | list) else None
    found = decoded(value)
    if isinstance(found, list) and all(isinstance(part, dict) and "type" in part for part in found):
        return found
    return value
