"""Streamed answers of Logfire: the span of the request ends before the answer, which is a record of its own.

Both hold the request, so the pair is one call. Source: logfire, integrations for LLM providers (`record_streaming`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tokcount.logs.adapt import MOST_OPEN, Item, Json, Location, Record, compact, decoded, skipped


def stream_of(attributes: Json) -> str | None:
    """What the two parts of a streamed call have in common; `None` for other spans."""
    logged = attributes.get("request_data")
    if logged is None or (isinstance(logged, str) and '"stream"' not in logged):
        return None
    request = decoded(logged)
    if not isinstance(request, dict) or request.get("stream") is not True:
        return None
    return compact([request, attributes.get("gen_ai.input.messages")])


class Streams:
    """The requests whose answers have not come yet, and the answers that came before their requests."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Record]] = {}
        self._answered: Counter[str] = Counter()

    def settle(self, stream: str | None, item: Item) -> Iterator[Item]:
        """The item, and the request that it answers; a request waits for its answer."""
        if stream is None or not isinstance(item, Record):
            yield item
        elif item.response is not None:
            waiting = self._waiting.get(stream)
            if waiting:
                yield _request(waiting.pop(0))
            else:
                self._answered[stream] += 1
            yield item
        elif self._answered[stream] > 0:
            self._answered[stream] -= 1
            yield _request(item)
        else:
            self._waiting.setdefault(stream, []).append(item)
            if len(self._waiting) > MOST_OPEN:
                yield from self._waiting.pop(next(iter(self._waiting)))

    def left(self) -> Iterator[Item]:
        """The requests whose answers never came."""
        for waiting in self._waiting.values():
            yield from waiting
        self._waiting.clear()


def _request(record: Record) -> Item:
    at = Location(record.source, record.line)
    return skipped(at, "not_llm", "the request of a streamed answer, which is another record", record.format)
