"""Requests together with their answers, under the pairs of names that people give them.

What the endpoint is called (URL, ``object``) wins over the shape of the body.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.bodies import body_record, failure, request_kind, response_kind, skipped
from tokcount.logs.adapt.envelope import URL_KEYS, answer_of, facts_around, has_roles, unwrapped
from tokcount.logs.adapt.usage import body_usage, kind_of_url
from tokcount.logs.format import PAIR, Location, Single
from tokcount.logs.formats.openai.bodies import is_responses_input
from tokcount.logs.record import Kind
from tokcount.logs.scalars import Json, dig

if TYPE_CHECKING:
    from tokcount.logs.format import Item

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


class Pair(Single):
    """A request with its response, under one of the usual pairs of names."""

    rank = PAIR
    accepts = ("json",)
    name = "openai.pair"
    emits = ("openai.chat.pair", "openai.completions.pair", "openai.responses.pair", "openai.error")
    keys = tuple(frozenset({asked}) for asked in dict.fromkeys(asked for asked, _ in PAIR_KEYS))

    def matches(self, value: Json) -> bool:
        return _pair(value) is not None

    def items(self, value: Json, place: Location) -> Iterable[Item]:
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
        request = unwrapped(value[asked])
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
    body = unwrapped(value)
    return isinstance(body, dict) and response_kind(body) is not None


def _answer_kind(value: object) -> Kind | None:
    """The endpoint that the answer names; its shape alone is no proof."""
    body = unwrapped(value)
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


FORMATS = (Pair(),)
