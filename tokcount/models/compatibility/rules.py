"""What a model takes at an endpoint, as data: rows of `data/*.toml`, matched by the name of a model.

Rows add up. A later row is more special than an earlier one, so its rules are asked first; a rule that does not apply
to a request (see `ParameterRule.unless_effort`) leaves the question to the rules before it.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

Endpoint = Literal["completions", "chat", "responses", "batch"]
"""Where a model is served. `batch` takes requests of the other endpoints."""
RuleStatus = Literal["accepted", "refused", "renamed", "changed"]
"""`refused`: the API answers with an error. `renamed`: refused by this name, accepted by another one. `changed`:
accepted, with another effect than before."""
Takes = Literal["number", "integer", "boolean", "text", "texts", "object"]
Input = Literal["text", "image", "audio", "file"]


class ParameterRule(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What happens to one parameter."""

    status: RuleStatus = "accepted"
    to: str = ""
    """Of a renamed parameter: its name here. Of a refused one: the endpoint that takes it, if there is one."""
    unless_effort: tuple[str, ...] = ()
    """Reasoning efforts at which the rule does not apply."""
    except_values: tuple[Any, ...] = ()
    """Values that are accepted nevertheless."""
    unclear_defaults: tuple[Any, ...] = ()
    """Default values, which ask for nothing, of which no source says whether they are refused like all others."""
    why: str = ""
    """What a person should know, as the end of a sentence."""

    @property
    def depends_on_value(self) -> bool:
        """Whether it holds for some values only."""
        return bool(self.except_values or self.unclear_defaults)


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which values of a parameter are valid where it is accepted."""

    takes: Takes | None = None
    low: float | None = None
    """The least number, or the fewest items of a list."""
    high: float | None = None
    """The largest number, or the most items of a list."""
    values: tuple[str, ...] | None = None
    """The words that it takes."""

    @property
    def depends_on_value(self) -> bool:
        """Whether it is more than a limit to a type."""
        is_ranged = self.low is not None or self.high is not None or self.values is not None
        return is_ranged or self.takes in ("number", "texts")


class CompatibilityRow(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Facts about some models, with their sources. What a row leaves out is not known from it."""

    models: tuple[str, ...]
    """Names as patterns of `fnmatch`; `*` alone is what holds for the endpoint, whatever the model."""
    endpoint: Endpoint | None = None
    """`None`: at every endpoint."""
    served: tuple[Endpoint, ...] = ()
    """Endpoints that serve the models."""
    inputs: tuple[Input, ...] = ()
    """What messages may contain."""
    efforts: tuple[str, ...] | None = None
    """Reasoning efforts that they take; empty: they do not reason and take none."""
    default_effort: str | None = None
    """The effort of a request that names none."""
    accepted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    parameters: dict[str, ParameterRule] = {}
    """Parameters of which more is to say than that they are accepted or refused."""
    limits: dict[str, Limit] = {}
    checked: date
    sources: tuple[str, ...]
    """Words that the `[sources]` of a file explain."""
    note: str = ""

    @property
    def is_general(self) -> bool:
        """Whether it holds for an endpoint, whatever the model."""
        return self.models == ("*",)

    def rules(self) -> dict[str, ParameterRule]:
        """All rules of the row by the name of their parameter."""
        return {
            **dict.fromkeys(self.accepted, ACCEPTED),
            **dict.fromkeys(self.refused, REFUSED),
            **self.parameters,
        }


ACCEPTED = ParameterRule()
REFUSED = ParameterRule(status="refused")
