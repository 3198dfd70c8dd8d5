"""What a model takes, for `tokcount models NAME`: the entries of the report, and the lines that show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from msgspec import structs

from tokcount.document.blocks import Block, Line
from tokcount.models.compatibility import Compatibility, EndpointCompatibility
from tokcount.models.compatibility.rules import Endpoint, Input, ParameterRule, RuleStatus

TITLES: dict[Endpoint, str] = {"completions": "Completions", "chat": "Chat", "responses": "Responses"}


class TakenParameter(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to a parameter at an endpoint."""

    parameter: str
    status: RuleStatus | None
    """`None`: not known."""
    to: str
    """Its name here, if it is renamed; the endpoint that takes it, if it is refused."""
    unless_effort: list[str]
    """Reasoning efforts at which it is accepted nevertheless."""
    except_values: list[Any]
    """Values that are accepted nevertheless."""
    why: str
    limits: dict[str, Any]
    """Type, range and words of the values that are valid."""
    is_general: bool = msgspec.field(name="general")
    """It holds for the endpoint, whatever the model."""
    sources: list[str]
    checked: date | None


class TakenAtEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What a model takes at one endpoint."""

    endpoint: Endpoint
    inputs: list[Input] | None
    """What messages may contain; `None`: not known."""
    efforts: list[str] | None
    """Reasoning efforts; `None`: not known; empty: the model does not reason."""
    default_effort: str | None
    parameters: list[TakenParameter]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a model takes."""

    served: list[Endpoint]
    """Endpoints that serve it; empty: not known."""
    endpoints: list[TakenAtEndpoint]
    notes: list[str]


def taken(model: Compatibility) -> Taken:
    """The entries for a model: the endpoints that serve it, or nothing where none is known."""
    return Taken(
        served=list(model.served),
        endpoints=[_at(model.at(endpoint)) for endpoint in TITLES if endpoint in model.served],
        notes=[row.note for row in model.rows if row.note],
    )


def _at(endpoint: EndpointCompatibility) -> TakenAtEndpoint:
    efforts = endpoint.efforts
    return TakenAtEndpoint(
        endpoint=endpoint.endpoint,
        inputs=None if endpoint.inputs is None else list(endpoint.inputs),
        efforts=None if efforts is None else list(efforts),
        default_effort=endpoint.default_effort,
        parameters=[_parameter(name, endpoint) for name in endpoint.parameters],
    )


def _parameter(name: str, endpoint: EndpointCompatibility) -> TakenParameter:
    rule, row = endpoint.rule(name) or (None, None)
    limits: dict[str, Any] = {}
    for limit in endpoint.limits(name):
        limits |= {key: value for key, value in structs.asdict(limit).items() if value is not None}
    return TakenParameter(
        parameter=name,
        status=rule.status if rule else None,
        to=rule.to if rule else "",
        unless_effort=_possible(rule, endpoint),
        except_values=list(rule.except_values) if rule else [],
        why=rule.why if rule else "",
        limits=limits,
        is_general=row is not None and row.is_general,
        sources=list(row.sources) if row else [],
        checked=row.checked if row else None,
    )


def _possible(rule: ParameterRule | None, endpoint: EndpointCompatibility) -> list[str]:
    """The efforts of a rule that the model takes."""
    if rule is None:
        return []
    return [effort for effort in rule.unless_effort if endpoint.efforts is None or effort in endpoint.efforts]


def blocks(entry: Taken) -> list[Block]:
    """The lines about a model: where it is served, what it takes, and what each endpoint does with parameters."""
    if not entry.endpoints:
        return [Line("What it takes at which endpoint is not known.", "note")]
    served = ", ".join(entry.served)
    return [
        Line(f"Served at: {served}. {_takes(entry.endpoints[0])}"),
        *(line for endpoint in entry.endpoints for line in _lines(endpoint)),
        *(Line(note, "note") for note in entry.notes[-1:]),
    ]


def _takes(endpoint: TakenAtEndpoint) -> str:
    return f"Takes {', '.join(endpoint.inputs)}." if endpoint.inputs else "Its inputs are not known."


def _lines(endpoint: TakenAtEndpoint) -> list[Line]:
    title = TITLES[endpoint.endpoint]
    own = [parameter for parameter in endpoint.parameters if not parameter.is_general]
    refused = [parameter for parameter in own if parameter.status == "refused"]
    shown = [
        ("reasoning effort", _efforts(endpoint)),
        ("refused", _named(parameter for parameter in refused if not parameter.unless_effort)),
        (
            "refused unless the reasoning effort is none",
            _named(parameter for parameter in refused if parameter.unless_effort),
        ),
        ("renamed", _named(parameter for parameter in own if parameter.status == "renamed")),
        ("changed", _named(parameter for parameter in own if parameter.status == "changed")),
        ("accepted", _named(parameter for parameter in own if parameter.status == "accepted")),
        ("not known", _named(parameter for parameter in own if parameter.status is None)),
    ]
    return [Line(f"{title}, {what}: {names}.") for what, names in shown if names]


def _efforts(endpoint: TakenAtEndpoint) -> str:
    if endpoint.efforts is None:
        return "not known"
    if not endpoint.efforts:
        return ""
    default = f" (default {endpoint.default_effort})" if endpoint.default_effort else ""
    return ", ".join(endpoint.efforts) + default


def _named(parameters: Iterable[TakenParameter]) -> str:
    return ", ".join(_name(parameter) for parameter in parameters)


def _name(parameter: TakenParameter) -> str:
    name = parameter.parameter.removeprefix("include.")
    if parameter.status == "renamed":
        return f"{name} → {parameter.to}"
    details = [
        f"except {', '.join(map(str, parameter.except_values))}" if parameter.except_values else "",
        parameter.why if parameter.status == "changed" else "",
        f"use {TITLES[parameter.to]}" if parameter.to in TITLES else "",
    ]
    shown = "; ".join(filter(None, details))
    return f"{name} ({shown})" if shown else name
