"""Streamed answers of other vendors' APIs, whose chunks are the values of a file.

The events of Anthropic, Bedrock and Cohere do not say which stream they belong to, so one stream ends where the next
begins. A chunk of Google's looks like a whole answer; only the last one of a stream says why it ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from tokcount.logs.adapt import (
    JSON_ONLY,
    MOST_OPEN,
    CallMetadata,
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
    objects,
    skipped,
    text,
)
from tokcount.logs.adapt.foreign.anthropic import Messages
from tokcount.logs.adapt.foreign.api import Api
from tokcount.logs.adapt.foreign.cohere import Chat
from tokcount.logs.adapt.foreign.converse import Converse
from tokcount.logs.adapt.foreign.gemini import GenerateContent

MOST_CHUNKS = 100_000
"""Chunks of a stream that wait for its end."""


class _Events(GroupedLogFormat):
    """Events of streams, one after the other."""

    api: ClassVar[Api]
    begins: ClassVar[str]
    """The type or the key of the first event of a stream."""
    ends: ClassVar[str]
    """The type or the key of the last event of a stream."""
    rank = Rank.CHUNK
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a stream is in one file
        return _EventSession(self)

    def is_first(self, value: Json) -> bool:
        """Does a stream begin with this event?"""
        return value.get("type") == self.begins or self.begins in value

    def is_last(self, value: Json) -> bool:
        """Is a stream complete with this event?"""
        return value.get("type") == self.ends or self.ends in value


class AnthropicStream(_Events):
    """The events of a stream of Anthropic's Messages API."""

    name = "anthropic.messages.stream"
    api = Messages()
    begins, ends = "message_start", "message_stop"
    keys = (frozenset({"type"}),)


class ConverseStream(_Events):
    """The events of a stream of Amazon Bedrock's Converse API."""

    name = "bedrock.converse.stream"
    api = Converse()
    begins, ends = "messageStart", "metadata"
    keys = tuple(
        frozenset({key})
        for key in (
            *("messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop"),
            "metadata",
        )
    )


class CohereStream(_Events):
    """The events of a stream of Cohere's Chat API."""

    name = "cohere.chat.stream"
    api = Chat()
    begins, ends = "message-start", "message-end"
    keys = (frozenset({"type", "delta"}), frozenset({"type", "index"}))


class _EventSession(Session):
    """The stream of a file that has begun and not ended."""

    def __init__(self, events: _Events) -> None:
        self._events = events
        self._chunks: list[Json] = []
        self._at: Location | None = None

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._events.api.is_event(value):
            return None
        begins_another = self._events.is_first(value) or len(self._chunks) >= MOST_CHUNKS
        done = self._taken() if begins_another else []
        self._at = self._at or at
        self._chunks.append(value)
        return [*done, *self._taken()] if self._events.is_last(value) else done

    def _taken(self) -> list[Item]:
        if self._at is None:
            return []
        found = [_stream(self._at, self._events.api, self._events.name, self._chunks)]
        self._chunks, self._at = [], None
        return found

    def end_of_stream(self) -> Iterable[Item]:
        return self._taken()

    def finish(self) -> Iterable[Item]:
        return self._taken()


class GeminiResponse(GroupedLogFormat):
    """An answer of Google's `generateContent`, or the chunks of a stream of it, by `responseId`."""

    rank = Rank.OBJECT
    accepts = JSON_ONLY
    name = "gemini.response"
    emits = ("gemini.response", "gemini.stream")
    keys = (frozenset({"candidates"}), frozenset({"usageMetadata"}), frozenset({"usage_metadata"}))

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a stream is in one file
        return _GeminiSession()


class _GeminiSession(Session):
    """The chunks of a file whose streams have not ended, by the id of the answer."""

    def __init__(self) -> None:
        self._api = GenerateContent()
        self._open: dict[str, tuple[Location, list[Json]]] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._api.is_response(value):
            return None
        name = text(value.get("responseId")) or text(value.get("response_id")) or ""
        begun, chunks = self._open.pop(name, (at, []))
        chunks.append(value)
        if _is_finished(value) or len(chunks) >= MOST_CHUNKS:
            return [self._item(begun, chunks)]
        self._open[name] = begun, chunks
        if len(self._open) <= MOST_OPEN:
            return []
        return [self._item(*self._open.pop(next(iter(self._open))))]

    def _item(self, at: Location, chunks: list[Json]) -> Item:
        if len(chunks) == 1:
            return body_record(at, GeminiResponse.name, kind="chat", response=chunks[0])
        return _stream(at, self._api, "gemini.stream", chunks)

    def end_of_stream(self) -> Iterable[Item]:
        return self.finish()

    def finish(self) -> Iterable[Item]:
        waiting, self._open = self._open, {}
        return [self._item(at, chunks) for at, chunks in waiting.values()]


def _is_finished(value: Json) -> bool:
    """Does a chunk say why its answer ended? One without candidates was blocked."""
    candidates = objects(value.get("candidates"))
    return all(each.get("finishReason") or each.get("finish_reason") for each in candidates)


def _stream(at: Location, api: Api, name: str, chunks: list[Json]) -> Item:
    body = api.joined(chunks)
    response, metadata = api.response(body), CallMetadata(provider=api.served_by(body))
    if error := failure(None, response):
        return skipped(at, "error", f"a failed stream ({error})", name)
    item = body_record(at, name, kind="chat", response=response, metadata=metadata)
    if isinstance(item, Record) and item.usage is not None:
        item.usage.source = "stream"
    return item
