"""Bodies as HTTP captures and gateways keep them: objects, JSON text, event streams, bytes, base64, compressed.

Helpers for the adapters of HAR files, cassettes and envelopes; no format of its own.
"""

from __future__ import annotations

import base64
import binascii
import importlib
import zlib
from typing import TYPE_CHECKING, Any

from tokcount.logs.bodies import Facts, body_record, failure, skipped
from tokcount.logs.values import decoded, kind_of_url, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.formats.interface import Item, Place
    from tokcount.logs.record import Json

_LARGEST_BODY = 64 << 20
"""A compressed body that unpacks to more is left alone: no model answers in 64 MB."""

_STREAM_STARTS = ("data:", "event:", "id:", "retry:", ":")


def body_of(value: object) -> Json | None:
    """The body in whatever a capture holds: an object, JSON text, or the raw text of an event stream (assembled)."""
    found = decoded(value)
    if isinstance(found, dict):
        return found
    if isinstance(found, str) and found.lstrip()[:6].startswith(_STREAM_STARTS):
        from tokcount.logs.formats.streams import assemble_text

        return assemble_text(found)
    return None


def text_of_bytes(value: bytes) -> str | None:
    """The text of a captured body: gzip, zlib, zstd or brotli are unpacked where the library is there."""
    unpacked = _unpacked(value)
    if unpacked is None:
        return None
    try:
        return unpacked.decode()
    except UnicodeDecodeError:
        return None


def text_of_base64(value: str) -> str | None:
    """The text behind a base64 body, as HAR keeps binary content."""
    try:
        return text_of_bytes(base64.b64decode(value, validate=False))
    except (binascii.Error, ValueError):
        return None


def exchange(
    place: Place,
    name: str,
    *,
    url: str,
    status: object,
    request: object,
    response: object,
    timestamp: float | None = None,
    served: str | None = None,
    index: int = 0,
) -> Item:
    """One recorded HTTP exchange as a record, if its URL is an endpoint that answers text."""
    kind = kind_of_url(url)
    if kind is None or kind == "embeddings":
        return skipped(place, "not_llm", "a request to another endpoint", name)
    asked, answered = body_of(request), body_of(response)
    error = failure(status, answered)
    if error:
        return skipped(place, "error", f"a failed call ({error})", name)
    facts = Facts(timestamp=timestamp, deployment=_deployment(url), served_model=served)
    if facts.deployment and not (asked or {}).get("model"):
        facts.model = facts.deployment
    return body_record(place, name, kind=kind, request=asked, response=answered, facts=facts, index=index)


def served_model(headers: Iterable[tuple[object, object]]) -> str | None:
    """Azure's Responses API answers with the alias; the model behind it is only in this header."""
    for name, value in headers:
        if isinstance(name, str) and name.lower() == "x-ms-served-model":
            return text(value[0] if isinstance(value, list) and value else value)
    return None


def _deployment(url: str) -> str | None:
    """The deployment in an Azure URL: ``/openai/deployments/NAME/chat/completions``."""
    _, found, rest = url.partition("/deployments/")
    return rest.partition("/")[0] if found else None


def _unpacked(value: bytes) -> bytes | None:
    if value[:2] == b"\x1f\x8b":
        return _bounded(zlib.decompressobj(zlib.MAX_WBITS | 16), value)
    if value[:4] == b"\x28\xb5\x2f\xfd":
        return _bounded(_decompressor("backports.zstd", "ZstdDecompressor"), value)
    if value[:1] == b"\x78":
        return _bounded(zlib.decompressobj(), value)
    try:
        value.decode()
    except UnicodeDecodeError:
        return _bounded(_decompressor("brotli", "Decompressor"), value)
    return value


def _decompressor(module: str, name: str) -> Any:
    """The decompressor of a library that may not be installed."""
    try:
        return getattr(importlib.import_module(module), name)()
    except ImportError:
        return None


def _bounded(machine: Any, value: bytes) -> bytes | None:
    """Unpack in small steps, so that a body which explodes is dropped before it fills the memory.

    A step of some thousand bytes becomes megabytes; of brotli, some ten bytes do.
    """
    if machine is None:
        return None
    is_brotli = not hasattr(machine, "decompress")
    step, size = (machine.process, 64) if is_brotli else (machine.decompress, 4096)
    unpacked = bytearray()
    try:
        for start in range(0, len(value), size):
            if getattr(machine, "eof", False):
                break
            unpacked += step(value[start : start + size])
            if len(unpacked) > _LARGEST_BODY:
                return None
    except (zlib.error, ValueError, EOFError, RuntimeError):
        return None
    except Exception as error:
        if type(error).__name__ in ("ZstdError", "error"):
            return None
        raise
    return bytes(unpacked)
