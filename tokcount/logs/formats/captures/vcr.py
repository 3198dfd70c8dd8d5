"""VCR cassettes: HTTP exchanges that tests recorded, in YAML (with the extra `tokcount[yaml]`) or JSON.

Bodies are text, `!!binary` (often gzip or brotli), or already parsed (`parsed_body`). Formats of vcrpy,
pydantic-ai's recorder and Ruby's VCR (`http_interactions`).
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
    text_of_bytes,
    timestamp,
)
from tokcount.logs.containers.cassette import LISTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Cassette(LogFormat):
    """`vcr`: a cassette in JSON, or one of its interactions."""

    name = "vcr"
    keys = (
        frozenset({"interactions"}),
        frozenset({"http_interactions"}),
        frozenset({"request", "response"}),
    )

    def _recognises(self, value: Json) -> bool:
        request = value.get("request")
        if isinstance(request, dict):
            return "uri" in request and isinstance(value.get("response"), dict)
        return any(isinstance(value.get(name), list) for name in LISTS)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._recognises(value):
            return None
        return self._items(value, at)

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        recorded = next((value[name] for name in LISTS if isinstance(value.get(name), list)), [value])
        for index, interaction in enumerate(recorded):
            if isinstance(interaction, dict):
                yield self._item(interaction, at, index)

    def _item(self, value: Json, at: Location, index: int) -> Item:
        status = dig(value, "response.status")
        headers = dig(value, "response.headers")
        return exchange(
            at,
            self.name,
            url=text(dig(value, "request.uri")) or "",
            status=status.get("code") if isinstance(status, dict) else status,
            request=_body(value.get("request")),
            response=_body(value.get("response")),
            timestamp=timestamp(str(value.get("recorded_at"))),
            served=served_model(headers.items() if isinstance(headers, dict) else ()),
            index=index,
        )


def _body(message: object) -> Any:
    """The body of a recorded message, as text where it was packed."""
    if not isinstance(message, dict):
        return None
    if message.get("parsed_body") is not None:
        return message["parsed_body"]
    body = message.get("body", message.get("content"))
    if isinstance(body, dict):
        packed = body.get("base64_string")
        body = text_of_base64(packed) if isinstance(packed, str) else body.get("string", body)
    return text_of_bytes(body) if isinstance(body, bytes) else body
