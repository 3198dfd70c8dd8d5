"""PostHog's `$ai_generation` events, exported or as its SDK sends them. Source: posthog-python (ai/utils.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    decoded,
    decoded_object,
    failure,
    metadata_from,
    skipped,
    text,
    tools_of,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_METADATA = {
    "model": ("$ai_model",),
    "provider": ("$ai_provider",),
    "thread": ("$ai_session_id", "$ai_trace_id"),
}
_EVENT = {"id": ("uuid", "id"), "timestamp": ("timestamp",), "user": ("distinct_id",)}
_USAGE = {
    "input": ("$ai_input_tokens",),
    "output": ("$ai_output_tokens",),
    "cached_input": ("$ai_cache_read_input_tokens",),
    "cache_write": ("$ai_cache_creation_input_tokens",),
    "reasoning": ("$ai_reasoning_tokens",),
    "cost_usd": ("$ai_total_cost_usd",),
}


class Generations(LogFormat):
    """`posthog.generation`."""

    name = "posthog.generation"
    keys = (frozenset({"event", "properties"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        event = text(value.get("event")) or ""
        if not event.startswith("$ai_"):
            return None
        if event != "$ai_generation":
            return [skipped(at, "not_llm", "an event that is not a call to a model", self.name)]
        properties = decoded_object(value.get("properties"))
        asked, answered = decoded(properties.get("$ai_input")), decoded(properties.get("$ai_output_choices"))
        error = failure(properties.get("$ai_http_status"), None)
        if error or (truth(properties.get("$ai_is_error")) and not answered):
            return [skipped(at, "error", f"a failed call ({error})" if error else "a failed call", self.name)]
        metadata, named = metadata_from(value, _EVENT), metadata_from(properties, _METADATA)
        metadata.model, metadata.provider, metadata.thread = named.model, named.provider, named.thread
        exclusive = properties.get("$ai_cache_reporting_exclusive")
        apart = exclusive if isinstance(exclusive, bool) else (named.provider == "anthropic" or None)
        metadata.usage = usage_from(properties, _USAGE, apart=apart)
        parameters = decoded_object(properties.get("$ai_model_parameters"))
        if tools := tools_of(properties.get("$ai_tools")):
            parameters["tools"] = tools
        return [call_record(at, self.name, asked, answered, metadata=metadata, parameters=parameters)]
