"""OpenAI bodies: requests and answers of the three text endpoints, and requests together with their answers.

Source: the OpenAI API reference (openai/openai-openapi). What an endpoint is called (URL, ``object``) wins over
the shape of the body.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tokcount.logs.bodies import (
    Facts,
    body_record,
    chat_answer,
    failure,
    request_kind,
    response_kind,
    skipped,
    tags_from,
    text_answer,
)
from tokcount.logs.captures import body_of
from tokcount.logs.formats.interface import BODY, OBJECT, PAIR, Place
from tokcount.logs.formats.single import Single
from tokcount.logs.formats.streams import assemble
from tokcount.logs.record import Json, Kind
from tokcount.logs.values import body_usage, decoded, dig, kind_of_url, text, timestamp

if TYPE_CHECKING:
    from tokcount.logs.formats.interface import Item

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

TIME_KEYS = (
    "timestamp",
    "ts",
    "time",
    "created_at",
    "created",
    "datetime",
    "date",
    "startTime",
    "start_time",
)
ID_KEYS = ("id", "request_id", "call_id", "uuid")

URL_KEYS = ("url", "path", "endpoint")

_AROUND = {
    "timestamp": TIME_KEYS,
    "id": ID_KEYS,
    "user": ("user", "user_id"),
    "deployment": (*URL_KEYS, "request"),
    "tags": ("tags",),
}

PAIR_KEYS = (
    ("request", "response"),
    ("req", "resp"),
    ("req", "res"),
    ("input", "output"),
    ("body", "response"),
    ("kwargs", "result"),
    ("request", "completion"),
    ("request", "result"),
)
"""Names under which request and answer stand side by side, tried in this order."""

NOT_TEXT = ("embedding", "moderation", "tts-", "whisper", "dall-e", "gpt-image")
"""Parts of names of models whose calls carry ``input`` or ``prompt``, and generate no text."""


def has_roles(messages: object) -> bool:
    """Is this a list of chat messages (or an empty one)?"""
    if not isinstance(messages, list):
        return False
    first_one = messages[0] if messages else None
    return first_one is None or (isinstance(first_one, dict) and "role" in first_one)


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
    return isinstance(model, str) and any(part in model for part in NOT_TEXT)


@lru_cache(maxsize=4096)
def _around(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What the keys of a value say about the call: field of `Facts` and key, the best key of each field first."""
    return tuple((field, key) for field, names in _AROUND.items() for key in names if key in keys)


def facts_around(value: Json) -> Facts:
    """What a row says about the call beside its bodies."""
    facts = Facts(model=text(value.get("model")))
    for field, key in _around(tuple(value)):
        said = value[key]
        if field == "timestamp":
            facts.timestamp = facts.timestamp or timestamp(said)
        elif field == "deployment":
            facts.deployment = facts.deployment or deployment_of(said)
        elif field == "tags":
            facts.tags = tags_from(said)
        else:
            setattr(facts, field, getattr(facts, field) or text(said))
    facts.model = facts.model or facts.deployment
    return facts


def deployment_of(message: object) -> str | None:
    """The deployment in an Azure URL (``/openai/deployments/NAME/chat/completions``), or in that of a message."""
    url = message.get("url") if isinstance(message, dict) else message
    if not isinstance(url, str):
        return None
    _, found, rest = url.partition("/deployments/")
    return rest.partition("/")[0] or None if found else None


def answer_of(value: object, kind: Kind) -> Json | None:
    """The response body in whatever a log holds: a body, chunks, the text of a stream, or only the answer."""
    value = _unwrapped(value)
    if isinstance(value, dict):
        if isinstance(value.get("content"), str) and "choices" not in value:
            return text_or_chat([value["content"]], kind)
        return value
    if isinstance(value, list):
        chunks = [item for item in value if isinstance(item, dict) and ("choices" in item or "type" in item)]
        return assemble(chunks) if chunks else text_or_chat([v for v in value if isinstance(v, str)], kind)
    if isinstance(value, str):
        return body_of(value) or text_or_chat([value], kind)
    return None


def text_or_chat(texts: list[str], kind: Kind) -> Json | None:
    """A response body around plain answers."""
    if not texts:
        return None
    if kind == "responses":
        return {"output": [_output_message(answer) for answer in texts]}
    if kind == "chat":
        return chat_answer({"role": "assistant", "content": answer} for answer in texts)
    return text_answer(texts)


def _output_message(answer: str) -> Json:
    return {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": answer}],
    }


def _unwrapped(value: Any) -> Any:
    """What a value holds: JSON in a string, or the body of an HTTP message ``{status, headers, body}``."""
    value = decoded(value)
    if isinstance(value, dict) and value.get("body") is not None and "choices" not in value:
        return decoded(value["body"])
    return value


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

    def items(self, value: Json, place: Place) -> Iterable[Item]:
        answer = next((value[key] for key in ANSWER_KEYS if value.get(key)), None)
        if answer is None and isinstance(value.get("choices"), list):
            answer = {"choices": value["choices"]}
        response = None if answer is None else answer_of(answer, self.kind)
        if error := failure(value.get("status"), response):
            return (skipped(place, "error", f"a failed call ({error})", "openai.error"),)
        facts = facts_around(value)
        if "usage" in value:
            facts.usage = body_usage(value["usage"])
        return (body_record(place, self.name, kind=self.kind, request=value, response=response, facts=facts),)


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

    def items(self, value: Json, place: Place) -> Iterable[Item]:
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

    def items(self, value: Json, place: Place) -> Iterable[Item]:
        return (skipped(place, "error", f"a failed call ({failure(None, value) or 'error'})", self.name),)


class Embeddings(Single):
    """A call that embeds or moderates: recognised, and no record, since no text comes back."""

    rank = BODY + 1
    accepts = ("json",)
    name = "openai.embeddings.request"
    keys = (frozenset({"model", "input"}), frozenset({"model", "prompt"}))

    def matches(self, value: Json) -> bool:
        return is_not_text(value) or isinstance(value.get("input"), list)

    def items(self, value: Json, place: Place) -> Iterable[Item]:  # noqa: ARG002 - nothing of it is kept
        return (
            skipped(place, "not_llm", "a call that embeds or moderates, and generates no text", self.name),
        )


class Pair(Single):
    """A request with its response, under one of the usual pairs of names."""

    rank = PAIR
    accepts = ("json",)
    name = "openai.pair"
    emits = ("openai.chat.pair", "openai.completions.pair", "openai.responses.pair", "openai.error")
    keys = tuple(frozenset({asked}) for asked in dict.fromkeys(asked for asked, _ in PAIR_KEYS))

    def matches(self, value: Json) -> bool:
        return _pair(value) is not None

    def items(self, value: Json, place: Place) -> Iterable[Item]:
        request, answer = _pair(value) or (None, None)
        kind = _url_kind(value) or _answer_kind(answer) or request_kind(request or {}) or "chat"
        response = answer_of(answer, kind)
        error = failure(_status(value), response) or failure(None, value)
        if error:
            return (skipped(place, "error", f"a failed call ({error})", "openai.error"),)
        facts = facts_around(value)
        if "usage" in value:
            facts.usage = body_usage(value["usage"])
        name = f"openai.{kind}.pair"
        return (body_record(place, name, kind=kind, request=request, response=response, facts=facts),)


def _pair(value: Json) -> tuple[Json | None, Any] | None:
    """The request body and the raw answer of a value, or ``None`` when it is no pair of bodies."""
    for asked, answered in PAIR_KEYS:
        if asked not in value:
            continue
        request = _unwrapped(value[asked])
        if isinstance(request, dict) and _is_request(request):
            return request, value.get(answered)
        if not request and _is_answer(value.get(answered)):
            return None, value[answered]
    return None


def _is_request(body: Json) -> bool:
    if "messages" in body:
        return has_roles(body["messages"])
    if "prompt" in body and not isinstance(body["prompt"], dict):
        return True
    return is_responses_input(body) or isinstance(body.get("instructions"), str)


def _is_answer(value: object) -> bool:
    body = _unwrapped(value)
    return isinstance(body, dict) and response_kind(body) is not None


def _answer_kind(value: object) -> Kind | None:
    """The endpoint that the answer names; its shape alone is no proof."""
    body = _unwrapped(value)
    return response_kind(body) if isinstance(body, dict) and "object" in body else None


def _url_kind(value: Json) -> Kind | None:
    """The endpoint that the URL of a pair names, wherever it stands."""
    for key in URL_KEYS:
        if key in value and (kind := kind_of_url(value[key])) is not None:
            return kind
    return kind_of_url(dig(value, "request.url"))


def _status(value: Json) -> object:
    """The HTTP status of a pair, wherever it stands."""
    for holder in (value, value.get("response")):
        if isinstance(holder, dict):
            status = holder.get("status", holder.get("status_code"))
            if isinstance(status, int | str):
                return status
    return None


FORMATS = (
    Pair(),
    Response(),
    Error(),
    Request("chat", "messages", CHAT_KEYS),
    Request("completions", "prompt", COMPLETIONS_KEYS),
    Request("responses", "input", ("model", *RESPONSES_KEYS)),
    Embeddings(),
)
