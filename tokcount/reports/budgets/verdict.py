"""A budget judged: what is asked, what measures it, and the outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Protocol

import msgspec

from tokcount.reports.budgets.baseline import SavedBaseline
from tokcount.reports.budgets.groups import Change, Part
from tokcount.reports.budgets.language import Budget, Group, holds
from tokcount.reports.budgets.metric import Measured
from tokcount.reports.budgets.report import Level, ViolatingRecord

NO_BASELINE: Final = "no baseline; save one with --save-baseline FILE, compare with --baseline FILE"
NOT_IN_BASELINE: Final = "new, not in the baseline; save it with --save-baseline"
SAVED: Final = "saved as baseline"
NO_GROUP: Final = "no file or tag has a value"
UNREAD: Final = ("unrecognised", "unparsed", "unreadable", "unsupported", "encrypted")
"""Reasons to skip what may be a call; the others know that there is nothing to count."""
MOST_UNKNOWN: Final = Decimal("0.01")
"""Share of the records, or of the items of a log, that may be unknown, unless `--max-unknown` names another."""


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

    @property
    def read(self) -> tuple[int, Mapping[str, int]]:
        """Records that were read, and how many items were skipped for which reason."""
        ...

    def measure(self, budget: Budget, target: str | None) -> Measured:
        """The value of a budget's metric over the records that it selects."""
        ...

    def violations(self, budget: Budget, target: str | None, limit: Decimal | None, top: int) -> Violations:
        """The first ``top`` records that violate a limit; without one, those that have no value.

        Of a sum or a ratio: the fewest records whose excess makes up the excess of the whole.
        """
        ...

    def parts(self, budget: Budget, target: str | None, _group: Group) -> list[Part]:
        """The value of each file or tag; none for a metric of the whole log, and for more than `MOST_GROUPS`."""
        ...


class CheckOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: budgets that fail the run when they are broken, and budgets that only warn.

    ``baseline`` are the values to compare with; ``None``: there are none. Budgets whose value is not among them are not
    judged. ``saving``: the baseline is being saved by this run, so budgets relative to it pass. ``most_unknown``: the
    share of the records, or of the items of a log, that may be unknown; a budget that passes with less is provisional.
    ``accepted_unread``: the share of a log that may be unread without that.
    ``top`` is the number of records named for each budget.
    """

    fail: tuple[Budget, ...] = ()
    warn: tuple[Budget, ...] = ()
    baseline: SavedBaseline | None = None
    saving: bool = False
    allow_unknown: bool = False
    most_unknown: Decimal = MOST_UNKNOWN
    accepted_unread: Decimal = Decimal(0)
    top: int = 5


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One budget under one target, judged.

    ``reason``: why the value is not that of all records, or why there is nothing to judge by. ``undercounted``:
    records whose value is too low, see `Measured`, as for ``assumptions``. ``changes``: the value of each file or tag.
    ``unknown``: the share of records or items that is not known. ``report``: the saved report that it is about, where
    several have different values.
    """

    budget: Budget
    level: Level
    target: str | None
    value: Decimal | None
    limit: Decimal | None
    baseline: Decimal | None
    passed: bool
    reason: str = ""
    is_floor: bool = False
    undercounted: str = ""
    assumptions: str = ""
    made_from: str = ""
    violations: Violations = Violations()
    changes: Sequence[Change] = ()
    unknown: Decimal = Decimal(0)
    report: str | None = None

    @property
    def key(self) -> str:
        """What was measured."""
        return self.budget.key(self.target)

    @property
    def is_known(self) -> bool:
        """Whether the value is that of all records."""
        return self.reason in ("", SAVED, NOT_IN_BASELINE)

    @property
    def is_certain(self) -> bool:
        """Whether the verdict would be the same if everything were known."""
        if self.reason not in ("", SAVED):
            return False
        if not self.undercounted:
            return True
        stays = (">=", ">") if self.passed else ("<=", "<")
        return self.is_floor and self.budget.operator in stays

    @property
    def is_beyond(self) -> bool:
        """Whether the value is known to be beyond the limit."""
        if self.value is None or self.limit is None:
            return False
        return not holds(self.value, self.budget.operator, self.limit)


def reasons_text(reasons: Mapping[str, int], records: int) -> str:
    """``counted in part (3 of 1,000 records)`` for each reason; empty without one."""
    return ", ".join(f"{reason} ({n:,} of {records:,} records)" for reason, n in reasons.items() if n)
