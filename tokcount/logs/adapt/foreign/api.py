"""What reading the bodies of another vendor's API takes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from tokcount.logs.adapt.blocks import content_of
from tokcount.logs.scalars import Json


class Api(ABC):
    """One API: which bodies are its own, and what they are in the shape of the chat endpoint.

    Translations keep fields that they do not know under their names, so that `tokcount.logs.accounting` reports what
    they hold as not read. Nothing here raises for decoded JSON.
    """

    name: ClassVar[str]
    """How the names of the formats of its bodies begin: `anthropic.messages`."""
    provider: ClassVar[str]
    """Whose models answer, where the log does not name one."""
    free: ClassVar[frozenset[str]] = frozenset()
    """Fields of a request that cost nothing and have no place in the chat endpoint: they are left out."""

    @abstractmethod
    def is_request(self, body: Json) -> bool:
        """Is this a request that only this API takes?"""

    @abstractmethod
    def request(self, body: Json, flags: set[str]) -> Json:
        """The request body of the chat endpoint; `flags`: what is lost or hidden."""

    def served_by(self, response: Json) -> str:  # noqa: ARG002 - for those whose answers do not tell
        """Whose models answer, according to an answer."""
        return self.provider

    def is_response(self, body: Json) -> bool:  # noqa: ARG002 - for those whose answers are not OpenAI's
        """Is this an answer that only this API gives?"""
        return False

    def response(self, body: Json) -> Json:
        """The response body of the chat endpoint, with the usage as it is logged."""
        return body

    def is_event(self, chunk: Json) -> bool:  # noqa: ARG002 - for those whose streams are not OpenAI's
        """Is this a chunk of a stream that only this API sends?"""
        return False

    def joined(self, chunks: Iterable[Json]) -> Json:
        """The answer that the chunks of a stream add up to, as the API gives it without streaming."""
        return next(iter(chunks), {})


def answer(choices: list[Json], **known: Any) -> Json:
    """A response body of the chat endpoint with these choices, and what else is known of the answer."""
    return {
        **{name: value for name, value in known.items() if value not in _NOTHING},
        "choices": [{"index": index, **choice} for index, choice in enumerate(choices)],
    }


_NOTHING: tuple[Any, ...] = (None, "", {})


def plain(content: Any) -> Any:
    """The content of an API that has no other form than a list of blocks: a single text is a string."""
    if not isinstance(content, list) or len(content) != 1 or not isinstance(content[0], dict):
        return content
    known = {name: value for name, value in content[0].items() if value is not None and name != "citations"}
    return content_of([known]) if content[0].get("type") == "text" else content


def function(name: object, description: object, parameters: object, others: Json) -> Json:
    """A tool as the chat endpoint takes it."""
    known = {"name": name, "description": description, "parameters": parameters, **others}
    return {
        "type": "function",
        "function": {key: value for key, value in known.items() if value is not None},
    }


def schema_format(schema: object, name: object = "response", description: object = None) -> Json:
    """A JSON schema for the answer as the chat endpoint takes it, which wants a name for it."""
    described = {} if description is None else {"description": description}
    return {"type": "json_schema", "json_schema": {"name": name, **described, "schema": schema}}
