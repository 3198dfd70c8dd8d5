"""A package of its own that adds a log format, a tokenizer and an output format to tokcount."""

from __future__ import annotations

from collections.abc import Iterable

from tokcount.document.document import Document
from tokcount.logs import adapt
from tokcount.render.registry import Renderer
from tokcount.render.terminal import OutputTarget


class AcmeLog(adapt.LogFormat):
    """`acme.log`: a question and an answer per line."""

    name = "acme.log"
    keys = (frozenset({"acme_id", "ask", "reply"}),)

    def read(self, value: adapt.Json, at: adapt.Location) -> Iterable[adapt.Item] | None:
        if not isinstance(value["ask"], str):
            return None
        metadata = adapt.CallMetadata(id=adapt.text(value["acme_id"]), model="gpt-4o")
        request = {"messages": [{"role": "user", "content": value["ask"]}]}
        response = adapt.answer_of(value["reply"], "chat")
        return [
            adapt.body_record(
                at, self.name, kind="chat", request=request, response=response, metadata=metadata
            )
        ]


class AcmeTokenizer:
    """One token per character."""

    name = "acme-characters"

    def count(self, text: str) -> int:
        return len(text)

    def encode(self, text: str) -> list[int]:
        return [ord(character) for character in text]


def render(document: Document, target: OutputTarget) -> str:
    """The keys of the report, one per line."""
    return "".join(f"{key}\n" for key in document.data())


KEYS = Renderer(description="the keys of a report", media_type="text/plain", for_reports=render)
