"""Streamed answers: chunks assembled into the response body.

A capture of a stream holds no prompt, only the answer and, when it was asked for, the usage in a last chunk with
no choices. Azure's first chunk has neither `object` nor choices, only `prompt_filter_results`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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

_OPEN_STREAMS = 256
"""Streams put together at the same time; when one more begins, the oldest is taken as finished."""


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


class _StreamSession(Session):
    """The streams of a file that are not complete yet, by their id."""

    def __init__(self) -> None:
        self._streams: dict[str, tuple[Location, Assembly]] = {}
        self._last = ""

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return self._items(value, at) if _is_chunk(value) else None

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        streams = self._streams
        key = self._key(value)
        if key not in streams and len(streams) >= _OPEN_STREAMS:
            yield _item(*streams.pop(next(iter(streams))))
        streams.setdefault(key, (at, Assembly()))[1].add(value)

    def _key(self, value: Json) -> str:
        """The stream of a chunk: its id, else the stream of the chunk before. A first chunk without an id (Azure's)
        belongs to the id that follows.
        """
        response = value.get("response")
        named = value.get("id") or (response.get("id") if isinstance(response, dict) else None)
        key = named if isinstance(named, str) and named else self._last
        if key and "" in self._streams:
            self._streams[key] = self._streams.pop("")
        self._last = key
        return key

    def finish(self) -> Iterator[Item]:
        for at, assembly in self._streams.values():
            yield _item(at, assembly)


def _item(at: Location, assembly: Assembly) -> Item:
    body = assembly.body()
    name = f"openai.{assembly.kind or 'chat'}.stream"
    if error := failure(None, body):
        return skipped(at, "error", f"a failed stream ({error})", "openai.error")
    item = body_record(at, name, kind=assembly.kind or "chat", response=body)
    if isinstance(item, Record) and item.usage is not None:
        item.usage.source = "stream"
    return item
