"""A completions request's parameters → those of the new request, and what could not be carried over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

import msgspec

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.parameters import (
    LEAST_LIMIT,
    MOST_ALTERNATIVES,
    NOT_PARAMETERS,
    PARAMETERS,
    Parameter,
)
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.reports.migrate.tokens import map_biases

NO_EQUIVALENT: Final = {
    "chat": "no equivalent in chat requests",
    "responses": "no equivalent in Responses requests",
}
REFUSED: Final = "reasoning models refuse it"
BATCHED: Final = "a batch does not stream"
UNKNOWN: Final = "no parameter of the completions API"
MISFIT: Final = "its value is not one that the API takes"
NOT_SCALED: Final = "not scaled: no outputs of the old encoding to measure"
LONGEST_KEY: Final = 40
INT64: Final = 1 << 63
LOGPROBS_INCLUDED: Final = ["message.output_text.logprobs"]

_BY_NAME: Final = {parameter.name: parameter for parameter in PARAMETERS}


class Loss(msgspec.Struct, frozen=True):
    """Something of a record that is not, or not the same, in its new request."""

    parameter: str
    effect: Literal["dropped", "changed"]
    reason: str


class MappedParameters(NamedTuple):
    """Parameters of a new request, and what was lost."""

    parameters: Json
    losses: list[Loss]


class ParameterMapper(msgspec.Struct, frozen=True, kw_only=True):
    """Maps parameters to those of a target.

    `factors`: encoding of the old model → factor for limits of output tokens; `None`: limits are not scaled.
    """

    target: MigrationTarget
    batch: bool = False
    factors: Mapping[str, float] | None = None

    def map(self, request: Json, encoding: str | None) -> MappedParameters:
        """The parameters of a completions request; `encoding` is that of the old model, if known."""
        whole = MappedParameters({}, [])
        for key, value in request.items():
            if key in NOT_PARAMETERS or value is None:
                continue
            mapped, losses = self._map(key, value, request, encoding)
            whole.parameters.update(mapped)
            whole.losses.extend(losses)
        return whole

    def _map(self, key: str, value: Any, request: Json, encoding: str | None) -> MappedParameters:
        parameter = _BY_NAME.get(key)
        if parameter is None:
            return _dropped(_shown(key), UNKNOWN)
        obstacle = self._obstacle(parameter)
        if obstacle is not None:
            return (
                MappedParameters({}, [])
                if _asks_nothing(parameter, value, request)
                else _dropped(key, obstacle)
            )
        if parameter.takes == "limit":
            return self._limit(parameter, value, encoding)
        if parameter.takes == "biases":
            return self._biases(parameter, value, encoding)
        if parameter.takes == "alternatives":
            return self._alternatives(parameter, value)
        checked = _checked(parameter, value)
        return (
            _dropped(key, MISFIT)
            if checked is None
            else MappedParameters({self._name(parameter): checked}, [])
        )

    def _name(self, parameter: Parameter) -> str:
        return parameter.chat if self.target.api == "chat" else parameter.responses

    def _obstacle(self, parameter: Parameter) -> str | None:
        """Why the target does not take a parameter, whatever its value."""
        if not self._name(parameter):
            return NO_EQUIVALENT[self.target.api]
        if self.target.reasoning and not parameter.reasoning:
            return REFUSED
        if self.batch and parameter.name in ("stream", "stream_options"):
            return BATCHED
        return None

    def _limit(self, parameter: Parameter, value: Any, encoding: str | None) -> MappedParameters:
        limit = _integer(value)
        if limit is None:
            return _dropped(parameter.name, MISFIT)
        losses = []
        if self.factors is not None:
            factor = self.factors.get(encoding or "")
            if factor is None:
                losses.append(Loss(parameter.name, "changed", NOT_SCALED))
            else:
                limit = math.ceil(limit * factor)
        least = LEAST_LIMIT[self.target.api]
        if limit < least:
            losses.append(Loss(parameter.name, "changed", f"raised to {least}, the least that the API takes"))
        return MappedParameters({self._name(parameter): max(limit, least)}, losses)

    def _biases(self, parameter: Parameter, value: Any, encoding: str | None) -> MappedParameters:
        if not isinstance(value, dict):
            return _dropped(parameter.name, MISFIT)
        biases, reasons = map_biases(value, encoding, self.target.encoding)
        losses = [Loss(parameter.name, "dropped", reason) for reason in reasons]
        return MappedParameters({self._name(parameter): biases} if biases else {}, losses)

    def _alternatives(self, parameter: Parameter, value: Any) -> MappedParameters:
        if value is False:
            return MappedParameters({}, [])
        count = 0 if value is True else _integer(value)
        if count is None or not 0 <= count <= MOST_ALTERNATIVES:
            return _dropped(parameter.name, MISFIT)
        asked = {"logprobs": True} if self.target.api == "chat" else {"include": LOGPROBS_INCLUDED}
        return MappedParameters({**asked, "top_logprobs": count}, [])


def _asks_nothing(parameter: Parameter, value: Any, request: Json) -> bool:
    """Is it the default, so that the request means the same without it?"""
    if parameter.name == "best_of":
        best_of, n = _integer(value), _integer(request.get("n")) or 1
        return best_of is not None and best_of <= n
    return parameter.default is not None and value == parameter.default


def _dropped(name: str, reason: str) -> MappedParameters:
    return MappedParameters({}, [Loss(name, "dropped", reason)])


def _checked(parameter: Parameter, value: Any) -> Any:
    """The value if it is of the kind that the API takes, else nothing."""
    match parameter.takes:
        case "integer":
            return _integer(value)
        case "number":
            return value if _is_number(value) else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "text":
            return value if isinstance(value, str) else None
        case "texts":
            is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
            return value if isinstance(value, str) or is_list else None
        case _:
            is_flags = isinstance(value, dict) and all(isinstance(item, bool) for item in value.values())
            return value if is_flags else None


def _integer(value: Any) -> int | None:
    return int(value) if _is_number(value) and value == int(value) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < INT64


def _shown(key: str) -> str:
    """The name of a parameter; what is no name could be somebody's text."""
    start = key[:LONGEST_KEY]
    is_name = start.replace("-", "_").replace(".", "_").isidentifier()
    return f"{start if is_name else ''}{'' if is_name and key == start else '…'}"
