"""Requests together with their answers, under the usual pairs of names.

The name of the endpoint (URL, `object`) wins over the shape of the body.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    URL_KEYS,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    Rank,
    answer_body,
    body_record,
    body_usage,
    dig,
    failure,
    has_roles,
    kind_of_url,
    metadata_around,
    request_kind,
    response_kind,
    skipped,
    unwrapped,
)
from tokcount.logs.formats.openai.bodies import is_responses_input

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
"""Pairs of names of a request and its answer, tried in this order."""


class Pair(LogFormat):
    """A request with its response, under one of the usual pairs of names."""

    rank = Rank.PAIR
    accepts = JSON_ONLY
    name = "openai.pair"
    emits = ("openai.chat.pair", "openai.completions.pair", "openai.responses.pair", "openai.error")
    keys = tuple(frozenset({asked}) for asked in dict.fromkeys(asked for asked, _ in PAIR_KEYS))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        pair = _pair(value)
        if pair is None:
            return None
        request, answer = pair
        kind = _url_kind(value) or _answer_kind(answer) or request_kind(request or {}) or "chat"
        response = answer_body(answer, kind)
        error = failure(_status(value), response) or failure(None, value)
        if error:
            return [skipped(at, "error", f"a failed call ({error})", "openai.error")]
        metadata = metadata_around(value)
        if "usage" in value:
            metadata.usage = body_usage(value["usage"])
        name = f"openai.{kind}.pair"
        return [body_record(at, name, kind=kind, request=request, response=response, metadata=metadata)]


def _pair(value: Json) -> tuple[Json | None, Any] | None:
    """The request body and the unwrapped answer of a value, or `None` when it is not a pair of bodies."""
    requests: Json = {}
    for asked, answered in PAIR_KEYS:
        if asked not in value:
            continue
        if asked not in requests:
            requests[asked] = unwrapped(value[asked])
        request = requests[asked]
        if isinstance(request, dict) and _is_request(request):
            return request, unwrapped(value.get(answered))
        if not request and _is_answer(answer := unwrapped(value.get(answered))):
            return None, answer
    return None


def _is_request(body: Json) -> bool:
    if "messages" in body:
        return has_roles(body["messages"])
    if "prompt" in body and not isinstance(body["prompt"], dict):
        return True
    return is_responses_input(body) or isinstance(body.get("instructions"), str)


def _is_answer(body: object) -> bool:
    return isinstance(body, dict) and response_kind(body) is not None


def _answer_kind(body: object) -> Kind | None:
    """The endpoint that the answer names; its shape alone proves nothing."""
    return response_kind(body) if isinstance(body, dict) and "object" in body else None


def _url_kind(value: Json) -> Kind | None:
    """The endpoint named by the URL of a pair, under any of its names."""
    for key in URL_KEYS:
        if key in value and (kind := kind_of_url(value[key])) is not None:
            return kind
    return kind_of_url(dig(value, "request.url"))


def _status(value: Json) -> object:
    """The HTTP status of a pair, in the value or its response."""
    for holder in (value, value.get("response")):
        if isinstance(holder, dict):
            status = holder.get("status", holder.get("status_code"))
            if isinstance(status, int | str):
                return status
    return None
