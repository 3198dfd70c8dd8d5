"""Which requests a model takes: parameters that it refuses, renames or understands differently, inputs, endpoints.

>>> model = compatibility_of("gpt-6.1-sol")
>>> model.endpoint_for("chat")  # where a request to chat can go
'chat'
>>> model.at("responses").verdict("temperature", 0.2).status
'refused'
>>> [one.status for one in model.at("chat").verdicts({"max_tokens": 9})]
['renamed', 'changed']
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import Any, Final, Literal

import msgspec

from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.compatibility.limits import beyond
from tokcount.models.compatibility.request import Asked, asked, moved
from tokcount.models.compatibility.rules import (
    CompatibilityRow,
    Endpoint,
    Input,
    Limit,
    ParameterRule,
    RuleStatus,
)
from tokcount.models.model import Model

__all__ = [
    "OPENAI",
    "Compatibility",
    "CompatibilityRow",
    "Endpoint",
    "EndpointCompatibility",
    "Verdict",
    "compatibility_of",
]

Status = RuleStatus | Literal["unknown"]
OPENAI: Final = "OpenAI"
"""The vendor whose endpoints the general rows describe."""
EFFORT_NAMES: Final[tuple[str, ...]] = ("reasoning_effort", "reasoning.effort")
DEFAULT_VALUE: Final = "its value is the default"
"""Why it is not known whether a value is refused: a request means the same without it."""
MOVES: Final[dict[Endpoint, tuple[Endpoint, ...]]] = {
    "completions": ("completions", "chat", "responses"),
    "chat": ("chat", "responses"),
    "responses": ("responses", "chat"),
}
"""Endpoint of a request → where it can go, the closest first."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint does with one parameter of a request."""

    parameter: str
    """As in the request; `image`, `audio` or `file` for an input."""
    status: Status
    to: str = ""
    """`renamed`: the name here. `refused`: the endpoint that takes it, if there is one."""
    why: str = ""
    """The condition or the limit, as the end of a sentence; empty when the status says it all."""
    sources: tuple[str, ...] = ()
    """Words of `tokcount.models.catalog.sources()`."""
    checked: date | None = None


class EndpointCompatibility:
    """What a model takes at one endpoint."""

    def __init__(self, rows: tuple[CompatibilityRow, ...], endpoint: Endpoint) -> None:
        self.endpoint: Endpoint = endpoint
        self.rows = tuple(row for row in rows if row.endpoint in (None, endpoint))
        """The rows that hold here, the most general first."""
        self.is_known = any(not row.is_general for row in self.rows)
        self._rules: dict[str, list[tuple[ParameterRule, CompatibilityRow]]] = {}
        for row in reversed(self.rows):
            for name, rule in row.rules().items():
                self._rules.setdefault(name, []).append((rule, row))
        self._limits: dict[str, list[tuple[Limit, CompatibilityRow]]] = {}
        for row in self.rows:
            for name, limit in row.limits.items():
                self._limits.setdefault(name, []).append((limit, row))

    @cached_property
    def by_value(self) -> frozenset[str]:
        """The parameters whose verdict depends on more than the type of their value, in a request of some effort."""
        rules = {
            name for name, found in self._rules.items() if any(rule.depends_on_value for rule, _ in found)
        }
        limited = {
            name for name, found in self._limits.items() if any(one.depends_on_value for one, _ in found)
        }
        direct = {*rules, *limited, *EFFORT_NAMES}
        renamed = {name for name, found in self._rules.items() if any(rule.to in direct for rule, _ in found)}
        return frozenset(direct | renamed)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter that something is known of."""
        return tuple(sorted({*self._rules, *self._limits}))

    def rule(self, parameter: str) -> tuple[ParameterRule, CompatibilityRow] | None:
        """The most special rule about a parameter, with the row that it is from."""
        return next(iter(self._rules.get(parameter, ())), None)

    def limits(self, parameter: str) -> list[Limit]:
        """The limits of a parameter, the most general first."""
        return [limit for limit, _ in self._limits.get(parameter, ())]

    @property
    def inputs(self) -> tuple[Input, ...] | None:
        """What messages may contain; `None`: not known."""
        return next((row.inputs for row in reversed(self.rows) if row.inputs), None)

    @property
    def efforts(self) -> tuple[str, ...] | None:
        """The reasoning efforts that the model takes here; `None`: not known."""
        return next((row.efforts for row in reversed(self.rows) if row.efforts is not None), None)

    @property
    def default_effort(self) -> str | None:
        """The effort of a request that names none; `None`: not known, or the model does not reason."""
        return next((row.default_effort for row in reversed(self.rows) if row.default_effort), None)

    def verdicts(self, body: Mapping[str, Any], sent_to: Endpoint | None = None) -> list[Verdict]:
        """A verdict on each parameter and input of a request, and on what it leaves out.

        `sent_to`: the endpoint that the request is written for, this one by default.
        """
        source = sent_to or self.endpoint
        request = asked(source, body)
        found = self.of_inputs(request)
        for name, value in moved(request.parameters, source, self.endpoint).items():
            found += self.both(name, value, request.effort)
        return found

    def of_inputs(self, request: Asked) -> list[Verdict]:
        """A verdict on each kind of input that the messages of a request contain besides text."""
        return [self._input(kind) for kind in sorted(request.inputs)]

    def both(self, parameter: str, value: Any, effort: str | None) -> tuple[Verdict, ...]:
        """The verdict on a value and, if it is renamed, that it means something else under the new name."""
        verdict = self.verdict(parameter, value, effort)
        if verdict.status != "renamed":
            return (verdict,)
        there = self._decide(verdict.to, value, effort)
        is_changed = there.status == "changed"
        return (verdict, msgspec.structs.replace(there, parameter=parameter)) if is_changed else (verdict,)

    def verdict(self, parameter: str, value: Any, effort: str | None = None) -> Verdict:
        """What happens to one value of a parameter, in a request with this reasoning effort."""
        verdict = self._decide(parameter, value, effort)
        if verdict.status != "renamed":
            return verdict
        there = self._decide(verdict.to, value, effort)
        return msgspec.structs.replace(there, parameter=parameter) if there.status == "refused" else verdict

    def _decide(self, parameter: str, value: Any, effort: str | None) -> Verdict:
        if parameter in EFFORT_NAMES and self.efforts is not None:
            return self._effort(parameter, value)
        for rule, row in self._rules.get(parameter, []):
            applies = self._applies(rule, effort)
            if applies is None:
                return _verdict(parameter, "unknown", row, why="it depends on the reasoning effort")
            if applies:
                return self._judged(parameter, value, rule, row)
        return self._beyond(parameter, value) or Verdict(parameter=parameter, status="unknown")

    def _applies(self, rule: ParameterRule, effort: str | None) -> bool | None:
        """Whether a rule applies in a request that names this effort; `None`: not known."""
        if not rule.unless_effort:
            return True
        known = self.efforts
        if known is not None and not any(one in known for one in rule.unless_effort):
            return True
        if effort is not None and effort not in rule.unless_effort:
            return True
        effective = effort if known is None or effort in known else None
        effective = effective or self.default_effort
        return None if effective is None else effective not in rule.unless_effort

    def _judged(self, parameter: str, value: Any, rule: ParameterRule, row: CompatibilityRow) -> Verdict:
        """The verdict of a rule that applies. Without a row about the model, nothing is known to be accepted."""
        status: Status = rule.status
        if value in rule.except_values:
            status = "accepted"
        elif value in rule.unclear_defaults:
            return _verdict(parameter, "unknown", row, why=DEFAULT_VALUE)
        if status == "accepted" and not self.is_known:
            status = "unknown"
        beyond_limit = None if status in ("refused", "renamed") else self._beyond(parameter, value)
        return beyond_limit or _verdict(parameter, status, row, to=rule.to, why=rule.why)

    def _beyond(self, parameter: str, value: Any) -> Verdict | None:
        """A refusal, if the value is beyond a limit."""
        for limit, row in self._limits.get(parameter, []):
            if why := beyond(value, limit):
                return _verdict(parameter, "refused", row, why=why)
        return None

    def _effort(self, parameter: str, value: Any) -> Verdict:
        row = next(row for row in reversed(self.rows) if row.efforts is not None)
        renamed = next((rule for rule, _ in self._rules.get(parameter, []) if rule.status == "renamed"), None)
        if value not in (row.efforts or ()):
            takes = f"it takes {', '.join(row.efforts)}" if row.efforts else "it does not reason"
            return _verdict(parameter, "refused", row, why=takes)
        if renamed is not None:
            return _verdict(parameter, "renamed", row, to=renamed.to)
        return _verdict(parameter, "accepted", row)

    def _input(self, kind: Input) -> Verdict:
        row = next((row for row in reversed(self.rows) if row.inputs), None)
        if row is None:
            return Verdict(parameter=kind, status="unknown")
        why = "" if kind in row.inputs else f"it takes {' and '.join(row.inputs)}"
        return _verdict(kind, "refused" if why else "accepted", row, why=why)


class Compatibility:
    """What a model takes, endpoint by endpoint."""

    def __init__(self, model: Model, rows: tuple[CompatibilityRow, ...]) -> None:
        self.model = model
        self.rows = rows
        """The rows that match its name, the most general first."""
        self._at: dict[Endpoint, EndpointCompatibility] = {}

    @property
    def is_known(self) -> bool:
        """Whether a row is about this model; otherwise only what holds for all models is known."""
        return any(not row.is_general for row in self.rows)

    @property
    def served(self) -> tuple[Endpoint, ...]:
        """The endpoints that serve the model; empty: not known."""
        return next((row.served for row in reversed(self.rows) if row.served), ())

    def at(self, endpoint: Endpoint) -> EndpointCompatibility:
        """What the model takes at an endpoint."""
        if endpoint not in self._at:
            self._at[endpoint] = EndpointCompatibility(self.rows, endpoint)
        return self._at[endpoint]

    def endpoint_for(self, sent_to: Endpoint) -> Endpoint:
        """Where a request to an endpoint can go: there if the model is served there, else the closest one."""
        served = self.served
        return next((endpoint for endpoint in MOVES[sent_to] if endpoint in served), sent_to)


def compatibility_of(model: Model | str, catalog: Catalog | None = None) -> Compatibility:
    """What is known of a model. A fine-tuned model takes what its base takes.

    Raises `tokcount.models.resolve.UnknownModel` for a name that is not known.
    """
    catalog = catalog or catalogs.default()
    found = names.resolve(model, catalog).model if isinstance(model, str) else model
    name = found.name.removeprefix("ft:").partition(":")[0]
    rows = (*bundled(), *catalog.compatibility)
    matching = (row for row in rows if any(fnmatchcase(name, pattern) for pattern in row.models))
    if found.vendor not in ("", OPENAI):
        matching = (row for row in matching if not row.is_general)
    return Compatibility(found, tuple(matching))


@cache
def bundled() -> tuple[CompatibilityRow, ...]:
    """The rows of the bundled data, in the order of the files."""
    return msgspec.json.decode(catalogs.bundled_section("compatibility"), type=tuple[CompatibilityRow, ...])


def _verdict(
    parameter: str, status: Status, row: CompatibilityRow, *, to: str = "", why: str = ""
) -> Verdict:
    return Verdict(
        parameter=parameter, status=status, to=to, why=why, sources=row.sources, checked=row.checked
    )
