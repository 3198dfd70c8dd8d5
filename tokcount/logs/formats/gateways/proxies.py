"""Logs of proxies that are told apart by their columns: Bifrost, new-api and one-api, OpenRouter, LiteLLM's spend.

Source: bifrost (framework/logstore), one-api (model/log.go), OpenRouter API reference (Get a generation), LiteLLM
(daily activity endpoints).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    UsageTable,
    body_record,
    call_record,
    decoded,
    decoded_object,
    dig,
    metadata_from,
    number,
    skipped,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BIFROST = {
    "model": ("model",),
    "provider": ("provider",),
    "id": ("id",),
    "timestamp": ("timestamp",),
}
_BIFROST_USAGE: UsageTable = {**BODY_USAGE, "cost_usd": ("cost.total_cost", "cost")}


class Bifrost(LogFormat):
    """`bifrost.log`."""

    name = "bifrost.log"
    keys = (frozenset({"provider", "model", "input_history", "status"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("status") == "error":
            return [skipped(at, "error", "a failed call", self.name)]
        metadata = metadata_from(value, _BIFROST)
        metadata.usage = usage_from(decoded(value.get("token_usage")), _BIFROST_USAGE)
        parameters = decoded_object(value.get("params"))
        asked = decoded(value.get("input_history")) or decoded(value.get("responses_input_history"))
        answered = decoded(value.get("output_message")) or decoded(value.get("responses_output"))
        return [call_record(at, self.name, asked, answered, metadata=metadata, parameters=parameters)]


_NEW_API = {
    "model": ("model_name",),
    "id": ("request_id", "id"),
    "timestamp": ("created_at",),
    "user": ("username", "user_id"),
    "tags": (),
}
_CONSUMPTION = 2
"""`type` of a row that is a call; others are top-ups, management and errors."""


class NewApi(LogFormat):
    """`new_api.log`: rows of one-api and new-api; `content` is a note on the price."""

    name = "new_api.log"
    keys = (frozenset({"model_name", "quota", "prompt_tokens", "completion_tokens"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if number(value.get("type", _CONSUMPTION)) != _CONSUMPTION:
            return [skipped(at, "not_llm", "an accounting row that is not a call", self.name)]
        metadata = metadata_from(value, _NEW_API)
        metadata.usage = usage_from(value, _NEW_API_USAGE)
        return [body_record(at, self.name, metadata=metadata)]


_NEW_API_USAGE: UsageTable = {"input": ("prompt_tokens",), "output": ("completion_tokens",)}

_OPENROUTER: UsageTable = {
    "input": ("native_tokens_prompt", "tokens_prompt"),
    "output": ("native_tokens_completion", "tokens_completion"),
    "cached_input": ("native_tokens_cached",),
    "reasoning": ("native_tokens_reasoning",),
    "cost_usd": ("total_cost",),
}


class OpenRouterGeneration(LogFormat):
    """`openrouter.generation`: the statistics of one generation."""

    name = "openrouter.generation"
    keys = (frozenset({"data"}), frozenset({"native_tokens_prompt", "model"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        row = value if "native_tokens_prompt" in value else value.get("data")
        if not isinstance(row, dict) or "native_tokens_prompt" not in row:
            return None
        metadata = CallMetadata(
            model=text(row.get("model")),
            id=text(row.get("id")),
            timestamp=timestamp(row.get("created_at")),
            usage=usage_from(row, _OPENROUTER),
        )
        return [body_record(at, self.name, metadata=metadata)]


_SPEND: UsageTable = {
    **BODY_USAGE,
    "cost_usd": ("spend",),
}


class LiteLlmDailyActivity(LogFormat):
    """`litellm.daily_activity`: spend by day; by model where the breakdown has it."""

    name = "litellm.daily_activity"
    keys = (frozenset({"results", "metadata"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        days = value.get("results")
        if not isinstance(days, list) or not all(
            isinstance(dig(day, "metrics.spend"), float | int) for day in days
        ):
            return None
        return self._items([day for day in days if isinstance(day, dict)], at)

    def _items(self, days: list[Json], at: Location) -> Iterator[Item]:
        index = 0
        for day in days:
            models = decoded_object(dig(day, "breakdown.models")) or {"": day}
            for model, entry in models.items():
                metrics = decoded_object(dig(entry, "metrics"))
                metadata = CallMetadata(
                    model=model or None,
                    timestamp=timestamp(day.get("date"), naive_utc=True),
                    usage=usage_from(metrics, _SPEND),
                )
                if metadata.usage is not None:
                    metadata.usage.requests = number(metrics.get("api_requests")) or 1
                yield body_record(at, self.name, metadata=metadata, index=index)
                index += 1
