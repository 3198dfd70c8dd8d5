"""Where the values of budgets come from: `BudgetSource`, over a scan or over saved reports."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

import msgspec

from tokcount.reports.budgets.language import Budget
from tokcount.reports.budgets.metric import Measured
from tokcount.reports.budgets.report import ViolatingRecord


class Violations(msgspec.Struct, frozen=True):
    """The records that violate a budget, the worst first: the first ones, and how many in all."""

    records: list[ViolatingRecord] = []
    total: int = 0


class BudgetSource(Protocol):
    """Measures budgets over a scan, or looks their values up in saved reports.

    ``target`` is the label of the reference to measure under, ``None`` each record's own model.
    """

    @property
    def targets(self) -> tuple[str | None, ...]:
        """What a budget without ``for`` is measured under."""
        ...

    def measure(self, budget: Budget, target: str | None) -> Measured:
        """The value of a budget's metric over the records that it selects."""
        ...

    def violations(self, budget: Budget, target: str | None, limit: Decimal | None, top: int) -> Violations:
        """The first ``top`` records that violate a limit; without one, those that have no value.

        Of a sum or a ratio: the fewest records whose excess makes up the excess of the whole.
        """
        ...


def reasons_text(reasons: Mapping[str, int], records: int) -> str:
    """``counted in part (3 of 1,000 records)`` for each reason; empty without one."""
    return ", ".join(f"{reason} ({n:,} of {records:,} records)" for reason, n in reasons.items() if n)
