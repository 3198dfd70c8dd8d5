"""The gate: budgets held against what was measured.

A budget that cannot be judged is a broken one, unless that is allowed: nothing passes because something is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

from tokcount.errors import UsageError
from tokcount.models.references import OWN
from tokcount.reports.budgets.baseline import Baseline, json_value
from tokcount.reports.budgets.language import Amount, Budget
from tokcount.reports.budgets.meter import Culprits, Measured, Meter, holds
from tokcount.reports.budgets.metrics import METRICS, Unit
from tokcount.reports.report import Report

Level = Literal["fail", "warn"]
NO_BASELINE: Final = "no baseline; save one with --save-baseline FILE, compare with --baseline FILE"
NOT_IN_BASELINE: Final = "not in the baseline; save it anew with --save-baseline"
SAVED: Final = "is the baseline now"


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: budgets that must hold and budgets that should.

    ``baseline`` are the values to compare with; ``None``: there are none. ``saving``: they are only now being made,
    so that what is relative to them holds. ``top`` is the number of records named for each budget.
    """

    fail: tuple[Budget, ...] = ()
    warn: tuple[Budget, ...] = ()
    baseline: Baseline | None = None
    saving: bool = False
    allow_unknown: bool = False
    top: int = 5


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One budget under one target, judged. ``doubt``: why the value is not the whole, or there is none to judge by.

    ``rests_on``: records that count for less than they are, see `Measured`.
    """

    budget: Budget
    level: Level
    target: str | None
    value: Decimal | None
    limit: Decimal | None
    baseline: Decimal | None
    passed: bool
    doubt: str = ""
    is_floor: bool = False
    rests_on: str = ""
    culprits: Culprits = Culprits()

    @property
    def key(self) -> str:
        """What was measured."""
        return self.budget.key(self.target)

    @property
    def is_sure(self) -> bool:
        """Whether nothing that is not known could have changed the verdict."""
        if self.doubt not in ("", SAVED):
            return False
        if not self.rests_on:
            return True
        keeps = (">=", ">") if self.passed else ("<=", "<")
        return self.is_floor and self.budget.operator in keeps


def judge(meter: Meter, gate: Gate) -> list[Verdict]:
    """All budgets in the order they were given, those that must hold first.

    Raises `UsageError` for a budget on drift without a target.
    """
    asked = [("fail", budget) for budget in gate.fail] + [("warn", budget) for budget in gate.warn]
    return [
        _judged(meter, gate, "fail" if level == "fail" else "warn", budget, target)
        for level, budget in asked
        for target in targets_of(budget, meter.targets)
    ]


def targets_of(budget: Budget, targets: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """What a budget is measured under: what stands after its ``for``, else every target; ``None`` is "own"."""
    if not METRICS[budget.metric].counted:
        return (None,)
    asked: tuple[str | None, ...] = targets
    if budget.target is not None:
        asked = (None if budget.target == OWN else budget.target,)
    if budget.metric == "drift" and None in asked:
        raise UsageError(f"budget {budget.text!r}: drift needs a target; add 'for MODEL' or --to MODEL")
    return asked


def report(verdicts: list[Verdict], overview: dict[str, Any]) -> Report:
    """The report of `judge`; ``overview`` says what the log holds."""
    passed = all(verdict.passed for verdict in verdicts if verdict.level == "fail")
    return Report("check", {"passed": passed, **overview, "budgets": [_entry(v) for v in verdicts]})


def values(verdicts: Sequence[Verdict]) -> dict[str, tuple[Decimal, Unit]]:
    """What a baseline keeps: every value that is known for all records."""
    return dict(_complete(verdicts))


def _complete(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, tuple[Decimal, Unit]]]:
    for verdict in verdicts:
        if verdict.value is not None and (not verdict.doubt or verdict.doubt == SAVED):
            yield verdict.key, (verdict.value, verdict.budget.unit)


def _judged(meter: Meter, gate: Gate, level: Level, budget: Budget, target: str | None) -> Verdict:
    measured = meter.measure(budget, target)
    baseline = (gate.baseline or {}).get(budget.key(target)) if budget.limit.is_relative else None
    limit = _limit(budget, baseline)
    doubt, passed = _outcome(budget, gate, measured, limit)
    culprits = Culprits()
    if not passed and measured.value is not None:
        broken = limit is not None and not holds(measured.value, budget.operator, limit)
        culprits = meter.culprits(budget, target, limit if broken else None, gate.top)
    elif not passed:
        culprits = meter.culprits(budget, target, None, gate.top)
    return Verdict(
        budget=budget,
        level=level,
        target=target,
        value=measured.value,
        limit=limit,
        baseline=baseline,
        passed=passed,
        doubt=doubt,
        is_floor=measured.is_floor,
        rests_on=measured.rests_on,
        culprits=culprits,
    )


def _outcome(budget: Budget, gate: Gate, measured: Measured, limit: Decimal | None) -> tuple[str, bool]:
    """Why a budget cannot be judged (empty: it can), and whether it passes."""
    if measured.value is None:
        return measured.doubt, gate.allow_unknown
    if limit is None and gate.saving:
        return measured.doubt or SAVED, gate.allow_unknown or not measured.doubt
    if limit is None:
        return NO_BASELINE if gate.baseline is None else NOT_IN_BASELINE, gate.allow_unknown
    held = holds(measured.value, budget.operator, limit)
    return measured.doubt, held and (gate.allow_unknown or not measured.doubt)


def _limit(budget: Budget, baseline: Decimal | None) -> Decimal | None:
    amount = budget.limit.amount
    if not budget.limit.is_relative:
        return amount.value if amount else None
    if baseline is None or amount is None:
        return baseline
    return baseline + _offset(amount, baseline, budget.unit)


def _offset(amount: Amount, baseline: Decimal, unit: Unit) -> Decimal:
    """What is added to a baseline: a percentage of it, or of a share percentage points."""
    is_part = amount.kind == "percent" and unit != "share"
    return baseline * amount.value if is_part else amount.value


def _entry(verdict: Verdict) -> dict[str, Any]:
    budget, value, limit = verdict.budget, verdict.value, verdict.limit
    unit = budget.unit
    known = value is not None and limit is not None
    difference = value - limit if value is not None and limit is not None else None
    margin = float(difference / abs(limit)) if known and difference is not None and limit else None
    return {
        "budget": budget.text,
        "level": verdict.level,
        "key": verdict.key,
        "metric": budget.metric,
        "aggregate": budget.aggregate,
        "target": verdict.target,
        "unit": unit,
        "value": None if value is None else json_value(value, unit),
        "floor": verdict.is_floor,
        "limit": None if limit is None else json_value(limit, unit),
        "baseline": None if verdict.baseline is None else json_value(verdict.baseline, unit),
        "difference": None if difference is None else json_value(difference, unit),
        "margin": margin,
        "passed": verdict.passed,
        "doubt": verdict.doubt,
        "rests_on": verdict.rests_on,
        "sure": verdict.is_sure,
        "records": verdict.culprits.records,
        "more": verdict.culprits.total - len(verdict.culprits.records),
    }
