"""VCR cassettes: HTTP exchanges that tests recorded, in YAML (with the extra ``tokcount[yaml]``) or JSON.

Bodies are text, ``!!binary`` (often gzip or brotli), or already parsed (``parsed_body``). Formats of vcrpy,
pydantic-ai's recorder and Ruby's VCR (``http_interactions``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.errors import UsageError
from tokcount.logs.captures import exchange, served_model, text_of_base64, text_of_bytes
from tokcount.logs.formats.single import Single
from tokcount.logs.values import dig, text, timestamp
from tokcount.logs.yaml_text import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tokcount.logs.formats.interface import Item, Place
    from tokcount.logs.record import Json

_LISTS = ("interactions", "http_interactions")


def values(source: str) -> Iterator[tuple[int, Json]]:
    """The interactions of a YAML cassette, each with its line.

    Raises `UsageError` when the YAML library is not installed, `ValueError` when the text is no YAML cassette.
    """
    try:
        document = Document(source)
    except ImportError:
        raise UsageError("reading YAML cassettes needs the extra: pip install 'tokcount[yaml]'") from None
    for name, node in _pairs(document.root):
        if name.value in _LISTS:
            for item in _items(node):
                value = document.value(item)
                if isinstance(value, dict):
                    yield item.start_mark.line + 1, value


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    """The pairs of a mapping; nothing else has any."""
    return node.value if node is not None and node.id == "mapping" else []


def _items(node: Any) -> list[Any]:
    return node.value if node.id == "sequence" else []


class Cassette(Single):
    """``vcr``: a cassette in JSON, or one of its interactions."""

    name = "vcr"
    keys = (
        frozenset({"interactions"}),
        frozenset({"http_interactions"}),
        frozenset({"request", "response"}),
    )

    def matches(self, value: Json) -> bool:
        request = value.get("request")
        if isinstance(request, dict):
            return "uri" in request and isinstance(value.get("response"), dict)
        return any(isinstance(value.get(name), list) for name in _LISTS)

    def items(self, value: Json, place: Place) -> Iterable[Item]:
        recorded = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), [value])
        for index, interaction in enumerate(recorded):
            if isinstance(interaction, dict):
                yield self._item(interaction, place, index)

    def _item(self, value: Json, place: Place, index: int) -> Item:
        status = dig(value, "response.status")
        headers = dig(value, "response.headers")
        return exchange(
            place,
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


FORMATS = (Cassette(),)
