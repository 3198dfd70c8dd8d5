"""Amazon's binary event streams (`application/vnd.amazon.eventstream`), in which Bedrock streams its answers.

Source: the AWS documentation of event stream encoding, and the shapes of ConverseStream and
InvokeModelWithResponseStream.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator
from typing import Any, Final

import msgspec

_PRELUDE: Final = struct.Struct(">III")
"""The length of the message, that of its headers, and a checksum."""
_CHECKSUM: Final = 4
_TEXT: Final = 7
"""The type of a header whose value is text."""
_TYPES: Final = (b":event-type", b":exception-type")
"""Headers with the type of an event."""


def begins_message(data: bytes, start: int = 0) -> bool:
    """Does a whole message of an event stream begin here?"""
    if len(data) < start + _PRELUDE.size + _CHECKSUM:
        return False
    length, headers, checksum = _PRELUDE.unpack_from(data, start)
    is_whole: bool = _PRELUDE.size + headers + _CHECKSUM <= length <= len(data) - start
    return is_whole and binascii.crc32(data[start : start + 8]) == checksum


def events(data: bytes) -> Iterator[dict[str, Any]]:
    """The events of a stream, each under the name of its type; a part that is cut off is left out."""
    start = 0
    while begins_message(data, start):
        length, size, _ = _PRELUDE.unpack_from(data, start)
        headers = data[start + _PRELUDE.size : start + _PRELUDE.size + size]
        payload = data[start + _PRELUDE.size + size : start + length - _CHECKSUM]
        start += length
        try:
            event = msgspec.json.decode(payload or b"{}")
        except msgspec.DecodeError:
            continue
        inner = _chunk(event)
        yield inner if inner is not None else {_type(headers): event}


def _type(headers: bytes) -> str:
    """The type of an event; the headers in front of it have texts as well."""
    start, found = 0, ""
    while start < len(headers):
        size = headers[start]
        name, kind = headers[start + 1 : start + 1 + size], headers[start + 1 + size : start + 2 + size]
        start += size + 2
        if kind != bytes([_TEXT]):
            break
        length = int.from_bytes(headers[start : start + 2])
        if name in _TYPES:
            found = headers[start + 2 : start + 2 + length].decode("ascii", "replace")
        start += length + 2
    return found


def _chunk(event: Any) -> dict[str, Any] | None:
    """The event of a model's own API that InvokeModel wraps: `{bytes: base64}`."""
    packed = event.get("bytes") if isinstance(event, dict) else None
    if not isinstance(packed, str):
        return None
    try:
        found = msgspec.json.decode(base64.b64decode(packed))
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None
    return found if isinstance(found, dict) else None
