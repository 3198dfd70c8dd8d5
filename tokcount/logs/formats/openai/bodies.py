"""OpenAI bodies: requests and answers of the three text endpoints.

Source: the OpenAI API reference (openai/openai-openapi).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from tokcount.logs.adapt.bodies import body_record, failure, response_kind, skipped
from tokcount.logs.adapt.envelope import answer_of, facts_around, has_roles
from tokcount.logs.adapt.usage import body_usage
from tokcount.logs.format import BODY, OBJECT, Location, Single
from tokcount.logs.record import Kind
from tokcount.logs.scalars import Json

if TYPE_CHECKING:
    from tokcount.logs.format import Item

COMPLETIONS_KEYS = ("model", "engine", "deployment_id", "max_tokens", "suffix", "temperature", "best_of")
CHAT_KEYS = (
    "model",
    "engine",
    "deployment_id",
    "tools",
    "functions",
    "temperature",
    "max_tokens",
    "max_completion_tokens",
    "stream",
    "response_format",
)
RESPONSES_KEYS = (
    "instructions",
    "reasoning",
    "text",
    "store",
    "max_output_tokens",
    "previous_response_id",
    "conversation",
    "tools",
    "include",
)
ANSWER_KEYS = ("response", "completion", "output", "answer")
"""Where home-made logs put the answer beside the keys of the request."""

_ANSWERS = frozenset({*ANSWER_KEYS, "choices"})

NOT_TEXT = ("embedding", "moderation", "tts-", "whisper", "dall-e", "gpt-image")
"""Parts of names of models whose calls carry ``input`` or ``prompt``, and generate no text."""


def is_responses_input(value: Json) -> bool:
    """Is ``input`` that of the Responses API, not of the embeddings or moderation endpoint?"""
    given = value.get("input")
    if not isinstance(given, str | list):
        return False
    if any(key in value for key in RESPONSES_KEYS):
        return True
    if isinstance(given, str):
        return isinstance(value.get("model"), str) and not is_not_text(value)
    return bool(given) and isinstance(given[0], dict) and ("role" in given[0] or "type" in given[0])


def is_not_text(value: Json) -> bool:
    """Does the model name say that the call embeds, moderates, speaks or draws?"""
    model = value.get("model")
    return isinstance(model, str) and _is_not_text(model)


@lru_cache(maxsize=1024)
def _is_not_text(model: str) -> bool:
    return any(part in model for part in NOT_TEXT)


class Request(Single):
    """A bare request body, perhaps with its answer among its keys."""

    rank = BODY
    accepts = ("json",)

    def __init__(self, kind: Kind, field: str, keys: tuple[str, ...]) -> None:
        self.name = f"openai.{kind}.request"
        self.kind = kind
        self.keys = tuple(frozenset({field, key}) for key in keys)

    def matches(self, value: Json) -> bool:
        if self.kind == "chat":
            return has_roles(value["messages"])
        if self.kind == "responses":
            return is_responses_input(value)
        return not isinstance(value["prompt"], dict) and not is_not_text(value)

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        response = None if _ANSWERS.isdisjoint(value) else self._answer(value)
        if error := failure(value.get("status"), response):
            return (skipped(place, "error", f"a failed call ({error})", "openai.error"),)
        facts = facts_around(value)
        if "usage" in value:
            facts.usage = body_usage(value["usage"])
        return (body_record(place, self.name, kind=self.kind, request=value, response=response, facts=facts),)

    def _answer(self, value: Json) -> Json | None:
        """The answer among the keys of the request."""
        answer = next((value[key] for key in ANSWER_KEYS if value.get(key)), None)
        if answer is None and isinstance(value.get("choices"), list):
            answer = {"choices": value["choices"]}
        return None if answer is None else answer_of(answer, self.kind)


class Response(Single):
    """A bare response body."""

    rank = OBJECT
    accepts = ("json",)
    name = "openai.response"
    emits = ("openai.chat.response", "openai.completions.response", "openai.responses.response")
    keys = (
        frozenset({"choices", "object"}),
        frozenset({"choices", "usage"}),
        frozenset({"output", "object"}),
    )

    def matches(self, value: Json) -> bool:
        named = value.get("object")
        if named in ("chat.completion", "text_completion"):
            return isinstance(value.get("choices"), list)
        if named == "response":
            return True
        return isinstance(value.get("choices"), list) and isinstance(value.get("usage"), dict)

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        if error := failure(None, value):
            return (skipped(place, "error", f"a failed call ({error})", "openai.error"),)
        kind = response_kind(value) or "chat"
        return (body_record(place, f"openai.{kind}.response", kind=kind, response=value),)


class Error(Single):
    """The body of a failed call, logged like an answer."""

    rank = OBJECT
    accepts = ("json",)
    name = "openai.error"
    keys = (frozenset({"error"}),)

    def matches(self, value: Json) -> bool:
        error = value["error"]
        return isinstance(error, dict) and ("message" in error or "code" in error) and len(value) <= 4

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        return (skipped(place, "error", f"a failed call ({failure(None, value) or 'error'})", self.name),)


class Embeddings(Single):
    """A call that embeds or moderates: recognised, and no record, since no text comes back."""

    rank = BODY + 1
    accepts = ("json",)
    name = "openai.embeddings.request"
    keys = (frozenset({"model", "input"}), frozenset({"model", "prompt"}))

    def matches(self, value: Json) -> bool:
        return is_not_text(value) or isinstance(value.get("input"), list)

    def items(self, value: Json, place: Location) -> Iterable[Item]:  # noqa: ARG002 - nothing of it is kept
        return (
            skipped(place, "not_llm", "a call that embeds or moderates, and generates no text", self.name),
        )


FORMATS = (
    Response(),
    Error(),
    Request("chat", "messages", CHAT_KEYS),
    Request("completions", "prompt", COMPLETIONS_KEYS),
    Request("responses", "input", ("model", *RESPONSES_KEYS)),
    Embeddings(),
)
