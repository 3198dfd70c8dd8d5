"""Requests together with their answers, under the usual pairs of names.

The name of the endpoint (URL, `object`) wins over the shape of the body.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokcount.logs.adapt import (
    ANSWER_KEYS,
    URL_KEYS,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    Rank,
    Row,
    answer_in,
    answer_of,
    body_record,
    decoded,
    dig,
    failure,
    has_roles,
    is_answer_body,
    is_plain_answer,
    is_plain_chat,
    kind_of_url,
    messages_in,
    metadata_around,
    plain_record,
    request_kind,
    response_kind,
    skipped,
    text,
)
from tokcount.logs.adapt.foreign.apis import APIS, api_of_request, named_api
from tokcount.logs.formats.openai.bodies import is_not_text, is_responses_input

ANSWERS_OF = {
    "request": ("response",),
    "req": ("resp", "res"),
    "input": ("output",),
    "body": ("response",),
    "kwargs": ("result", "return_value"),
    "request_body": ("response_body",),
    "llm_request": ("llm_response",),
    "payload": ("response",),
    "params": ("result",),
    "api_request": ("api_response",),
    "request_json": ("response_json",),
    "requestBody": ("responseBody",),
    "requestbody": ("responsebody",),
}
"""Key of a request, in the order in which they are tried → the keys of its answer before all other `ANSWER_KEYS`."""

_KEYS = {
    asked: (*answers, *(key for key in ANSWER_KEYS if key not in answers))
    for asked, answers in ANSWERS_OF.items()
}
"""Key of a request → all keys under which its answer may be."""


_REQUEST = frozenset(
    {
        *(
            "model",
            "messages",
            "temperature",
            "top_p",
            "n",
            "stop",
            "stream",
            "seed",
            "user",
            "metadata",
            "store",
        ),
        *("max_tokens", "max_completion_tokens", "frequency_penalty", "presence_penalty", "reasoning_effort"),
    }
)
_RESPONSE = frozenset({"id", "object", "created", "model", "choices", "usage", "system_fingerprint"})
"""Fields of the bodies of a plain call."""
_OUTCOMES = frozenset({*URL_KEYS, "status", "status_code", "statusCode", "error", "choices"})
"""Fields next to the bodies that may say that it is none, or that it failed."""


class Pair(LogFormat):
    """A request with its response, under one of the usual pairs of names."""

    reads_texts = False
    rank = Rank.PAIR
    name = "openai.pair"
    emits = (
        *("openai.chat.pair", "openai.completions.pair", "openai.responses.pair", "openai.error"),
        "openai.embeddings.pair",
        *(f"{api.name}.pair" for api in APIS),
    )
    keys = tuple(frozenset({asked}) for asked in ANSWERS_OF)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if type(value) is Row:
            value = {key.strip().lower(): cell for key, cell in value.items()}
        elif _is_plain(value):
            return [plain_record(at, "openai.chat.pair", value["request"], value["response"], value)]
        pair = _pair(value)
        if pair is None:
            return _embeddings(value, at)
        request, asked = pair
        by_url, by_shape = _url_kind(value), request_kind(request or {}) or "chat"
        response = answer_in(value, by_url or by_shape, _KEYS[asked])
        kind = by_url or _answer_kind(response) or by_shape
        error = failure(_status(value, ANSWERS_OF[asked]), response) or failure(None, value)
        if error:
            return [skipped(at, "error", f"a failed call ({error})", "openai.error")]
        metadata = metadata_around(value)
        api = named_api(request, next((value[key] for key in _KEYS[asked] if value.get(key)), None))
        name = f"openai.{kind}.pair" if api is None else f"{api.name}.pair"
        return [body_record(at, name, kind=kind, request=request, response=response, metadata=metadata)]


def _is_plain(value: Json) -> bool:
    """Are these the bodies of a call of the chat endpoint that succeeded, text alone, as nearly all pairs are?

    Nothing then can make it another record than the general way does: `tests/logs/formats/openai/test_plain_pairs.py`.
    """
    request, response = value.get("request"), value.get("response")
    if type(request) is not dict or type(response) is not dict:
        return False
    if not (_REQUEST.issuperset(request) and _RESPONSE.issuperset(response) and _OUTCOMES.isdisjoint(value)):
        return False
    model = request.get("model")
    return (
        type(model) is str
        and "claude" not in model
        and response.get("object", "chat.completion") == "chat.completion"
        and is_plain_chat(request)
        and is_plain_answer(response)
    )


def _embeddings(value: Json, at: Location) -> Iterable[Item] | None:
    """The record of a call for embeddings that was billed; `None` for anything else."""
    asked = next((key for key in ANSWERS_OF if key in value), "")
    request = _unwrapped(value.get(asked))
    answers = (_unwrapped(value.get(key)) for key in ANSWERS_OF.get(asked, ()))
    response = next((found for found in answers if isinstance(found, dict)), {})
    if not isinstance(request, dict) or response.get("object") != "list" or not is_not_text(request):
        return None
    metadata = metadata_around(value)
    metadata.served_model = text(response.get("model")) or metadata.served_model
    return [
        body_record(
            at,
            "openai.embeddings.pair",
            kind="embeddings",
            request=request,
            response=response,
            metadata=metadata,
        )
    ]


def _pair(value: Json) -> tuple[Json | None, str] | None:
    """The request body of a value and its key, or `None` when the value is not a pair."""
    for asked in ANSWERS_OF:
        if asked not in value:
            continue
        request = _unwrapped(value[asked])
        if asked != "input" and isinstance(request, list) and messages_in(request):
            return {"messages": request}, asked
        if isinstance(request, dict) and _is_request(request):
            return request, asked
        if not request and any(_is_answer(value.get(key)) for key in _KEYS[asked]):
            return None, asked
    return None


def _unwrapped(value: Any) -> Any:
    """What a value holds: JSON in a string, or the body of an HTTP message `{method, headers, body}`."""
    value = decoded(value)
    if isinstance(value, dict) and value.get("body") is not None and "choices" not in value:
        return decoded(value["body"])
    return value


def _is_request(body: Json) -> bool:
    if "messages" in body:
        return has_roles(body["messages"]) or messages_in(body["messages"]) is not None
    if "prompt" in body and (not isinstance(body["prompt"], dict) or messages_in(body["prompt"])):
        return True
    if is_responses_input(body) or isinstance(body.get("instructions"), str):
        return True
    return api_of_request(body) is not None


def _is_answer(value: object) -> bool:
    """Is this the body of an answer, not only its text?"""
    body = decoded(value)
    return isinstance(body, dict) and is_answer_body(answer_of(body, "chat") or {})


def _answer_kind(body: Json | None) -> Kind | None:
    """The endpoint that the answer names; its shape alone proves nothing."""
    return response_kind(body) if body is not None and "object" in body else None


def _url_kind(value: Json) -> Kind | None:
    """The endpoint named by the URL of a pair, under any of its names."""
    for key in URL_KEYS:
        if key in value and (kind := kind_of_url(value[key])) is not None:
            return kind
    return kind_of_url(dig(value, "request.url"))


def _status(value: Json, answers: tuple[str, ...]) -> object:
    """The HTTP status of a pair, in the value or its response."""
    for key in ("", *answers):
        holder = value.get(key) if key else value
        if isinstance(holder, dict):
            status = holder.get("status", holder.get("status_code", holder.get("statusCode")))
            if isinstance(status, int | str):
                return status
    return None
