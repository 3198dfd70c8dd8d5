"""Budgets judged by what was measured.

A budget that cannot be judged is a broken one, unless that is allowed: nothing passes because something is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Protocol

import msgspec

from tokcount.errors import UsageError
from tokcount.models.references import OWN
from tokcount.reports.budgets import report as report_types
from tokcount.reports.budgets.baseline import Baseline, json_value
from tokcount.reports.budgets.language import Amount, Budget, holds
from tokcount.reports.budgets.metric import Measured, Unit
from tokcount.reports.budgets.metrics import METRICS
from tokcount.reports.budgets.report import CheckedBudget, CheckReport, Level, ViolatingRecord
from tokcount.reports.report import Overview

NO_BASELINE: Final = "no baseline; save one with --save-baseline FILE, compare with --baseline FILE"
NOT_IN_BASELINE: Final = "not in the baseline; save it again with --save-baseline"
SAVED: Final = "saved as baseline"
UNREAD: Final = ("unrecognised", "unparsed", "unreadable", "unsupported", "encrypted")
"""Reasons to skip what may be a call; the others know that there is nothing to count."""
MOST_UNREAD: Final = Decimal("0.1")
"""Share of a log that may be unread before budgets pass only provisionally, unless `--max-skipped` names another."""


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


def reasons_text(reasons: Mapping[str, int], records: int) -> str:
    """``counted in part (3 of 1,000 records)`` for each reason; empty without one."""
    return ", ".join(f"{reason} ({n:,} of {records:,} records)" for reason, n in reasons.items() if n)


class CheckOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: budgets that fail the run when they are broken, and budgets that only warn.

    ``baseline`` are the values to compare with; ``None``: there are none. ``saving``: the baseline is being saved by
    this run, so budgets relative to it pass. ``most_unread``: the share of a log that may be unread before budgets pass
    only provisionally. ``top`` is the number of records named for each budget.
    """

    fail: tuple[Budget, ...] = ()
    warn: tuple[Budget, ...] = ()
    baseline: Baseline | None = None
    saving: bool = False
    allow_unknown: bool = False
    most_unread: Decimal = MOST_UNREAD
    top: int = 5


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One budget under one target, judged.

    ``reason``: why the value is not that of all records, or why there is nothing to judge by. ``undercounted``:
    records whose value is too low, see `Measured`, as for ``assumptions``.
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
    violations: Violations = Violations()

    @property
    def key(self) -> str:
        """What was measured."""
        return self.budget.key(self.target)

    @property
    def is_certain(self) -> bool:
        """Whether the verdict would be the same if everything were known."""
        if self.reason not in ("", SAVED):
            return False
        if not self.undercounted:
            return True
        stays = (">=", ">") if self.passed else ("<=", "<")
        return self.is_floor and self.budget.operator in stays


def judge(source: BudgetSource, options: CheckOptions) -> list[Verdict]:
    """All budgets in the order they were given, those that fail the run first.

    Raises `UsageError` for a budget without a target whose metric needs one.
    """
    asked: list[tuple[Level, Budget]] = [("fail", budget) for budget in options.fail]
    asked += [("warn", budget) for budget in options.warn]
    return [
        _judged(source, options, level, budget, target)
        for level, budget in asked
        for target in targets_of(budget, source.targets)
    ]


def targets_of(budget: Budget, targets: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """What a budget is measured under: the target after its ``for``, else every target; ``None`` is "own"."""
    metric = METRICS[budget.metric]
    if not metric.per_model:
        return (None,)
    asked: tuple[str | None, ...] = targets
    if budget.target is not None:
        asked = (None if budget.target == OWN else budget.target,)
    if metric.requires_target and None in asked:
        raise UsageError(
            f"budget {budget.text!r}: {metric.name} needs a target; add 'for MODEL' or --to MODEL"
        )
    return asked


def needs_own(budget: Budget, *, has_targets: bool, has_baseline: bool) -> bool:
    """Whether each record's own model must be counted for a budget, given the options of the run."""
    also_counts = METRICS[budget.metric].also_counts
    if also_counts == "own" or budget.target == OWN:
        return True
    if also_counts == "baseline" and not has_baseline:
        return True
    return budget.target is None and not has_targets


def report(verdicts: Sequence[Verdict], overview: Overview) -> CheckReport:
    """The report of `judge`; ``overview`` describes what the log holds."""
    held = {name: getattr(overview, name) for name in Overview.__struct_fields__}
    del held["schema_version"], held["tokcount"]
    passed = all(verdict.passed for verdict in verdicts if verdict.level == "fail")
    return CheckReport(**held, passed=passed, budgets=[_entry(verdict) for verdict in verdicts])


def values(verdicts: Sequence[Verdict]) -> dict[str, tuple[Decimal, Unit]]:
    """What a baseline keeps: every value that is known for all records."""
    return {
        verdict.key: (verdict.value, verdict.budget.unit)
        for verdict in verdicts
        if verdict.value is not None and verdict.reason in ("", SAVED)
    }


def _judged(
    source: BudgetSource, options: CheckOptions, level: Level, budget: Budget, target: str | None
) -> Verdict:
    measured = source.measure(budget, target)
    baseline = (options.baseline or {}).get(budget.key(target)) if budget.limit.is_relative else None
    limit = _limit(budget, baseline)
    reason, passed = _outcome(budget, options, measured, limit)
    violations = Violations()
    if not passed:
        value = measured.value
        broken = value is not None and limit is not None and not holds(value, budget.operator, limit)
        violations = source.violations(budget, target, limit if broken else None, options.top)
    return Verdict(
        budget=budget,
        level=level,
        target=target,
        value=measured.value,
        limit=limit,
        baseline=baseline,
        passed=passed,
        reason=reason,
        is_floor=measured.is_floor,
        undercounted=_incomplete(source, options, budget, measured),
        assumptions=measured.assumptions,
        violations=violations,
    )


def _incomplete(source: BudgetSource, options: CheckOptions, budget: Budget, measured: Measured) -> str:
    """What a value does not contain: records that are counted in part, and too large a share that was not read."""
    records, reasons = source.read
    unread = sum(reasons.get(reason, 0) for reason in UNREAD)
    items = records + sum(reasons.values())
    is_about_log = METRICS[budget.metric].per_record is None
    if is_about_log or unread <= options.most_unread * items:
        return measured.undercounted
    text = f"{unread:,} of {items:,} items were not read"
    parts = [text, measured.undercounted] if text not in measured.undercounted else [measured.undercounted]
    return "; ".join(filter(None, parts))


def _outcome(
    budget: Budget, options: CheckOptions, measured: Measured, limit: Decimal | None
) -> tuple[str, bool]:
    """Why a budget cannot be judged (empty: it can), and whether it passes."""
    if measured.value is None:
        return measured.reason, options.allow_unknown
    if limit is None and options.saving:
        return measured.reason or SAVED, options.allow_unknown or not measured.reason
    if limit is None:
        return NO_BASELINE if options.baseline is None else NOT_IN_BASELINE, options.allow_unknown
    within = holds(measured.value, budget.operator, limit)
    return measured.reason, within and (options.allow_unknown or not measured.reason)


def _limit(budget: Budget, baseline: Decimal | None) -> Decimal | None:
    amount = budget.limit.amount
    if not budget.limit.is_relative:
        return amount.value if amount else None
    if baseline is None or amount is None:
        return baseline
    return baseline + _offset(amount, baseline, budget.unit)


def _offset(amount: Amount, baseline: Decimal, unit: Unit) -> Decimal:
    """What is added to a baseline: a percentage of it; for a share, percentage points."""
    is_part = amount.kind == "percent" and unit != "share"
    return baseline * amount.value if is_part else amount.value


def _entry(verdict: Verdict) -> CheckedBudget:
    budget, value, limit = verdict.budget, verdict.value, verdict.limit
    difference = value - limit if value is not None and limit is not None else None
    margin = float(difference / abs(limit)) if difference is not None and limit else None
    return CheckedBudget(
        budget=budget.text,
        level=verdict.level,
        key=verdict.key,
        metric=budget.metric,
        aggregate=budget.aggregate,
        target=verdict.target,
        unit=budget.unit,
        value=_amount(value, budget.unit),
        is_floor=verdict.is_floor,
        limit=_amount(limit, budget.unit),
        baseline=_amount(verdict.baseline, budget.unit),
        difference=_amount(difference, budget.unit),
        margin=margin,
        passed=verdict.passed,
        reason=verdict.reason,
        undercounted=verdict.undercounted,
        assumptions=verdict.assumptions,
        is_certain=verdict.is_certain,
        records=verdict.violations.records,
        more=verdict.violations.total - len(verdict.violations.records),
    )


def _amount(value: Decimal | None, unit: Unit) -> report_types.Amount:
    return None if value is None else json_value(value, unit)
