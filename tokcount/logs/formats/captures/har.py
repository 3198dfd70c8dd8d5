"""HAR captures of browsers and proxies: the exchanges with a text endpoint, streams put together again.

Headers hold API keys; of all of them only `x-ms-served-model` is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    Item,
    Json,
    Location,
    LogFormat,
    dig,
    exchange,
    served_model,
    text,
    text_of_base64,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Capture(LogFormat):
    """`har`: a capture with its entries."""

    name = "har"
    keys = (frozenset({"log"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(dig(value, "log.entries"), list):
            return None
        return self._items(value, at)

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        for index, entry in enumerate(value["log"]["entries"]):
            if not isinstance(entry, dict):
                continue
            headers = dig(entry, "response.headers")
            yield exchange(
                at,
                self.name,
                url=text(dig(entry, "request.url")) or "",
                status=dig(entry, "response.status"),
                request=dig(entry, "request.postData.text"),
                response=_content(dig(entry, "response.content")),
                timestamp=timestamp(entry.get("startedDateTime")),
                served=served_model(_pairs(headers)),
                index=index,
            )


def _content(content: object) -> Any:
    body = dig(content, "text")
    if dig(content, "encoding") == "base64" and isinstance(body, str):
        return text_of_base64(body)
    return body


def _pairs(headers: object) -> list[tuple[object, object]]:
    found = headers if isinstance(headers, list) else []
    return [(header.get("name"), header.get("value")) for header in found if isinstance(header, dict)]
