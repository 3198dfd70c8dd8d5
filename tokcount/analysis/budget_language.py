"""What a budget says: ``METRIC.AGGREGATE OP LIMIT [where …] [for TARGET]``; see `tokcount.analysis.budget_parser`."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

import msgspec

from tokcount.analysis.budget_metrics import METRICS, Unit

Operator = Literal["<=", "<", ">=", ">", "=="]
AmountKind = Literal["number", "percent", "money"]
Field = Literal["model", "kind", "tag", "source", "format", "day"]

OPERATORS: Final[tuple[Operator, ...]] = ("<=", ">=", "==", "<", ">")
FIELDS: Final[tuple[Field, ...]] = ("model", "kind", "tag", "source", "format", "day")
ABSOLUTE: Final[dict[Unit, AmountKind]] = {
    "tokens": "number",
    "records": "number",
    "share": "percent",
    "usd": "money",
}
"""Unit → how its limits are written."""


class Amount(msgspec.Struct, frozen=True):
    """A signed number of a limit; a percentage as a fraction."""

    value: Decimal
    kind: AmountKind


class Limit(msgspec.Struct, frozen=True):
    """What is allowed: an amount, or the baseline with an amount added to it (``None``: nothing)."""

    amount: Amount | None
    is_relative: bool = False


class Condition(msgspec.Struct, frozen=True, order=True):
    """``field = pattern`` or ``field != pattern``; ``*`` and ``?`` in a pattern match any characters, and any one."""

    field: Field
    is_equal: bool
    pattern: str

    def __str__(self) -> str:
        return f"{self.field} {'=' if self.is_equal else '!='} {_quoted(self.pattern)}"


class Budget(msgspec.Struct, frozen=True):
    """One budget as it was written, and what it means. ``target``: the model or encoding after ``for``."""

    text: str
    metric: str
    aggregate: str
    operator: Operator
    limit: Limit
    where: tuple[Condition, ...] = ()
    target: str | None = None

    @property
    def unit(self) -> Unit:
        """The unit of its value and its limit."""
        return METRICS[self.metric].units[self.aggregate]

    def key(self, target: str | None) -> str:
        """What is measured, in one spelling: metric, selection and target, without operator and limit.

        Baselines are kept under it. The path of the log is no part of it.
        """
        where = f" where {' and '.join(map(str, sorted(self.where)))}" if self.where else ""
        return f"{self.metric}.{self.aggregate}{where}{f' for {target}' if target else ''}"


def _quoted(pattern: str) -> str:
    return f"'{pattern}'" if '"' in pattern else f'"{pattern}"'
