"""LiteLLM: the StandardLoggingPayload of its callbacks, and the SpendLogs of its database.

Both re-wrap a legacy prompt as one user message, so `call_type` decides the endpoint. SpendLogs cuts
long texts in the middle and usually has none at all (`store_prompts_in_spend_logs` is off by default).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    BODY_USAGE,
    CallMetadata,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    body_record,
    decoded,
    decoded_object,
    first,
    kind_of_call,
    label,
    metadata_from,
    prompt_of,
    skipped,
    tags_from,
    text,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


_METADATA = {
    "model": ("model", "hidden_params.litellm_model_name", "model_group"),
    "id": ("litellm_call_id", "request_id", "id"),
    "timestamp": ("startTime", "endTime"),
    "provider": ("custom_llm_provider",),
    "user": ("end_user", "metadata.user_api_key_end_user_id", "user", "metadata.user_api_key_user_id"),
    "thread": ("session_id", "trace_id"),
    "region": ("api_base", "hidden_params.api_base", "metadata.hidden_params.api_base"),
}

_DETAILS = {field: paths for field, paths in BODY_USAGE.items() if field not in ("input", "output", "total")}

_USAGE = {
    "input": ("prompt_tokens", "metadata.usage_object.prompt_tokens"),
    "output": ("completion_tokens", "metadata.usage_object.completion_tokens"),
    "total": ("total_tokens", "metadata.usage_object.total_tokens"),
    "cost_usd": ("response_cost", "spend"),
    **{field: tuple(f"metadata.usage_object.{path}" for path in paths) for field, paths in _DETAILS.items()},
    "cache_write_long": (
        "metadata.usage_object.prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens",
        "metadata.usage_object.cache_creation.ephemeral_1h_input_tokens",
        "metadata.usage_object.input_tokens_details.cache_write_tokens_details.ttl_12h_tokens",
    ),
}

_ERROR = ("error_information.error_class", "metadata.error_information.error_class")
_TRUNCATED = "litellm_truncated"
_REDACTED = "redacted-by-litellm"
_LIKE_CHAT = frozenset(
    {"anthropic_messages", "aanthropic_messages", "agenerate_content", "agenerate_content_stream"}
)
"""Calls in another vendor's own API: messages to a chat model, counted like chat."""


class StandardPayload(LogFormat):
    """`litellm.standard`: one object per call, bare or under `standard_logging_object`."""

    name = "litellm.standard"
    keys = (
        frozenset({"call_type", "response_cost", "model_parameters"}),
        frozenset({"standard_logging_object"}),
    )

    def _recognises(self, value: Json) -> bool:
        wrapped = value.get("standard_logging_object")
        return isinstance(wrapped, dict) if "standard_logging_object" in value else "messages" in value

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._recognises(value):
            return None
        wrapped = value.get("standard_logging_object")
        row = wrapped if isinstance(wrapped, dict) else value
        metadata = metadata_from(row, _METADATA)
        metadata.deployment = text(row.get("model_group"))
        parameters = decoded_object(row.get("model_parameters"))
        return [
            _item(self.name, at, row, metadata, messages=decoded(row.get("messages")), parameters=parameters)
        ]


class SpendLogs(LogFormat):
    """`litellm.spendlogs`: rows of `LiteLLM_SpendLogs`, from CSV, JSON or a page of the API."""

    name = "litellm.spendlogs"
    keys = (frozenset({"request_id", "call_type", "spend"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not ("startTime" in value or "prompt_tokens" in value or "total_tokens" in value):
            return None
        row = {**value, "metadata": decoded(value.get("metadata"))}
        metadata = metadata_from(row, _METADATA, naive_utc=True)
        metadata.deployment = text(row.get("model_group"))
        sent = decoded_object(row.get("proxy_server_request"))
        sent = decoded_object(sent.get("body")) or sent
        messages = decoded(row.get("messages"))
        if not messages:
            messages = sent.get("messages") or sent.get("prompt") or sent.get("input")
        return [_item(self.name, at, row, metadata, messages=messages, parameters=sent)]


def _item(
    name: str, at: Location, row: Json, metadata: CallMetadata, *, messages: Any, parameters: Json
) -> Item:
    """The record of one row: `messages` as logged, `parameters` the rest of the request."""
    if row.get("status") == "failure":
        return skipped(at, "error", f"a failed call ({label(first(row, _ERROR), 'no class logged')})", name)
    call_type = text(row.get("call_type"))
    kind = kind_of_call(call_type) or ("chat" if call_type in _LIKE_CHAT else None)
    if kind is None and call_type:
        return skipped(at, "not_llm", f"a call of another type ({label(call_type, 'unnamed')})", name)
    response = _response(row.get("response"), kind)
    metadata.usage = usage_from(row, _USAGE)
    metadata.tags = tags_from(row.get("request_tags"))
    metadata.flags = _flags(row, messages or row.get("proxy_server_request"), response)
    request = _request(kind, messages, parameters)
    return body_record(at, name, kind=kind, request=request, response=response, metadata=metadata)


def _request(kind: Kind | None, messages: Any, parameters: Json) -> Json | None:
    if not messages:
        return parameters if "contents" in parameters else None
    if kind == "completions":
        return {**_without_messages(parameters), "prompt": prompt_of(messages)}
    if kind == "responses":
        return {**_without_messages(parameters), "input": messages}
    if isinstance(messages, str):
        messages = [{"role": "user", "content": messages}]
    return {**parameters, "messages": messages} if isinstance(messages, list) else None


def _without_messages(parameters: Json) -> Json:
    return {name: value for name, value in parameters.items() if name != "messages"}


def _response(value: object, kind: Kind | None) -> Json | None:
    found = decoded(value)
    if isinstance(found, dict):
        return found or None
    if not isinstance(found, str) or not found:
        return None
    if kind == "completions":
        return {"choices": [{"index": 0, "text": found}]}
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": found}}]}


def _flags(row: Json, messages: object, response: Json | None) -> set[str]:
    flags: set[str] = set()
    if truth(row.get("cache_hit")):
        flags.add("cached_reply")
    written = (messages, response)
    if _contains(written, _TRUNCATED):
        flags.add("truncated")
    if _contains(written, _REDACTED):
        flags.add("redacted")
    return flags


def _contains(value: object, marker: str) -> bool:
    """Is the marker in one of the texts of a value, however deep?"""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if marker in item:
                return True
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
    return False
