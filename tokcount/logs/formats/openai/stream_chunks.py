"""Streamed answers: chunks assembled into the response body.

A capture of a stream holds no prompt, only the answer and, when it was asked for, the usage in a last chunk with
no choices. Azure's first chunk has neither `object` nor choices, only `prompt_filter_results`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tokcount.logs.adapt import (
    JSON_ONLY,
    Assembly,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    Rank,
    Record,
    RunInfo,
    Session,
    body_record,
    failure,
    is_text_chunk,
    skipped,
)

MOST_WAITING = 256 << 20
"""Bytes of chunks that wait for the end of their streams; with more, the stream that ended first is taken out, or the
oldest when none has ended.
"""

_OF_A_STREAM = 2_000
"""Bytes that a stream takes without its text."""


class Streams(GroupedLogFormat):
    """Chunks as values: lines of a capture, elements of an array, data of events."""

    rank = Rank.CHUNK
    accepts = JSON_ONLY
    name = "openai.stream"
    emits = ("openai.chat.stream", "openai.completions.stream", "openai.responses.stream")
    keys = (
        frozenset({"choices", "object"}),
        frozenset({"choices", "prompt_filter_results"}),
        frozenset({"type", "response"}),
        frozenset({"type", "sequence_number"}),
        frozenset({"type", "item_id"}),
        frozenset({"type", "output_index"}),
    )

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a stream is in one file
        return _StreamSession()


def _is_chunk(value: Json) -> bool:
    kind = value.get("type")
    if isinstance(kind, str) and kind.startswith("response."):
        return True
    if value.get("object") == "chat.completion.chunk":
        return True
    if value.get("object") == "" and "prompt_filter_results" in value:
        return True
    return value.get("object") == "text_completion" and is_text_chunk(value)


class _Stream(msgspec.Struct):
    """A stream that waits for its end: where it began, and the bytes that it takes."""

    at: Location
    assembly: Assembly
    size: int = _OF_A_STREAM


class _StreamSession(Session):
    """The streams of a file, by their id, in the order in which they began.

    A stream that has ended stays, because its usage may follow, and it makes room first.
    """

    def __init__(self) -> None:
        self._streams: dict[str, _Stream] = {}
        self._ended: dict[str, None] = {}
        self._last = ""
        self._waiting = 0

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return self._items(value, at) if _is_chunk(value) else None

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        key = self._key(value)
        known = self._streams.get(key)
        if known is not None and known.assembly.begins_again(value):
            yield self._taken_out(key)
            known = None
        if known is None:
            known = self._streams[key] = _Stream(at, Assembly())
            self._waiting += known.size
        self._add(key, known, value)
        while self._waiting > MOST_WAITING and len(self._streams) > 1:
            yield self._taken_out(next(iter(self._ended or self._streams)))

    def _add(self, key: str, stream: _Stream, value: Json) -> None:
        stream.assembly.add(value)
        size = len(msgspec.json.encode(value))
        stream.size += size
        self._waiting += size
        if not stream.assembly.has_ended:
            self._ended.pop(key, None)
        else:
            self._ended.setdefault(key)

    def _taken_out(self, key: str) -> Item:
        stream = self._streams.pop(key)
        self._ended.pop(key, None)
        self._waiting -= stream.size
        return _item(stream.at, stream.assembly)

    def _key(self, value: Json) -> str:
        """The stream of a chunk: its id, else the stream of the chunk before. A first chunk without an id (Azure's)
        belongs to the id that follows.
        """
        response = value.get("response")
        named = value.get("id") or (response.get("id") if isinstance(response, dict) else None)
        key = named if isinstance(named, str) and named else self._last
        if key not in self._streams and "" in self._streams:
            self._streams[key] = self._streams.pop("")
            self._ended.pop("", None)
        self._last = key
        return key

    def end_of_stream(self) -> Iterator[Item]:
        """The stream of the chunk before is complete; others go on."""
        if self._last in self._streams:
            yield self._taken_out(self._last)
        self._last = ""

    def finish(self) -> Iterator[Item]:
        while self._streams:
            yield self._taken_out(next(iter(self._streams)))


def _item(at: Location, assembly: Assembly) -> Item:
    body = assembly.body()
    name = f"openai.{assembly.kind or 'chat'}.stream"
    if error := failure(None, body):
        return skipped(at, "error", f"a failed stream ({error})", "openai.error")
    item = body_record(at, name, kind=assembly.kind or "chat", response=body)
    if isinstance(item, Record) and item.usage is not None:
        item.usage.source = "stream"
    return item
