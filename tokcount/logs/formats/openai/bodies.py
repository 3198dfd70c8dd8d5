"""OpenAI bodies: requests and answers of the three text endpoints.

Source: the OpenAI API reference (openai/openai-openapi).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar

from tokcount.logs.adapt import (
    ANSWER_KEYS,
    JSON_ONLY,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    Rank,
    answer_in,
    body_record,
    decoded,
    failure,
    has_roles,
    messages_in,
    metadata_around,
    response_kind,
    skipped,
)

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
_ANSWERS = frozenset({*ANSWER_KEYS, "message", "choices"})

NOT_TEXT = (
    *("embedding", "moderation", "rerank", "whisper", "transcribe", "tts-", "-tts"),
    *("dall-e", "gpt-image", "sora-", "stable-diffusion", "imagen"),
)
"""Parts of names of models whose calls have `input` or `prompt` but generate no text."""


def is_responses_input(value: Json) -> bool:
    """Is `input` that of the Responses API, not of the embeddings or moderation endpoint?"""
    given = value.get("input")
    if not isinstance(given, str | list) or value.get("messages"):
        return False
    if any(key in value for key in RESPONSES_KEYS):
        return True
    if isinstance(given, str):
        return isinstance(value.get("model"), str) and not is_not_text(value)
    return bool(given) and isinstance(given[0], dict) and ("role" in given[0] or "type" in given[0])


def is_not_text(value: Json) -> bool:
    """Is the model one for embeddings, moderation, speech or images?"""
    model = value.get("model")
    return isinstance(model, str) and _is_not_text(model)


@lru_cache(maxsize=1024)
def _is_not_text(model: str) -> bool:
    return any(part in model for part in NOT_TEXT)


class RequestBody(LogFormat):
    """A bare request body, possibly with its answer among its keys."""

    kind: ClassVar[Kind]
    reads_texts = False
    rank = Rank.BODY
    accepts = JSON_ONLY

    @abstractmethod
    def _is_request(self, value: Json) -> bool:
        """Is this a request body of the endpoint?"""

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._is_request(value):
            return None
        response = None if _ANSWERS.isdisjoint(value) else self._answer(value)
        if error := failure(value.get("status"), response):
            return [skipped(at, "error", f"a failed call ({error})", "openai.error")]
        metadata = metadata_around(value)
        request = value
        if response is not None:
            request = {key: item for key, item in value.items() if key not in _ANSWERS}
        return [
            body_record(at, self.name, kind=self.kind, request=request, response=response, metadata=metadata)
        ]

    def _answer(self, value: Json) -> Json | None:
        """The answer among the keys of the request."""
        answer = answer_in(value, self.kind)
        if answer is not None or "choices" not in value:
            return answer
        choices = decoded(value["choices"])
        return {"choices": choices} if isinstance(choices, list) else None


class ChatRequest(RequestBody):
    """A bare request body of the chat endpoint, possibly with its answer among its keys."""

    name = "openai.chat.request"
    kind = "chat"
    keys = tuple(frozenset({"messages", key}) for key in CHAT_KEYS)

    def _is_request(self, value: Json) -> bool:
        return has_roles(value["messages"]) or messages_in(value["messages"]) is not None


class CompletionsRequest(RequestBody):
    """A bare request body of the completions endpoint, possibly with its answer among its keys."""

    name = "openai.completions.request"
    kind = "completions"
    keys = tuple(frozenset({"prompt", key}) for key in COMPLETIONS_KEYS)

    def _is_request(self, value: Json) -> bool:
        prompt = value["prompt"]
        return not is_not_text(value) and (not isinstance(prompt, dict) or messages_in(prompt) is not None)


class ResponsesRequest(RequestBody):
    """A bare request body of the Responses endpoint, possibly with its answer among its keys."""

    name = "openai.responses.request"
    kind = "responses"
    keys = tuple(frozenset({"input", key}) for key in ("model", *RESPONSES_KEYS))

    def _is_request(self, value: Json) -> bool:
        return is_responses_input(value)


class Response(LogFormat):
    """A bare response body."""

    rank = Rank.OBJECT
    accepts = JSON_ONLY
    name = "openai.response"
    emits = ("openai.chat.response", "openai.completions.response", "openai.responses.response")
    keys = (
        frozenset({"choices", "object"}),
        frozenset({"choices", "usage"}),
        frozenset({"output", "object"}),
    )

    def _recognises(self, value: Json) -> bool:
        named = value.get("object")
        if named in ("chat.completion", "text_completion"):
            return isinstance(value.get("choices"), list)
        if named == "response":
            return True
        return isinstance(value.get("choices"), list) and isinstance(value.get("usage"), dict)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._recognises(value):
            return None
        if error := failure(None, value):
            return [skipped(at, "error", f"a failed call ({error})", "openai.error")]
        kind = response_kind(value) or "chat"
        return [body_record(at, f"openai.{kind}.response", kind=kind, response=value)]


class Error(LogFormat):
    """The body of a failed call, logged like an answer."""

    rank = Rank.OBJECT
    accepts = JSON_ONLY
    name = "openai.error"
    keys = (frozenset({"error"}),)

    def _recognises(self, value: Json) -> bool:
        error = value["error"]
        return isinstance(error, dict) and ("message" in error or "code" in error) and len(value) <= 4

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._recognises(value):
            return None
        return [skipped(at, "error", f"a failed call ({failure(None, value) or 'error'})", self.name)]


class Embeddings(LogFormat):
    """A call for embeddings or moderation: recognised but skipped, since no text is generated."""

    rank = Rank.OTHER_BODY
    accepts = JSON_ONLY
    name = "openai.embeddings.request"
    keys = (frozenset({"model", "input"}), frozenset({"model", "prompt"}))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not (is_not_text(value) or isinstance(value.get("input"), list)):
            return None
        return [
            skipped(at, "not_llm", "an embeddings or moderation call, which generates no text", self.name)
        ]
