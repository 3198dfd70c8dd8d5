"""Metadata that custom logs keep next to the request and response bodies, and the bodies in HTTP captures."""

from __future__ import annotations

import base64
import binascii
import importlib
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt.assemble import assemble, assemble_text, is_chunk
from tokcount.logs.adapt.foreign.invoke import invoked, returned
from tokcount.logs.adapt.metadata import CallMetadata
from tokcount.logs.adapt.record_builder import body_record, failure, skipped
from tokcount.logs.adapt.vendors import (
    INVOKED,
    deployment_of,
    host_of,
    kind_of_url,
    model_of,
    region_of,
)
from tokcount.logs.bytes import aws_events
from tokcount.logs.bytes.sse import FIELDS
from tokcount.logs.scalars import Json, decoded, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item, Location


_LARGEST_BODY = 64 << 20
"""A compressed body that unpacks to more is ignored: no answer has 64 MB."""


def body_of(value: object) -> Json | None:
    """The body in whatever a capture holds: an object, JSON text, or a stream: its raw text, or a list of chunks."""
    found = decoded(value)
    if isinstance(found, dict):
        return found
    if isinstance(found, list):
        return assemble(found) if found and all(map(is_chunk, found)) else None
    return _assembled(found) if isinstance(found, str) else None


def _assembled(captured: str) -> Json | None:
    """The body behind the text of an event stream; `None` for other text."""
    return assemble_text(captured) if captured.lstrip()[:6].startswith(FIELDS) else None


def text_of_bytes(value: bytes) -> str | None:
    """The text of a captured body: gzip, zlib, zstd or brotli are unpacked where the library is installed.

    A binary event stream becomes the JSON of its events.
    """
    if aws_events.begins_message(value):
        return msgspec.json.encode(list(aws_events.events(value))).decode()
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
    place: Location,
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
    """One recorded HTTP exchange as a record, if its URL is an endpoint that generates text."""
    kind = kind_of_url(url)
    if kind is None or kind == "embeddings" or "embed" in (model_of(url) or ""):
        return skipped(place, "not_llm", "a request to another endpoint", name)
    if url.partition("?")[0].endswith(INVOKED):
        asked, answered = invoked(decoded(request)), returned(decoded(response))
    else:
        asked, answered = body_of(request), body_of(response)
    error = failure(status, answered)
    if error:
        return skipped(place, "error", f"a failed call ({error})", name)
    metadata = CallMetadata(
        timestamp=timestamp,
        deployment=deployment_of(url),
        region=region_of(url),
        host=host_of(url),
        served_model=served,
        model=model_of(url),
    )
    if metadata.deployment and not (asked or {}).get("model"):
        metadata.model = metadata.deployment
    return body_record(
        place, name, kind=kind, request=asked, response=answered, metadata=metadata, index=index
    )


def served_model(headers: Iterable[tuple[object, object]]) -> str | None:
    """Azure's Responses API answers with the alias; the model behind it is only in this header."""
    for name, value in headers:
        if isinstance(name, str) and name.lower() == "x-ms-served-model":
            return text(value[0] if isinstance(value, list) and value else value)
    return None


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
    """Unpack in small steps, so that a decompression bomb is dropped before it fills the memory.

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


def has_roles(messages: object) -> bool:
    """Is this a list of chat messages (or an empty one)?"""
    if not isinstance(messages, list):
        return False
    first_one = messages[0] if messages else None
    return first_one is None or (isinstance(first_one, dict) and "role" in first_one)
