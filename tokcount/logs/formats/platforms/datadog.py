"""Datadog LLM Observability: spans of its search API and of the intake. Source: ddtrace (llmobs/_constants.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    decoded_object,
    dig,
    first,
    metadata_from,
    objects,
    skipped,
    tags_from,
    text,
    tools_of,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = "datadog.llm"
_METADATA = {
    "model": ("model_name", "meta.model_name"),
    "provider": ("model_provider", "meta.model_provider"),
    "id": ("span_id",),
    "timestamp": ("start_ms", "start_ns"),
    "thread": ("session_id", "trace_id"),
}
_USAGE = {
    "input": ("input_tokens",),
    "output": ("output_tokens",),
    "total": ("total_tokens",),
    "cached_input": ("cache_read_input_tokens",),
    "cache_write": ("cache_write_input_tokens",),
    "reasoning": ("reasoning_output_tokens",),
}


class SearchSpans(LogFormat):
    """`datadog.llm`: a span of the search API (`attributes.span_kind`)."""

    name = _NAME
    keys = (frozenset({"type", "attributes"}), frozenset({"span_kind", "span_id", "ml_app"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        span = value if "span_kind" in value else decoded_object(value.get("attributes"))
        return [_item(span, at, 0)] if _kind(span) and "span_id" in span else None


class Intake(LogFormat):
    """`datadog.llm`, as the tracer sends it: spans with `meta`."""

    name = _NAME
    keys = (frozenset({"spans", "event_type"}), frozenset({"spans", "_dd.stage"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        listed = value.get("spans")
        spans = objects(listed)
        if not any(map(_kind, spans)):
            return None
        return [_item(span, at, index) for index, span in enumerate(spans)]


def _item(span: Json, at: Location, index: int) -> Item:
    if _kind(span) != "llm":
        return skipped(at, "not_llm", "a span that calls no model", _NAME)
    meta = decoded_object(span.get("meta")) or span
    answered = _messages(meta.get("output"))
    if span.get("status") == "error" and not answered:
        return skipped(at, "error", "a failed call", _NAME)
    metadata = metadata_from(span, _METADATA)
    metadata.usage = usage_from(span.get("metrics"), _USAGE)
    metadata.tags = tags_from(span.get("tags"))
    parameters = decoded_object(meta.get("metadata"))
    if tools := tools_of(first(meta, ("tool_definitions", "input.tools"))):
        parameters["tools"] = tools
    return call_record(
        at,
        _NAME,
        _messages(meta.get("input")),
        answered,
        metadata=metadata,
        parameters=parameters,
        index=index,
    )


def _kind(span: Json) -> str | None:
    """The key of the intake has a dot in it."""
    return text(span.get("span_kind")) or text(dig(span.get("meta"), "span.kind"))


def _messages(logged: object) -> Any:
    """`{messages: [{role, content}]}`, or `{value: text}`; calls of a tool keep their arguments as an object."""
    messages = dig(logged, "messages")
    if not isinstance(messages, list):
        return dig(logged, "value")
    return [
        built
        for message in messages
        if isinstance(message, dict)
        for built in [*_results(message), _message(message)]
        if built.keys() != {"role"}
    ]


def _results(message: Json) -> list[Json]:
    """The results of tools in a message (`ToolResult`), each as a message of its own."""
    results = message.get("tool_results")
    return [
        {"role": "tool", "tool_call_id": result.get("tool_id"), "content": result.get("result")}
        for result in (results if isinstance(results, list) else ())
        if isinstance(result, dict)
    ]


def _message(message: Json) -> Json:
    if message.get("tool_results"):
        message = {k: v for k, v in message.items() if k != "tool_results" and v != ""}
    calls = message.get("tool_calls")
    if not isinstance(calls, list):
        return message
    built = [
        {"id": call.get("tool_id"), "name": call.get("name"), "args": call.get("arguments")}
        for call in calls
        if isinstance(call, dict)
    ]
    return {
        **{k: v for k, v in message.items() if k != "role"},
        "type": message.get("role"),
        "tool_calls": built,
    }
