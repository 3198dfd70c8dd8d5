"""Opik spans, as its API and its export give them. Source: Opik's REST types (Span)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    metadata_from,
    money,
    skipped,
    tags_from,
    text,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_TYPES = frozenset({"llm", "general", "tool", "guardrail"})
_USAGE = {
    **BODY_USAGE,
    "cached_input": (
        "original_usage.prompt_tokens_details.cached_tokens",
        "original_usage.input_tokens_details.cached_tokens",
        "original_usage.cache_read_input_tokens",
        *BODY_USAGE["cached_input"],
    ),
    "cache_write": ("original_usage.cache_creation_input_tokens", *BODY_USAGE["cache_write"]),
    "reasoning": (
        "original_usage.completion_tokens_details.reasoning_tokens",
        "original_usage.output_tokens_details.reasoning_tokens",
        *BODY_USAGE["reasoning"],
    ),
}
_METADATA = {
    "model": ("model", "metadata.model"),
    "provider": ("provider",),
    "id": ("id",),
    "timestamp": ("start_time",),
    "thread": ("thread_id", "trace_id"),
}


class Spans(LogFormat):
    """`opik.span`."""

    name = "opik.span"
    keys = (
        frozenset({"type", "input", "trace_id", "project_id"}),
        frozenset({"type", "input", "trace_id", "project_name"}),
        frozenset({"type", "output", "trace_id", "total_estimated_cost"}),
    )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if text(value.get("type")) not in _TYPES:
            return None
        if text(value["type"]) != "llm":
            return [skipped(at, "not_llm", "a span that calls no model", self.name)]
        if value.get("error_info") and not value.get("output"):
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = metadata_from(value, _METADATA)
        metadata.tags = tags_from(value.get("tags"))
        metadata.usage = usage_from(value.get("usage"), _USAGE)
        if metadata.usage is not None:
            metadata.usage.cost_usd = money(value.get("total_estimated_cost"))
        return [call_record(at, self.name, value.get("input"), value.get("output"), metadata=metadata)]
