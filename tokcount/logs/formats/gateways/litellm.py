"""LiteLLM: the StandardLoggingPayload of its callbacks, and the SpendLogs of its database.

Both re-wrap a legacy prompt as one user message, so ``call_type`` decides about the endpoint. SpendLogs cuts
long texts in the middle and usually holds none at all (``store_prompts_in_spend_logs`` is off by default).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.bodies import CallMetadata, body_record, facts_from, prompt_of, skipped, tags_from
from tokcount.logs.adapt.usage import kind_of_call, usage_from
from tokcount.logs.format import Single
from tokcount.logs.scalars import decoded, decoded_object, first, label, text, truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item, Location
    from tokcount.logs.record import Kind
    from tokcount.logs.scalars import Json

_FACTS = {
    "model": ("model", "hidden_params.litellm_model_name", "model_group"),
    "id": ("litellm_call_id", "request_id", "id"),
    "timestamp": ("startTime", "endTime"),
    "provider": ("custom_llm_provider",),
    "user": ("end_user", "metadata.user_api_key_end_user_id", "user", "metadata.user_api_key_user_id"),
    "thread": ("session_id", "trace_id"),
}

_DETAILS = {
    "cached_input": ("prompt_tokens_details.cached_tokens", "cache_read_input_tokens"),
    "cache_write": ("prompt_tokens_details.cache_creation_tokens", "cache_creation_input_tokens"),
    "reasoning": ("completion_tokens_details.reasoning_tokens",),
    "audio_input": ("prompt_tokens_details.audio_tokens",),
    "audio_output": ("completion_tokens_details.audio_tokens",),
}

_USAGE = {
    "input": ("prompt_tokens", "metadata.usage_object.prompt_tokens"),
    "output": ("completion_tokens", "metadata.usage_object.completion_tokens"),
    "total": ("total_tokens", "metadata.usage_object.total_tokens"),
    "cost_usd": ("response_cost", "spend"),
    **{field: tuple(f"metadata.usage_object.{path}" for path in paths) for field, paths in _DETAILS.items()},
}

_ERROR = ("error_information.error_class", "metadata.error_information.error_class")
_TRUNCATED = "litellm_truncated"
_REDACTED = "redacted-by-litellm"
_LIKE_CHAT = frozenset(
    {"anthropic_messages", "aanthropic_messages", "agenerate_content", "agenerate_content_stream"}
)
"""Calls in another vendor's own API: messages to a chat model, counted like chat."""


class StandardPayload(Single):
    """``litellm.standard``: one object a call, bare or under ``standard_logging_object``."""

    name = "litellm.standard"
    keys = (
        frozenset({"call_type", "response_cost", "model_parameters"}),
        frozenset({"standard_logging_object"}),
    )

    def matches(self, value: Json) -> bool:
        wrapped = value.get("standard_logging_object")
        return isinstance(wrapped, dict) if "standard_logging_object" in value else "messages" in value

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        wrapped = value.get("standard_logging_object")
        row = wrapped if isinstance(wrapped, dict) else value
        facts = facts_from(row, _FACTS)
        facts.deployment = text(row.get("model_group"))
        parameters = decoded_object(row.get("model_parameters"))
        yield _item(
            self.name, place, row, facts, messages=decoded(row.get("messages")), parameters=parameters
        )


class SpendLogs(Single):
    """``litellm.spendlogs``: rows of ``LiteLLM_SpendLogs``, from CSV, JSON or a page of the API."""

    name = "litellm.spendlogs"
    keys = (frozenset({"request_id", "call_type", "spend"}),)

    def matches(self, value: Json) -> bool:
        return "startTime" in value or "prompt_tokens" in value or "total_tokens" in value

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        row = {**value, "metadata": decoded(value.get("metadata"))}
        facts = facts_from(row, _FACTS, naive_utc=True)
        facts.deployment = text(row.get("model_group"))
        sent = decoded_object(row.get("proxy_server_request"))
        sent = decoded_object(sent.get("body")) or sent
        messages = decoded(row.get("messages"))
        if not messages:
            messages = sent.get("messages") or sent.get("prompt") or sent.get("input")
        yield _item(self.name, place, row, facts, messages=messages, parameters=sent)


def _item(
    name: str, place: Location, row: Json, facts: CallMetadata, *, messages: Any, parameters: Json
) -> Item:
    """The record of one row: ``messages`` as logged, ``parameters`` what else the request said."""
    if row.get("status") == "failure":
        return skipped(
            place, "error", f"a failed call ({label(first(row, _ERROR), 'no class logged')})", name
        )
    call_type = text(row.get("call_type"))
    kind = kind_of_call(call_type) or ("chat" if call_type in _LIKE_CHAT else None)
    if kind is None and call_type:
        return skipped(place, "not_llm", f"a call of another type ({label(call_type, 'unnamed')})", name)
    response = _response(row.get("response"), kind)
    facts.usage = usage_from(row, _USAGE)
    facts.tags = tags_from(row.get("request_tags"))
    facts.flags = _flags(row, messages or row.get("proxy_server_request"), response)
    request = _request(kind, messages, parameters)
    return body_record(place, name, kind=kind, request=request, response=response, facts=facts)


def _request(kind: Kind | None, messages: Any, parameters: Json) -> Json | None:
    if not messages:
        return None
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
    if _says(written, _TRUNCATED):
        flags.add("truncated")
    if _says(written, _REDACTED):
        flags.add("redacted")
    return flags


def _says(value: object, marker: str) -> bool:
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


FORMATS = (StandardPayload(), SpendLogs())
