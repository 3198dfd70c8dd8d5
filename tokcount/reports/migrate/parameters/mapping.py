"""A request's parameters → those of the new request, and what could not be carried over."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from tokcount.logs.accounting.tables import PARAMETERS as KNOWN_ELSEWHERE
from tokcount.logs.accounting.unread import unread_request
from tokcount.logs.scalars import Json
from tokcount.reports.migrate.parameters.table import (
    NESTED,
    NOT_PARAMETERS,
    PARAMETERS,
    READ_ELSEWHERE,
    Parameter,
)
from tokcount.reports.migrate.parameters.token_ids import map_biases
from tokcount.reports.migrate.parameters.values import REFUSED, value_of
from tokcount.reports.migrate.request import Endpoint, Loss
from tokcount.reports.migrate.target import MigrationTarget

Source = Literal["completions", "chat", "responses"]

NAMES: Final = {"completions": "completions", "chat": "chat", "responses": "Responses"}
NO_EQUIVALENT: Final = "no equivalent in {} requests"
UNKNOWN: Final = "no parameter of the API that it was sent to"
MISFIT: Final = "its value is not one that the API takes"
BATCHED: Final = "a batch does not stream"
NOT_STREAMED: Final = "the API takes it with stream alone"
NO_TOOLS: Final = "the request offers no tools"
NOT_STORED: Final = "the API takes it with store alone"
NOT_SCALED: Final = "not scaled: no outputs of the old encoding to measure"
BACKGROUND: Final = "the API keeps only stored responses in the background"
NEVER_STORED: Final = "Responses requests are never stored"
LONGEST_KEY: Final = 40
LEAST_LIMIT: Final[dict[Endpoint, int]] = {"chat": 1, "responses": 16}
"""The least limit of output tokens that each endpoint takes."""
LOGPROBS: Final = "message.output_text.logprobs"
FREE_IN_CHAT: Final = frozenset({LOGPROBS, "reasoning.encrypted_content"})
"""Inclusions without which a chat answer lacks nothing."""

_BY_NAME: Final[dict[str, dict[str, Parameter]]] = {
    source: {
        name: parameter
        for parameter in PARAMETERS
        for name in (getattr(parameter, source), *(parameter.older if getattr(parameter, source) else ()))
        if name
    }
    for source in NAMES
}


class MappedParameters(NamedTuple):
    """Parameters of a new request, what was lost, and how many requests take the place of one."""

    parameters: Json
    losses: list[Loss]
    requests: int = 1


class ParameterMapper(msgspec.Struct, frozen=True, kw_only=True):
    """Maps parameters to those of a target.

    `factors`: encoding of the old model → factor for limits of output tokens; `None`: limits are not scaled.
    """

    target: MigrationTarget
    batch: bool = False
    factors: Mapping[str, float] | None = None

    def map(
        self, request: Json, source: Source, endpoint: Endpoint, encoding: str | None = None
    ) -> MappedParameters:
        """The parameters of a request to `source` for one to `endpoint`; `encoding` is that of the old model."""
        return _Mapping(self, request, source, endpoint, encoding).all()


class _Mapping:
    """Maps the parameters of one request."""

    def __init__(
        self, mapper: ParameterMapper, request: Json, source: Source, endpoint: Endpoint, encoding: str | None
    ) -> None:
        self._mapper = mapper
        self._given = _flat(request, source)
        self._unread = frozenset(unread_request(source, request))
        self._source: Source = source
        self._endpoint: Endpoint = endpoint
        self._encoding = encoding
        self._parameters: Json = {}
        self._losses: list[Loss] = []
        self._requests = 1
        self._special: dict[str, Callable[[Parameter, str, Any], None]] = {
            "max_tokens": self._limit,
            "n": self._answers,
            "logit_bias": self._biases,
            "top_logprobs": self._alternatives,
            "store": self._store,
            "include": self._include,
        }
        """Parameter → how it is mapped, where that is more than a check of its value."""

    def all(self) -> MappedParameters:
        """All parameters, as the new endpoint nests them."""
        for key, value in self._given.items():
            if key not in NOT_PARAMETERS and key not in READ_ELSEWHERE[self._source] and value is not None:
                self._one(key, value)
        self._together()
        return MappedParameters(_nested(self._parameters, self._endpoint), self._losses, self._requests)

    def _one(self, key: str, value: Any) -> None:
        parameter = _BY_NAME[self._source].get(key)
        if key in NESTED[self._source]:
            self._drop(key, MISFIT)
            return
        if parameter is None:
            if key in KNOWN_ELSEWHERE or key in self._unread:
                self._drop(_shown(key), UNKNOWN)
            return
        obstacle = self._obstacle(parameter)
        if obstacle is not None:
            if not self._asks_nothing(parameter, value):
                self._drop(key, obstacle)
            return
        special = self._special.get(parameter.name)
        if special is not None:
            special(parameter, key, value)
        elif value not in ([], ""):
            self._write(parameter, key, value_of(value, parameter.takes))

    def _write(self, parameter: Parameter, key: str, value: Any) -> None:
        name = self._name(parameter)
        if value is REFUSED:
            self._drop(key, MISFIT)
            return
        self._parameters[name] = value
        if name != key:
            self._losses.append(Loss(key, "rewritten", f"becomes {name}"))

    def _drop(self, name: str, reason: str) -> None:
        self._losses.append(Loss(name, "dropped", reason))

    def _change(self, name: str, reason: str) -> None:
        self._losses.append(Loss(name, "changed", reason))

    def _name(self, parameter: Parameter) -> str:
        name: str = getattr(parameter, self._endpoint)
        return name

    def _obstacle(self, parameter: Parameter) -> str | None:
        """Why the new request does not have a parameter, whatever the model."""
        if parameter.name == "background":
            return BACKGROUND
        if parameter.name in ("n", "include"):
            return None
        if not self._name(parameter):
            return NO_EQUIVALENT.format(NAMES[self._endpoint])
        if self._mapper.batch and parameter.name.startswith("stream"):
            return BATCHED
        if parameter.name.startswith("stream_options") and self._given.get("stream") is not True:
            return NOT_STREAMED
        if parameter.tools and not self._given.get("tools") and not self._given.get("functions"):
            return NO_TOOLS
        return None

    def _asks_nothing(self, parameter: Parameter, value: Any) -> bool:
        """Is it the default, so that the request means the same without it?"""
        if parameter.name == "best_of":
            best_of, n = value_of(value, int), value_of(self._given.get("n"), int)
            return best_of is not REFUSED and best_of <= (1 if n is REFUSED else n)
        is_streaming = parameter.name == "stream_options.include_usage" and self._endpoint == "responses"
        return is_streaming or (parameter.default is not None and value == parameter.default)

    def _limit(self, parameter: Parameter, key: str, value: Any) -> None:
        limit = value_of(value, int)
        if limit is REFUSED or abs(limit) >= 1 << 63:
            self._drop(key, MISFIT)
            return
        if self._mapper.factors is not None:
            factor = self._mapper.factors.get(self._encoding or "")
            if factor is None:
                self._change(key, NOT_SCALED)
            else:
                limit = math.ceil(limit * factor)
        least, most = LEAST_LIMIT[self._endpoint], self._mapper.target.max_output
        if limit < least:
            self._change(key, f"raised to {least}, the least that the API takes")
        elif most is not None and limit > most:
            self._change(key, f"lowered to {most}, the longest output of the model")
        self._write(parameter, key, max(limit if most is None else min(limit, most), least))

    def _answers(self, parameter: Parameter, key: str, value: Any) -> None:
        """Responses give one answer: a request for several becomes several requests."""
        answers = value_of(value, parameter.takes)
        if self._endpoint == "chat" or answers is REFUSED:
            self._write(parameter, key, answers)
        elif answers > 1:
            self._requests = answers
            self._losses.append(Loss(key, "rewritten", "becomes as many requests"))

    def _biases(self, parameter: Parameter, key: str, value: Any) -> None:
        if not isinstance(value, dict):
            self._drop(key, MISFIT)
            return
        biases, reasons = map_biases(value, self._encoding, self._mapper.target.encoding)
        for reason in reasons:
            self._drop(key, reason)
        if biases:
            self._write(parameter, key, biases)

    def _alternatives(self, parameter: Parameter, key: str, value: Any) -> None:
        """Completions ask with a number, chat with `logprobs: true` as well, Responses with `include`."""
        included = self._given.get("include")
        wanted = isinstance(included, list) and LOGPROBS in included
        if value is False or (self._source == "responses" and not value and not wanted):
            return
        count = value_of(0 if value is True else value, parameter.takes)
        if self._source == "chat" and self._given.get("logprobs") is not True:
            self._drop(key, "the API takes it with logprobs alone")
        elif count is REFUSED:
            self._drop(key, MISFIT)
        else:
            self._parameters["top_logprobs"] = count
            self._ask_for_logprobs()

    def _ask_for_logprobs(self) -> None:
        if self._endpoint == "chat":
            self._parameters["logprobs"] = True
        else:
            self._include_also(LOGPROBS)

    def _include_also(self, *wanted: str) -> None:
        found = dict.fromkeys([*self._parameters.get("include", ()), *wanted])
        if found:
            self._parameters["include"] = list(found)

    def _store(self, parameter: Parameter, key: str, value: Any) -> None:
        if self._endpoint == "chat":
            self._write(parameter, key, value_of(value, bool))
        elif value is True:
            self._change(key, NEVER_STORED)

    def _include(self, parameter: Parameter, key: str, value: Any) -> None:
        """What an answer includes; in chat answers, log probabilities come with `top_logprobs`."""
        included = value_of(value, parameter.takes)
        if included is REFUSED:
            self._drop(key, MISFIT)
        elif self._endpoint == "responses":
            self._include_also(*included)
        elif not FREE_IN_CHAT.issuperset(included):
            self._drop(key, NO_EQUIVALENT.format("chat"))

    def _together(self) -> None:
        """What depends on other parameters."""
        asked = self._source == "chat" and self._given.get("logprobs") is True
        if asked and "top_logprobs" not in self._parameters:
            self._ask_for_logprobs()
        if self._endpoint == "responses":
            self._parameters["store"] = False
        elif "metadata" in self._parameters and self._parameters.get("store") is not True:
            del self._parameters["metadata"]
            if self._source == "responses":
                self._drop("metadata", NOT_STORED)


def _flat(request: Json, source: Source) -> Json:
    """The fields of a request, and those of its nested objects by their paths."""
    nested = {name: value for name in NESTED[source] if isinstance(value := request.get(name), dict)}
    flat = {key: value for key, value in request.items() if key not in nested}
    for name, value in nested.items():
        flat.update({f"{name}.{key}": inner for key, inner in value.items()})
    return flat


def _nested(parameters: Json, endpoint: Endpoint) -> Json:
    """The reverse of `_flat`."""
    body: Json = {}
    for name, value in parameters.items():
        outer, _, inner = name.partition(".")
        if inner and outer in NESTED[endpoint]:
            body.setdefault(outer, {})[inner] = value
        else:
            body[name] = value
    return body


def _shown(key: str) -> str:
    """The name of a parameter; what is no name could be somebody's text."""
    start = key[:LONGEST_KEY]
    is_name = start.replace("-", "_").replace(".", "_").isidentifier()
    return f"{start if is_name else ''}{'' if is_name and key == start else '…'}"
