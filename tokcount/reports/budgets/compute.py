"""Budgets judged by what was measured.

A budget that cannot be judged is a broken one, unless that is allowed: nothing passes because something is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from msgspec import UNSET, structs

from tokcount.errors import UsageError
from tokcount.models.references import OWN
from tokcount.reports.budgets import groups
from tokcount.reports.budgets import report as report_types
from tokcount.reports.budgets.baseline import SavedBaseline, json_value
from tokcount.reports.budgets.groups import Change
from tokcount.reports.budgets.language import Amount, Budget, Group, holds
from tokcount.reports.budgets.metric import Measured, Unit
from tokcount.reports.budgets.metrics import METRICS
from tokcount.reports.budgets.report import CheckedBudget, CheckReport, Level, ViolatingRecord
from tokcount.reports.budgets.verdict import (
    NO_BASELINE,
    NO_GROUP,
    NOT_IN_BASELINE,
    SAVED,
    UNREAD,
    BudgetSource,
    CheckOptions,
    Verdict,
    Violations,
)
from tokcount.reports.report import Overview


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


def values(verdicts: Sequence[Verdict]) -> dict[str, str | int | float]:
    """What a baseline keeps: every value that is known for all records."""
    return {
        verdict.budget.value_key(verdict.target): json_value(verdict.value, verdict.budget.unit)
        for verdict in verdicts
        if verdict.value is not None and verdict.budget.each is None and verdict.is_known
    }


def group_values(verdicts: Sequence[Verdict], group: Group) -> dict[str, dict[str, str | int | float]]:
    """What a baseline keeps of each file or tag."""
    found: dict[str, dict[str, str | int | float]] = {}
    for verdict in verdicts:
        if group_of(verdict.budget) != group or not verdict.is_known:
            continue
        key, unit = verdict.budget.value_key(verdict.target), verdict.budget.unit
        for each in verdict.changes:
            if each.value is not None:
                found.setdefault(each.name, {})[key] = json_value(each.value, unit)
    return found


def group_of(budget: Budget) -> Group:
    """What a budget is compared by: its values for each file, or for each tag where it asks for them."""
    return budget.each or "source"


def _judged(
    source: BudgetSource, options: CheckOptions, level: Level, budget: Budget, target: str | None
) -> Verdict:
    measured = source.measure(budget, target)
    found = _changes(source, options, budget, target)
    judged = groups.worst(budget, found, partial(_limit, budget)) if budget.each else []
    baseline = (options.baseline or SavedBaseline()).values.get(budget.value_key(target))
    limit = _limit(budget, baseline)
    if budget.each:
        measured, baseline, limit = _of_worst(measured, found, judged)
    reason, passed = _outcome(budget, options, measured, limit)
    verdict = Verdict(
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
        projection=measured.projection,
        changes=found,
    )
    if passed:
        return verdict
    named = groups.broken_by(budget, judged) or _blamed(verdict)
    violations = Violations(named[: options.top], len(named))
    return structs.replace(verdict, violations=violations if named else _violating(source, options, verdict))


def _changes(source: BudgetSource, options: CheckOptions, budget: Budget, target: str | None) -> list[Change]:
    """The value of each file or tag; of none where nobody asks."""
    if budget.each is None and options.baseline is None and not options.saving:
        return []
    group = group_of(budget)
    saved = (options.baseline or SavedBaseline()).groups(group)
    return groups.changes(source.parts(budget, target, group), saved, budget.value_key(target))


def _of_worst(
    measured: Measured, found: Sequence[Change], judged: Sequence[tuple[Change, Decimal]]
) -> tuple[Measured, Decimal | None, Decimal | None]:
    """What a budget for each file or tag is judged by: the value, baseline and limit of the worst one."""
    if judged:
        worst, limit = judged[0]
        return structs.replace(measured, value=worst.value), worst.baseline, limit
    known = [each.value for each in found if each.value is not None]
    value = max(known, default=None)
    return (
        structs.replace(measured, value=value, reason=measured.reason or NO_GROUP * (not known)),
        None,
        None,
    )


def _blamed(verdict: Verdict) -> list[ViolatingRecord]:
    """The files whose growth broke a budget."""
    if not _is_beyond(verdict):
        return []
    value, limit = verdict.value or Decimal(0), verdict.limit or Decimal(0)
    return groups.blamed(verdict.budget, verdict.changes, value, limit, verdict.baseline)


def _violating(source: BudgetSource, options: CheckOptions, verdict: Verdict) -> Violations:
    """The records that violate a budget, or that have no value."""
    limit = verdict.limit if _is_beyond(verdict) else None
    return source.violations(verdict.budget, verdict.target, limit, options.top)


def _is_beyond(verdict: Verdict) -> bool:
    """Whether the value is known to be beyond the limit."""
    value, limit = verdict.value, verdict.limit
    return value is not None and limit is not None and not holds(value, verdict.budget.operator, limit)


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
        is_new = options.baseline is not None
        return NOT_IN_BASELINE if is_new else NO_BASELINE, is_new or options.allow_unknown
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
        projection=verdict.projection or UNSET,
        is_certain=verdict.is_certain,
        records=verdict.violations.records,
        more=verdict.violations.total - len(verdict.violations.records),
        groups=groups.entries(budget, verdict.changes),
    )


def _amount(value: Decimal | None, unit: Unit) -> report_types.Amount:
    return None if value is None else json_value(value, unit)
