"""Streamed answers: chunks put together again into the response body they stand for.

A capture of a stream holds no prompt, only the answer and, when it was asked for, the usage in a last chunk with
no choices. Azure's first chunk has neither ``object`` nor choices, only ``prompt_filter_results``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.assemble import Assembly, is_text_chunk
from tokcount.logs.adapt.bodies import body_record, failure, skipped
from tokcount.logs.format import OBJECT
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json

if TYPE_CHECKING:
    from tokcount.logs.format import Item, Location

_OPEN_STREAMS = 256
"""Streams put together at the same time; when one more begins, the oldest is taken as finished."""


class Streams:
    """Chunks as values: lines of a capture, elements of an array, data of events."""

    rank = OBJECT - 1
    accepts = ("json",)
    grouped = True
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

    def matches(self, value: Json) -> bool:
        kind = value.get("type")
        if isinstance(kind, str) and kind.startswith("response."):
            return True
        if value.get("object") == "chat.completion.chunk":
            return True
        if value.get("object") == "" and "prompt_filter_results" in value:
            return True
        return value.get("object") == "text_completion" and is_text_chunk(value)

    def read(self, value: Json, place: Location, group: Json) -> Iterable[Item]:
        streams: dict[str, tuple[Location, Assembly]] = group.setdefault("streams", {})
        key = self._key(value, group)
        if key not in streams and len(streams) >= _OPEN_STREAMS:
            yield self._item(*streams.pop(next(iter(streams))))
        streams.setdefault(key, (place, Assembly()))[1].add(value)

    def _key(self, value: Json, group: Json) -> str:
        """The stream of a chunk: its id, else the stream of the chunk before. A first chunk without an id (Azure's)
        belongs to the id that follows.
        """
        response = value.get("response")
        named = value.get("id") or (response.get("id") if isinstance(response, dict) else None)
        streams: dict[str, Any] = group["streams"]
        key = named if isinstance(named, str) and named else group.get("last", "")
        if key and "" in streams:
            streams[key] = streams.pop("")
        group["last"] = key
        return key

    def finish(self, group: Json) -> Iterable[Item]:
        for place, assembly in group.pop("streams", {}).values():
            yield self._item(place, assembly)
        group.clear()

    def _item(self, place: Location, assembly: Assembly) -> Item:
        body = assembly.body()
        name = f"openai.{assembly.kind or 'chat'}.stream"
        if error := failure(None, body):
            return skipped(place, "error", f"a failed stream ({error})", "openai.error")
        item = body_record(place, name, kind=assembly.kind or "chat", response=body)
        if isinstance(item, Record) and item.usage is not None:
            item.usage.source = "stream"
        return item


FORMATS = (Streams(),)
