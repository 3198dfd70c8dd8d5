"""Helicone, Portkey, OpenPipe: gateways that log the two OpenAI bodies with a row of metadata.

One table per gateway says where it keeps what; the code is shared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_of,
    body_record,
    dig,
    failure,
    first,
    kind_of_url,
    metadata_from,
    skipped,
    tags_from,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Where one gateway keeps what: each field lists paths, tried in order."""

    request: str
    response: str
    url: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    cached: tuple[str, ...] = ()
    metadata: dict[str, tuple[str, ...]] = {}
    usage: dict[str, tuple[str, ...]] = {}


HELICONE = Envelope(
    request="request_body",
    response="response_body",
    url=("request_path", "target_url"),
    status=("response_status",),
    tags=("request_properties", "properties"),
    cached=("cache_reference_id",),
    metadata={
        "model": ("request_model", "model_override", "model"),
        "served_model": ("response_model",),
        "provider": ("provider",),
        "id": ("request_id",),
        "timestamp": ("request_created_at", "response_created_at"),
        "user": ("request_user_id", "helicone_user"),
    },
    usage={
        "input": ("prompt_tokens",),
        "output": ("completion_tokens",),
        "total": ("total_tokens",),
        "cached_input": ("prompt_cache_read_tokens",),
        "cache_write": ("prompt_cache_write_tokens",),
        "reasoning": ("reasoning_tokens",),
        "audio_input": ("prompt_audio_tokens",),
        "audio_output": ("completion_audio_tokens",),
        "cost_usd": ("cost", "costUSD"),
    },
)
"""Source: Helicone's OpenAPI document, `HeliconeRequest`."""

PORTKEY = Envelope(
    request="request",
    response="response",
    url=("request_url",),
    status=("response_status_code",),
    tags=("metadata",),
    metadata={
        "model": ("ai_model",),
        "provider": ("ai_org",),
        "id": ("id", "trace_id"),
        "timestamp": ("created_at",),
        "thread": ("trace_id",),
    },
    usage={"input": ("req_units",), "output": ("res_units",), "total": ("total_units",)},
)
"""Source: Portkey's log export. Its `cost` is ignored: its unit (cents or dollars) is not documented."""

OPENPIPE = Envelope(request="input", response="output", tags=("tags",))
"""Source: OpenPipe's request log export."""


class _EnvelopeFormat(LogFormat):
    """A gateway's export: the two OpenAI bodies with a row of metadata, read by its `Envelope`."""

    envelope: ClassVar[Envelope]

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        envelope = self.envelope
        request = _inner(body_of(value.get(envelope.request)))
        response = _inner(body_of(value.get(envelope.response)))
        error = failure(first(value, envelope.status), response)
        if error or value.get("is_success") is False:
            return [skipped(at, "error", f"a failed call ({error or 'not successful'})", self.name)]
        metadata = self._metadata(value, request, response)
        return [
            body_record(
                at,
                self.name,
                kind=kind_of_url(first(value, envelope.url)),
                request=None if _is_stub(request) else request,
                response=None if _is_stub(response) else response,
                metadata=metadata,
            )
        ]

    def _metadata(self, value: Json, request: Json | None, response: Json | None) -> CallMetadata:
        envelope = self.envelope
        metadata = metadata_from(value, envelope.metadata)
        metadata.usage = usage_from(value, envelope.usage)
        metadata.tags = tags_from(first(value, envelope.tags))
        if _is_stub(request) or _is_stub(response):
            metadata.flags.add("truncated")
        if first(value, envelope.cached) is not None:
            metadata.flags.add("cached_reply")
        return metadata


def _inner(message: Json | None) -> Json | None:
    """The body of an HTTP message that was logged whole, with its URL and headers."""
    inner = body_of(message.get("body")) if message is not None else None
    return message if inner is None else inner


def _is_stub(body: Json | None) -> bool:
    """Helicone's placeholder for a body that was too large to keep."""
    return body is not None and truth(body.get("tooLarge"))


class Helicone(_EnvelopeFormat):
    """`helicone.export`: Helicone's request export."""

    name = "helicone.export"
    envelope = HELICONE
    keys = (
        frozenset({"request_body", "response_body", "request_id"}),
        frozenset({"request_body", "response_body", "request_created_at"}),
        frozenset({"request_id", "request_created_at", "request_model", "provider"}),
    )


class Portkey(_EnvelopeFormat):
    """`portkey.export`: Portkey's log export."""

    name = "portkey.export"
    envelope = PORTKEY
    keys = (frozenset({"ai_org", "ai_model"}),)


class OpenPipe(_EnvelopeFormat):
    """`openpipe.export`: OpenPipe's request log."""

    name = "openpipe.export"
    envelope = OPENPIPE
    keys = (frozenset({"input", "output", "tags"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return super().read(value, at) if _is_openpipe(value) else None


def _is_openpipe(value: Json) -> bool:
    asked, answered = value.get("input"), value.get("output")
    if not isinstance(asked, dict) or not isinstance(answered, dict):
        return False
    shaped: Any = dig(answered, "choices")
    return "tags" in value and isinstance(shaped, list) and ("messages" in asked or "prompt" in asked)
