"""Sentry transactions: the spans of an event that call a model. Source: Sentry's AI span conventions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    decoded,
    decoded_object,
    metadata_from,
    skipped,
    text,
    tools_of,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_METADATA = {
    "model": ("data.gen_ai.request.model", "data.ai.model_id"),
    "served_model": ("data.gen_ai.response.model",),
    "provider": ("data.gen_ai.system", "data.gen_ai.provider.name"),
    "id": ("span_id",),
    "timestamp": ("start_timestamp",),
    "thread": ("trace_id",),
}
_USAGE = {
    "input": ("gen_ai.usage.input_tokens", "ai.prompt_tokens.used"),
    "output": ("gen_ai.usage.output_tokens", "ai.completion_tokens.used"),
    "total": ("gen_ai.usage.total_tokens", "ai.total_tokens.used"),
    "cached_input": ("gen_ai.usage.input_tokens.cached",),
    "reasoning": ("gen_ai.usage.output_tokens.reasoning",),
}
_WRAPPERS = ("gen_ai.invoke_agent", "gen_ai.execute_tool", "gen_ai.create_agent", "gen_ai.handoff")
"""Operations around the calls of an agent; they repeat its numbers."""


class Transactions(LogFormat):
    """`sentry.transaction`."""

    name = "sentry.transaction"
    keys = (frozenset({"event_id", "type", "spans"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        spans = value.get("spans")
        if value.get("type") != "transaction" or not isinstance(spans, list):
            return None
        return [self._item(span, at, index) for index, span in enumerate(spans) if isinstance(span, dict)]

    def _item(self, span: Json, at: Location, index: int) -> Item:
        operation = text(span.get("op")) or ""
        if not operation.startswith(("gen_ai.", "ai.chat_completions")) or operation in _WRAPPERS:
            return skipped(at, "not_llm", "a span that calls no model", self.name)
        data = decoded_object(span.get("data"))
        answered = _answers(data)
        if span.get("status") not in (None, "ok") and not answered:
            return skipped(at, "error", "a failed call", self.name)
        metadata = metadata_from({**span, **{f"data.{key}": item for key, item in data.items()}}, _METADATA)
        metadata.usage = usage_from(data, _USAGE)
        tools = tools_of(data.get("gen_ai.request.available_tools"))
        asked = (
            data.get("gen_ai.request.messages")
            or data.get("gen_ai.input.messages")
            or data.get("ai.input_messages")
        )
        return call_record(
            at,
            self.name,
            asked,
            answered,
            metadata=metadata,
            parameters={"tools": tools} if tools else None,
            index=index,
        )


def _answers(data: Json) -> list[Json]:
    """The texts of the answer (a list, or one text), and its tool calls."""
    written = decoded(data.get("gen_ai.response.text") or data.get("ai.responses"))
    texts = written if isinstance(written, list) else [written]
    answers: list[Json] = [
        {"role": "assistant", "content": answer} for answer in texts if isinstance(answer, str) and answer
    ]
    calls = decoded(data.get("gen_ai.response.tool_calls"))
    if isinstance(calls, list) and calls:
        answers = answers or [{"role": "assistant", "content": None}]
        answers[0] = {**answers[0], "tool_calls": calls}
    return answers
