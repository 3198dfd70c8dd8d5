"""Braintrust rows, as the fetch API and the export give them. Source: braintrust's SDK (logger, `SpanType`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    decoded_object,
    metadata_from,
    skipped,
    tags_from,
    text,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_METADATA = {
    "model": ("metadata.model",),
    "provider": ("metadata.provider",),
    "id": ("id",),
    "timestamp": ("created",),
    "user": ("metadata.user_id", "metadata.user"),
    "thread": ("root_span_id",),
}
_USAGE = {
    "input": ("prompt_tokens",),
    "output": ("completion_tokens",),
    "total": ("tokens",),
    "cached_input": ("prompt_cached_tokens",),
    "cache_write": ("prompt_cache_creation_tokens",),
    "reasoning": ("completion_reasoning_tokens", "reasoning_tokens"),
    "cost_usd": ("estimated_cost",),
}
_NOT_PARAMETERS = frozenset({"model", "provider", "user", "user_id"})


class Log(LogFormat):
    """`braintrust.log`: a row per span; those of type `llm` are calls."""

    name = "braintrust.log"
    keys = (frozenset({"span_attributes", "root_span_id"}), frozenset({"span_attributes", "span_id"}))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        attributes = decoded_object(value.get("span_attributes"))
        if text(attributes.get("type")) != "llm":
            return [skipped(at, "not_llm", "a span that calls no model", self.name)]
        if value.get("error") and not value.get("output"):
            return [skipped(at, "error", "a failed call", self.name)]
        row = {**value, "metadata": decoded_object(value.get("metadata"))}
        metadata = metadata_from(row, _METADATA)
        metadata.tags = tags_from(value.get("tags"))
        metadata.usage = usage_from(decoded_object(value.get("metrics")), _USAGE)
        parameters = {name: item for name, item in row["metadata"].items() if name not in _NOT_PARAMETERS}
        return [
            call_record(
                at,
                self.name,
                value.get("input"),
                value.get("output"),
                metadata=metadata,
                parameters=parameters,
            )
        ]
