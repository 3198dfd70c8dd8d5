"""Exports that hold numbers and no text: OpenAI usage and costs, OpenRouter activity, Cloudflare AI Gateway.

A row is one call, or a bucket of many (`Usage.requests` is their number). Rows without numbers are `empty`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    MetadataTable,
    UsageTable,
    body_record,
    decoded,
    dig,
    kind_of_url,
    logged_tier,
    metadata_from,
    number,
    skipped,
    tags_from,
    text,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class _UsageRows(LogFormat):
    """A format whose values are rows of numbers: subclasses define the tables."""

    metadata: ClassVar[MetadataTable]
    usage: ClassVar[UsageTable]
    requests: tuple[str, ...] = ()
    naive_utc = False

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return self._items(value, at) if self._recognises(value) else None

    def _recognises(self, value: Json) -> bool:  # noqa: ARG002 - the keys decide
        """Is this a value of the format? Called only when the keys fit."""
        return True

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        for index, row in enumerate(self.rows(value)):
            yield self._row(row, at, index)

    def rows(self, value: Json) -> list[Json]:
        """The rows that a value holds: itself, unless a page of buckets."""
        return [value]

    def _row(self, row: Json, at: Location, index: int) -> Item:
        usage = usage_from(row, self.usage, "csv")
        if usage is None:
            return skipped(at, "empty", "a row without numbers", self.name)
        usage.requests = next((n for path in self.requests if (n := number(row.get(path)))), 1)
        metadata = metadata_from(row, self.metadata, naive_utc=self.naive_utc)
        metadata.usage = usage
        self.more(row, metadata)
        return body_record(at, self.name, metadata=metadata, index=index)

    def more(self, row: Json, metadata: CallMetadata) -> None:
        """Add what the tables of paths cannot express."""


class _Buckets(_UsageRows):
    """OpenAI's organization API answers pages of time buckets, each with results."""

    def rows(self, value: Json) -> list[Json]:
        buckets = value.get("data") if isinstance(value.get("data"), list) else [value]
        found: list[Json] = []
        for bucket in buckets if isinstance(buckets, list) else []:
            if not isinstance(bucket, dict):
                continue
            results = bucket.get("results")
            if not isinstance(results, list):
                found.append(bucket)
                continue
            start = {"start_time": bucket.get("start_time")}
            found.extend({**start, **row} for row in results if isinstance(row, dict))
            if not results:
                found.append(start)
        return found


def _holds(value: Json, result: str) -> bool:
    """Is this a page, a bucket or a row of results of the given object name?"""
    data = value.get("data")
    bucket = data[0] if isinstance(data, list) and data else value
    if not isinstance(bucket, dict):
        return False
    results = bucket.get("results")
    if bucket.get("object") != "bucket" or not isinstance(results, list):
        return False
    row = results[0] if results else None
    if not isinstance(row, dict):
        return result == "completions" and not results
    named = row.get("object")
    return isinstance(named, str) and named.removeprefix("organization.").startswith(_RESULTS[result])


_RESULTS = {"completions": "usage.", "costs": "costs."}


class OpenAIUsage(_Buckets):
    """`openai.usage`: usage CSV of the dashboard, or pages of `/v1/organization/usage/completions`.

    `input_tokens` includes the cached ones (`input_cached_tokens` + `input_uncached_tokens`).
    """

    name = "openai.usage"
    keys = (
        frozenset({"num_model_requests", "input_tokens"}),
        frozenset({"object", "data"}),
        frozenset({"object", "results"}),
        frozenset({"n_requests", "n_context_tokens_total"}),
    )
    metadata: ClassVar[MetadataTable] = {
        "model": ("model", "snapshot_id"),
        "timestamp": ("start_time", "start_time_iso", "aggregation_timestamp"),
        "user": ("user_id",),
        "thread": ("project_id",),
    }
    usage: ClassVar[UsageTable] = {
        "input": ("input_tokens", "n_context_tokens_total"),
        "output": ("output_tokens", "n_generated_tokens_total"),
        "cached_input": ("input_cached_tokens",),
        "cache_write": ("input_cache_write_tokens",),
        "cache_write_long": ("input_cache_write_12h_tokens",),
        "audio_input": ("input_audio_tokens",),
        "audio_output": ("output_audio_tokens",),
    }
    requests = ("num_model_requests", "n_requests")

    def _recognises(self, value: Json) -> bool:
        return "num_model_requests" in value or "n_requests" in value or _holds(value, "completions")

    def more(self, row: Json, metadata: CallMetadata) -> None:
        metadata.tier = "batch" if truth(row.get("batch")) else logged_tier(row.get("service_tier"))


class OpenAICosts(_Buckets):
    """`openai.costs`: cost CSV of the dashboard, or pages of `/v1/organization/costs`: costs per line item."""

    name = "openai.costs"
    keys = (frozenset({"amount_value"}), frozenset({"object", "data"}), frozenset({"object", "results"}))
    metadata: ClassVar[MetadataTable] = {
        "model": ("line_item",),
        "timestamp": ("start_time", "start_time_iso"),
        "thread": ("project_id",),
    }
    usage: ClassVar[UsageTable] = {"cost_usd": ("amount_value", "amount.value")}

    def _recognises(self, value: Json) -> bool:
        return "amount_value" in value or _holds(value, "costs")


class OpenRouterActivity(_UsageRows):
    """`openrouter.activity`: the activity CSV (one row per call), or the aggregated API form (per day and model)."""

    name = "openrouter.activity"
    keys = (
        frozenset({"generation_id", "model_permaslug"}),
        frozenset({"model_permaslug", "requests", "prompt_tokens"}),
    )
    metadata: ClassVar[MetadataTable] = {
        "model": ("model_permaslug", "model"),
        "provider": ("provider_name",),
        "id": ("generation_id",),
        "timestamp": ("created_at", "date"),
        "user": ("user",),
    }
    usage: ClassVar[UsageTable] = {
        "input": ("tokens_prompt", "prompt_tokens"),
        "output": ("tokens_completion", "completion_tokens"),
        "cached_input": ("tokens_cached",),
        "reasoning": ("tokens_reasoning", "reasoning_tokens"),
        "cost_usd": ("cost_total", "usage"),
    }
    requests = ("requests",)

    def more(self, row: Json, metadata: CallMetadata) -> None:
        metadata.provider = None  # OpenRouter's provider names the host, not the vendor of the model
        metadata.tags = tags_from(
            [tag for key in ("app_name", "api_key_name") if (tag := text(row.get(key)))]
        )


class CloudflareLogs(_UsageRows):
    """`cloudflare.logs`: rows of the AI Gateway logs API."""

    name = "cloudflare.logs"
    keys = (frozenset({"tokens_in", "tokens_out", "provider"}),)
    metadata: ClassVar[MetadataTable] = {
        "model": ("model",),
        "provider": ("provider",),
        "id": ("id",),
        "timestamp": ("created_at",),
    }
    usage: ClassVar[UsageTable] = {"input": ("tokens_in",), "output": ("tokens_out",), "cost_usd": ("cost",)}

    def _row(self, row: Json, at: Location, index: int) -> Item:
        status = number(row.get("status_code"))
        if row.get("success") is False or (status is not None and status >= 400):
            return skipped(at, "error", f"a failed call (HTTP {status or 'unknown'})", self.name)
        if kind_of_url(row.get("path")) == "embeddings":
            return skipped(at, "not_llm", "an embeddings call", self.name)
        return super()._row(row, at, index)

    def more(self, row: Json, metadata: CallMetadata) -> None:
        metadata.tags = tags_from(decoded(row.get("metadata")))
        if truth(row.get("cached")):
            metadata.flags.add("cached_reply")


class CloudflareLogpush(LogFormat):
    """`cloudflare.logpush`: AI Gateway logs pushed to a bucket; bodies are encrypted for the customer's key."""

    name = "cloudflare.logpush"
    keys = (frozenset({"RequestBody", "ResponseBody", "Provider"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        request = decoded(value.get("RequestBody"))
        if (
            dig(request, "type") == "encrypted"
            or dig(decoded(value.get("ResponseBody")), "type") == "encrypted"
        ):
            advice = "encrypted bodies; decrypt the log with the gateway's private key first"
            return [skipped(at, "encrypted", advice, self.name)]
        metadata = metadata_from(
            value, {"model": ("Model",), "provider": ("Provider",), "timestamp": ("RequestTime", "CreatedAt")}
        )
        response = decoded(value.get("ResponseBody"))
        return [
            body_record(
                at,
                self.name,
                kind=kind_of_url(value.get("Endpoint")),
                request=request if isinstance(request, dict) else None,
                response=response if isinstance(response, dict) else None,
                metadata=metadata,
            )
        ]
