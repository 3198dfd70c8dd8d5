"""Which records are the same API call, logged again: in another file, a fork of its session, a replay, an archive."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

import msgspec

from tokcount.logs.format import Item
from tokcount.logs.record import DUPLICATE, Record, Skipped

COPY_OF: Final = "a copy of "
"""What a copy is, before the place of the first record of the call."""
REPLAY: Final = "a replay of the session that this one continues"

_PROVIDER_ID: Final = re.compile(
    r"(?:chatcmpl|cmpl|resp|msg|gen|req|batch_req)[-_](?=.*\d)|(?=.*\d)(?=.*[a-z])[\w.:-]{16,}$",
    re.IGNORECASE,
)
"""An id that a provider made, and no one else gives: a known prefix, or 16 characters with letters and digits."""

FirstPlaces: TypeAlias = dict[int, str]
"""Identity of a call → `file:line` of its first record."""

_ENCODE = msgspec.json.Encoder().encode


def identity(record: Record) -> int:
    """64 bits that are the same for all records of one call, 0 for a record without an id.

    One call is: the same provider's id with the same billed input and output. Other ids, such as row numbers, are used
    again for other calls, and so are ids without usage: there everything else has to be the same as well, which is
    format, model, time, user, session, the latest message and the answer.
    """
    call_id = record.id or record.custom_id
    if not call_id or DUPLICATE in record.flags:
        return 0
    usage = record.usage
    if usage is not None and usage.requests == 1:
        answered = record.response.get("id") if record.response is not None else None
        if found := identity_of((answered, record.id), usage.input, usage.output):
            return found
    key = _encoded((call_id, *_circumstances(record)))
    return _hashed(key) if key else 0


def identity_of(ids: Iterable[object], billed_input: int | None, billed_output: int | None) -> int:
    """The identity of a call by what was billed and the first of its ids that a provider made; 0 if none did."""
    for call_id in ids:
        if isinstance(call_id, str) and _PROVIDER_ID.match(call_id):
            return _hashed(f"{call_id}\0{billed_input}\0{billed_output}".encode("utf-8", "replace"))
    return 0


def _hashed(key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "little", signed=True)


def _circumstances(record: Record) -> tuple[Any, ...]:
    request = record.request or {}
    asked = request.get("messages") or request.get("input") or request.get("prompt")
    latest = (len(asked), asked[-1]) if isinstance(asked, list) else (0, asked)
    return (
        *(record.format, record.model, record.served_model, record.timestamp),
        *(record.user, record.thread, record.tags, record.usage),
        *latest,
        record.response,
    )


def _encoded(key: tuple[Any, ...]) -> bytes:
    """Empty where values are nested too deeply to be compared."""
    try:
        return _ENCODE(key)
    except (UnicodeEncodeError, OverflowError, TypeError):  # lone surrogates, giant numbers
        return repr(key).encode("utf-8", "surrogatepass")
    except RecursionError:
        return b""


def copies_left_out(items: Iterable[Item], first: FirstPlaces | None = None) -> Iterator[Item]:
    """The items, with a `Skipped` in place of every copy.

    `first` takes the calls, which need about 200 bytes of memory each; calls that are in it already were seen before.
    """
    first = {} if first is None else first
    for item in items:
        if isinstance(item, Record):
            number, place = identity(item), f"{item.source}:{item.line}"
            if DUPLICATE in item.flags or number in first:
                yield copy_of(item.source, item.line, item.format, first.get(number))
                continue
            if number:
                first[number] = place
        yield item


def copy_of(source: str, line: int, format_name: str | None, first: str | None) -> Skipped:
    """The item for a copy of the call at the place `first`; `None` where the log itself marks it as a replay."""
    detail = f"{COPY_OF}{first}" if first else REPLAY
    return Skipped(source=source, line=line, reason=DUPLICATE, detail=detail, format=format_name)
