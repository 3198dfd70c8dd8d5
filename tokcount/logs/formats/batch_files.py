"""Files of batch APIs: lines of requests and lines of answers, joined by the name that the caller gave each call.

Input and output are two files, in any order, or parts of one file or archive, and the output is not in the order of
the input. The first half of a call waits, compressed; a half without a partner becomes a record by itself.
"""

from __future__ import annotations

import json
import zlib
from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator
from typing import ClassVar

import msgspec

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Kind,
    Location,
    Record,
    RunInfo,
    Session,
    body_record,
    skipped,
    text,
)

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


class BatchFile(GroupedLogFormat):
    """Lines of the files of one batch API."""

    accepts = JSON_ONLY
    scope = "run"
    named_by: ClassVar[str] = "custom_id"
    """The field with the caller's name for a call."""

    @abstractmethod
    def asked(self, value: Json) -> Json | None:
        """The request body of a line, if it has one."""

    @abstractmethod
    def answered(self, value: Json) -> Json | None:
        """The response body of a line, if it has one."""

    @abstractmethod
    def is_own(self, value: Json) -> bool:
        """Is this a line of such a file?"""

    @abstractmethod
    def error(self, value: Json) -> str | None:
        """Why the call of a line failed; `None` for a request."""

    def kind(self, value: Json) -> Kind | None:  # noqa: ARG002 - for those whose requests name it
        """The endpoint that a line of a request names."""
        return "chat"

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a file may hold both sides
        return _BatchSession(self)


class _BatchSession(Session):
    """The halves of one run."""

    def __init__(self, file: BatchFile) -> None:
        self._file = file
        self._waiting = Waiting()

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(value[self._file.named_by], str | int) or not self._file.is_own(value):
            return None
        if error := self._file.error(value):
            return [skipped(at, "error", f"a failed call ({error})", f"{self._file.name}.output")]
        return self._joined(value, at)

    def _joined(self, value: Json, at: Location) -> Iterator[Item]:
        waiting, name = self._waiting, str(value[self._file.named_by])
        is_input = self._file.answered(value) is None
        partner = waiting.partner(name, is_input=is_input)
        if partner is not None:
            other = _unpack(partner)
            yield self._item(other, partner.at, value) if is_input else self._item(value, at, other)
            return
        waiting.add(name, _Half(is_input, at, _packed(value)))
        while waiting.size > LARGEST_WAIT and (oldest := waiting.pop_oldest()):
            yield self._item(_unpack(oldest[1]), oldest[1].at, None)

    def finish(self) -> Iterator[Item]:
        while oldest := self._waiting.pop_oldest():
            yield self._item(_unpack(oldest[1]), oldest[1].at, None)

    def _item(self, value: Json, at: Location, request_line: Json | None) -> Item:
        """The record of one line, with the request line of its output where both are there."""
        file, response = self._file, self._file.answered(value)
        line = value if file.asked(value) is not None or request_line is None else request_line
        metadata = CallMetadata(id=None if response is None else text(value.get("id")), tier="batch")
        item = body_record(
            at,
            f"{file.name}.{'input' if response is None else 'output'}",
            kind=file.kind(line),
            request=file.asked(line),
            response=response,
            metadata=metadata,
        )
        if isinstance(item, Record):
            item.custom_id = str(value[file.named_by])
        return item


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
