"""What can tell the value of a budget: `Meter`, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from tokcount.reports.budgets.language import Budget, Operator


class Measured(msgspec.Struct, frozen=True):
    """A value, and why it is not there or not the whole (empty: it is).

    An incomplete value is that of the records that have one. ``rests_on`` says how many records count for less than
    they are, and why (empty: none does); ``is_floor``: the value of all of them is then more.
    """

    value: Decimal | None
    doubt: str = ""
    is_floor: bool = False
    rests_on: str = ""


class Culprits(msgspec.Struct, frozen=True):
    """Records to blame, the worst first, as JSON objects: the first ones, and how many there are in all."""

    records: list[dict[str, Any]] = []
    total: int = 0


class Meter(Protocol):
    """Measures budgets over a scan, or finds what they ask for in saved reports.

    ``target`` is the label of the reference to measure under, ``None`` each record's own model.
    """

    @property
    def targets(self) -> tuple[str | None, ...]:
        """What a budget without ``for`` is about."""
        ...

    def measure(self, budget: Budget, target: str | None) -> Measured:
        """The value of a budget's metric over the records that it selects."""
        ...

    def culprits(self, budget: Budget, target: str | None, limit: Decimal | None, top: int) -> Culprits:
        """The records that break a limit; ``None``: those that leave the value in doubt.

        Of a sum or a ratio, the fewest records whose excess makes up that of all.
        """
        ...


def is_over(value: Decimal, operator: Operator, limit: Decimal) -> bool:
    """Of a value that breaks its limit: is it too large, rather than too small?"""
    return operator in ("<=", "<") or (operator == "==" and value > limit)


def holds(value: Decimal, operator: Operator, limit: Decimal) -> bool:
    """Whether ``value operator limit``, exactly."""
    if operator == "==":
        return value == limit
    if operator in ("<=", ">=") and value == limit:
        return True
    return value < limit if operator.startswith("<") else value > limit


def resting(reasons: Mapping[str, int], records: int) -> str:
    """``counted in part (3 of 1,000 records)``, for each reason; empty without one."""
    return ", ".join(f"{reason} ({n:,} of {records:,} records)" for reason, n in reasons.items() if n)
