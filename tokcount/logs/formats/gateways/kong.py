"""API gateways that add what an AI plugin knows to their access log: Kong and Apache APISIX.

Source: Kong's AI plugins (log serializer), APISIX's ai-proxy (`llm_summary`).
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
    body_of,
    body_record,
    chat_answer,
    decoded_object,
    dig,
    failure,
    first,
    skipped,
    text,
    timestamp,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_USAGE: UsageTable = {**BODY_USAGE, "cost_usd": ("cost",)}


class Kong(LogFormat):
    """`kong.ai`: a line with `ai`, one call per plugin in it; bodies only where the plugin logs payloads."""

    name = "kong.ai"
    keys = (frozenset({"request", "response", "ai"}), frozenset({"ai", "latencies"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        plugins = decoded_object(value.get("ai"))
        calls = [plugin for plugin in plugins.values() if isinstance(plugin, dict) and "meta" in plugin]
        if not calls:
            return [skipped(at, "not_llm", "a request without a call to a model", self.name)]
        if error := failure(dig(value, "response.status"), None):
            return [skipped(at, "error", f"a failed call ({error})", self.name)]
        return [self._call(plugin, value, at, index) for index, plugin in enumerate(calls)]

    def _call(self, plugin: Json, value: Json, at: Location, index: int) -> Item:
        metadata = CallMetadata(
            model=text(dig(plugin, "meta.request_model")),
            served_model=text(dig(plugin, "meta.response_model")),
            provider=text(dig(plugin, "meta.provider_name")),
            id=text(first(value, ("request.id", "request.headers.x-kong-request-id"))),
            timestamp=timestamp(value.get("started_at")),
            usage=usage_from(plugin.get("usage"), _USAGE),
        )
        if dig(plugin, "cache.cache_status") == "Hit":
            metadata.flags.add("cached_reply")
        request, response = body_of(dig(plugin, "payload.request")), body_of(dig(plugin, "payload.response"))
        return body_record(at, self.name, request=request, response=response, metadata=metadata, index=index)


class Apisix(LogFormat):
    """`apisix.log`: a line with `llm_summary`, and the bodies where they are logged."""

    name = "apisix.log"
    keys = (frozenset({"llm_summary"}),)
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if error := failure(dig(value, "response.status"), None):
            return [skipped(at, "error", f"a failed call ({error})", self.name)]
        metadata = CallMetadata(
            model=text(dig(value, "llm_summary.model")),
            timestamp=timestamp(value.get("start_time")),
            usage=usage_from(value.get("llm_summary"), BODY_USAGE),
        )
        answered = value.get("llm_response_text")
        response = body_of(answered)
        if response is None and isinstance(answered, str) and answered:
            response = chat_answer([{"role": "assistant", "content": answered}])
        request = body_of(value.get("llm_request"))
        return [body_record(at, self.name, request=request, response=response, metadata=metadata)]
