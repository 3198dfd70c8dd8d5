"""HAR captures of browsers and proxies: the exchanges with a text endpoint, streams put together again.

Headers hold API keys; of all of them only ``x-ms-served-model`` is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.envelope import exchange, served_model, text_of_base64
from tokcount.logs.format import Single
from tokcount.logs.scalars import dig, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item, Location
    from tokcount.logs.scalars import Json


class Capture(Single):
    """``har``: a capture with its entries."""

    name = "har"
    keys = (frozenset({"log"}),)

    def matches(self, value: Json) -> bool:
        return isinstance(dig(value, "log.entries"), list)

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        for index, entry in enumerate(value["log"]["entries"]):
            if not isinstance(entry, dict):
                continue
            headers = dig(entry, "response.headers")
            yield exchange(
                place,
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


FORMATS = (Capture(),)
