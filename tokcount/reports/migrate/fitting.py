"""A request in the form of its endpoint → one that the target takes: what its model refuses is replaced or left out."""

from __future__ import annotations

from typing import Any, Final, get_args

from tokcount.logs.scalars import Json
from tokcount.models.compatibility import EFFORT_NAMES, EndpointCompatibility, Verdict
from tokcount.reports.migrate.parameters.mapping import LOGPROBS
from tokcount.reports.migrate.parameters.table import PARAMETERS
from tokcount.reports.migrate.parameters.values import Effort
from tokcount.reports.migrate.request import Loss, Message, NotMigratedError, Request

EFFORTS: Final[tuple[str, ...]] = get_args(Effort)
"""From the least to the most."""
MEDIA: Final = frozenset({"image", "audio", "file"})
FORMATS: Final = frozenset({"response_format", "text.format"})
ASKING_FOR_LOGPROBS: Final = frozenset({"logprobs", "top_logprobs", f"include.{LOGPROBS}"})
REFUSES: Final = "refused by the model"
UNKNOWN: Final = "kept; it is not known whether the model takes it"
ENCRYPTED: Final = "reasoning.encrypted_content"
DEVELOPER: Final = Loss("messages", "rewritten", "system messages become developer messages")

_DEFAULTS: Final = {
    name: parameter.default
    for parameter in PARAMETERS
    for name in (parameter.chat, parameter.responses)
    if name
}
"""Parameter of a new request → the value that asks for nothing."""


def has_system(request: Request) -> bool:
    """Whether a request tells the model how to behave."""
    roles = {turn.role for turn in request.turns if isinstance(turn, Message)}
    return bool(request.instructions) or not roles.isdisjoint(("system", "developer"))


def give_roles(request: Request, takes: EndpointCompatibility) -> None:
    """Give the system messages of a reasoning model the role that it has for them."""
    if not takes.efforts:
        return
    systems = [turn for turn in request.turns if isinstance(turn, Message) and turn.role == "system"]
    for message in systems:
        message.role = "developer"
    if systems:
        request.losses.append(DEVELOPER)


def fit(body: Json, takes: EndpointCompatibility) -> list[Loss]:
    """Change a body until the model takes it, and return what was lost.

    Raises `NotMigratedError` when the model refuses what the request cannot do without: media, tools, a format.
    """
    losses = _with_known_effort(body, takes)
    if takes.efforts == ():
        losses += _without_reasoning(body)
    for verdict in takes.verdicts(body):
        if verdict.status in ("refused", "unknown"):
            losses += _without(body, verdict, takes)
        elif verdict.status == "changed":
            losses.append(Loss(verdict.parameter, "rewritten", f"kept, with another effect: {verdict.why}"))
    return list(dict.fromkeys(losses))


def _with_known_effort(body: Json, takes: EndpointCompatibility) -> list[Loss]:
    """Replace the reasoning effort first: what else is refused depends on it."""
    name = EFFORT_NAMES[0 if takes.endpoint == "chat" else 1]
    value = _value(body, name)
    if value is None or not takes.efforts or value in takes.efforts:
        return []
    wanted = EFFORTS.index(value)
    nearest = min(reversed(takes.efforts), key=lambda effort: abs(EFFORTS.index(effort) - wanted))
    _set(body, name, nearest)
    return [Loss(name, "changed", f"{value} becomes {nearest}: the model has no effort {value}")]


def _without_reasoning(body: Json) -> list[Loss]:
    """Leave out what only reasoning models take; that no reasoning is returned loses nothing."""
    included = [item for item in body.pop("include", ()) if item != ENCRYPTED]
    if included:
        body["include"] = included
    asked = {f"reasoning.{name}": value for name, value in body.pop("reasoning", {}).items()}
    names = [name for name, value in asked.items() if value != _DEFAULTS[name]]
    return [Loss(name, "dropped", f"{REFUSES}: it does not reason") for name in names]


def _without(body: Json, verdict: Verdict, takes: EndpointCompatibility) -> list[Loss]:
    """Leave out what the model refuses, and also what asks for nothing where it may refuse it."""
    name, value = verdict.parameter, _value(body, verdict.parameter)
    if name in MEDIA and verdict.status == "refused" and name not in (takes.inputs or (name,)):
        raise NotMigratedError(f"{name} parts: {REFUSES}: {verdict.why}")
    if value is not None and value == _DEFAULTS.get(name):
        _set(body, name, None)
        return []
    if verdict.status == "unknown":
        return [Loss(name, "rewritten", UNKNOWN)] if value is not None and name in _DEFAULTS else []
    reason = f"{REFUSES}{f': {verdict.why}' if verdict.why else ''}"
    if name in ASKING_FOR_LOGPROBS:
        return _without_logprobs(body, reason)
    if name in FORMATS and isinstance(value, dict) and value["type"] == "json_schema":
        return _as_object(body, name, takes, reason)
    if name not in _DEFAULTS:
        raise NotMigratedError(f"{name}: {reason}")
    _set(body, name, None)
    return [Loss(name, "dropped", reason)]


def _without_logprobs(body: Json, reason: str) -> list[Loss]:
    for name in ("logprobs", "top_logprobs"):
        body.pop(name, None)
    included = [item for item in body.pop("include", ()) if item != LOGPROBS]
    if included:
        body["include"] = included
    return [Loss("logprobs", "dropped", reason)]


def _as_object(body: Json, name: str, takes: EndpointCompatibility, reason: str) -> list[Loss]:
    """A model without schemas can still be held to JSON, where it has that. Raises `NotMigratedError` otherwise."""
    if takes.verdict(name, "json_object").status == "refused":
        raise NotMigratedError(f"{name}: {reason}")
    _set(body, name, {"type": "json_object"})
    return [Loss(name, "changed", f"a JSON schema becomes a JSON object: {reason}")]


def _value(body: Json, name: str) -> Any:
    """The value of a parameter, by the path that the table of parameters has for it."""
    outer, _, inner = name.partition(".")
    nested = body.get(outer)
    return nested.get(inner) if inner and isinstance(nested, dict) else None if inner else nested


def _set(body: Json, name: str, value: Any) -> None:
    """Give a parameter another value; `None` leaves it out."""
    outer, _, inner = name.partition(".")
    fields = body.setdefault(outer, {}) if inner else body
    if value is None:
        fields.pop(inner or outer, None)
    else:
        fields[inner or outer] = value
    if inner and not fields:
        del body[outer]
