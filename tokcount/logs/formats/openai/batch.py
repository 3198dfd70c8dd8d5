"""The OpenAI Batch API: input lines, output lines, and the two joined on `custom_id`.

Input and output are two files, in any order, or parts of one file or archive, and the output is not in the order of
the input. The first half of a call waits, compressed; a half without a partner becomes a record by itself.
Source: the Batch guide and the batch objects of the OpenAI API reference.
"""

from __future__ import annotations

import json
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    Record,
    RunInfo,
    Session,
    body_record,
    failure,
    kind_of_url,
    label,
    number,
    skipped,
    text,
)

INPUT, OUTPUT = "openai.batch.input", "openai.batch.output"

LARGEST_WAIT = 256 << 20
"""Compressed bytes that may wait for a partner; beyond that the oldest become records by themselves."""

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder().decode


class _Half(msgspec.Struct):
    """One side of a call that waits for the other."""

    is_input: bool
    at: Location
    packed: bytes


class Waiting:
    """The halves that have no partner yet, by `custom_id`; ids that repeat are matched in order."""

    def __init__(self) -> None:
        self.size = 0
        self._halves: dict[str, deque[_Half]] = {}

    def partner(self, custom_id: str, *, is_input: bool) -> _Half | None:
        """The half that waits for this one; it waits no longer."""
        halves = self._halves.get(custom_id)
        if not halves or halves[0].is_input is is_input:
            return None
        return self._taken(custom_id, halves)

    def add(self, custom_id: str, half: _Half) -> None:
        """Let a half wait."""
        self.size += len(half.packed)
        self._halves.setdefault(custom_id, deque()).append(half)

    def pop_oldest(self) -> tuple[str, _Half] | None:
        """The half that has waited longest."""
        if not self._halves:
            return None
        custom_id = next(iter(self._halves))
        return custom_id, self._taken(custom_id, self._halves[custom_id])

    def _taken(self, custom_id: str, halves: deque[_Half]) -> _Half:
        half = halves.popleft()
        if not halves:
            del self._halves[custom_id]
        self.size -= len(half.packed)
        return half


class Batch(GroupedLogFormat):
    """Lines of Batch API files, input and output joined on `custom_id` when both are read."""

    name = "openai.batch"
    emits = (INPUT, OUTPUT)
    keys = (
        frozenset({"custom_id", "body"}),
        frozenset({"custom_id", "response"}),
    )
    accepts = JSON_ONLY
    scope = "run"

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a file may hold both sides
        return _BatchSession()


class _BatchSession(Session):
    """The halves of one run."""

    def __init__(self) -> None:
        self._waiting = Waiting()

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(value["custom_id"], str | int):
            return None
        is_input = "body" in value
        if not is_input and (error := _error(value)):
            return [skipped(at, "error", f"a failed call ({error})", OUTPUT)]
        return self._joined(value, at, is_input=is_input)

    def _joined(self, value: Json, at: Location, *, is_input: bool) -> Iterator[Item]:
        waiting = self._waiting
        custom_id = str(value["custom_id"])
        partner = waiting.partner(custom_id, is_input=is_input)
        if partner is not None:
            other = _unpack(partner)
            yield _item(other, partner.at, value) if is_input else _item(value, at, other)
            return
        half = _Half(is_input, at, _packed(value))
        waiting.add(custom_id, half)
        while waiting.size > LARGEST_WAIT and (oldest := waiting.pop_oldest()):
            yield _item(_unpack(oldest[1]), oldest[1].at, None)

    def finish(self) -> Iterator[Item]:
        while oldest := self._waiting.pop_oldest():
            yield _item(_unpack(oldest[1]), oldest[1].at, None)


def _packed(value: Json) -> bytes:
    try:
        return zlib.compress(_ENCODE(value), 1)
    except UnicodeEncodeError:  # a lone surrogate
        return zlib.compress(json.dumps(value).encode(), 1)


def _unpack(half: _Half) -> Json:
    data = zlib.decompress(half.packed)
    try:
        value: Json = _DECODE(data)
    except msgspec.DecodeError:
        value = json.loads(data)
    return value


def _error(value: Json) -> str | None:
    """Why a call of the batch failed."""
    response = value.get("response")
    if isinstance(response, dict):
        return failure(response.get("status_code"), response.get("body"))
    error = value.get("error")
    code = label(error.get("code"), "") if isinstance(error, dict) else ""
    return code or "no response"


def _item(value: Json, at: Location, request_line: Json | None) -> Item:
    """The record of one line, with the request line of its output where both are there."""
    is_input = "body" in value
    asked = value if is_input else request_line or {}
    request = asked.get("body")
    response = _body(value.get("response"))
    metadata = CallMetadata(id=None if is_input else text(value.get("id")), tier="batch")
    item = body_record(
        at,
        INPUT if is_input else OUTPUT,
        kind=kind_of_url(asked.get("url")),
        request=request if isinstance(request, dict) else None,
        response=response,
        metadata=metadata,
    )
    if isinstance(item, Record):
        item.custom_id = str(value["custom_id"])
    return item


def _body(response: Any) -> Json | None:
    if not isinstance(response, dict):
        return None
    body = response.get("body", response if number(response.get("status_code")) is None else None)
    return body if isinstance(body, dict) else None
