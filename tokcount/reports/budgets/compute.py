"""Budgets judged by what was measured.

A budget that cannot be judged is a broken one, unless that is allowed: nothing passes because something is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from msgspec import UNSET, structs

from tokcount.document.values import MINUS, show
from tokcount.errors import UsageError
from tokcount.models.references import OWN
from tokcount.reports.budgets import groups
from tokcount.reports.budgets import report as report_types
from tokcount.reports.budgets.baseline import SavedBaseline, json_value
from tokcount.reports.budgets.groups import Change
from tokcount.reports.budgets.language import Amount, Budget
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
from tokcount.reports.columns import decimal_text
from tokcount.reports.report import Overview

CAN_ONLY_GROW: Final = ("total", "max")
"""Aggregates that are lower bounds where a part of the log was not read."""


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


def judge_each(sources: Mapping[str, BudgetSource], options: CheckOptions) -> list[Verdict]:
    """`judge` for saved reports, by name: a budget is judged once for each value that they have, never by the first.

    Reports that do not have the value are not judged unless none has it.
    """
    judged = {name: judge(source, options) for name, source in sources.items()}
    found: dict[tuple[Level, str, str], dict[str, Verdict]] = {}
    for name, verdicts in judged.items():
        for verdict in verdicts:
            found.setdefault((verdict.level, verdict.budget.text, verdict.key), {})[name] = verdict
    return [verdict for by_report in found.values() for verdict in _distinct(by_report)]


def _distinct(by_report: Mapping[str, Verdict]) -> list[Verdict]:
    """The verdicts about different values, with the names of their reports where there are several."""
    known = {name: verdict for name, verdict in by_report.items() if verdict.value is not None}
    first = next(iter((known or by_report).values()))
    if all((each.value, each.passed) == (first.value, first.passed) for each in known.values()):
        return [first]
    return [structs.replace(verdict, report=name) for name, verdict in known.items()]


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
    measured = _with_unread(source, options, budget, measured)
    verdict = Verdict(
        budget=budget,
        level=level,
        target=target,
        value=measured.value,
        limit=limit,
        baseline=baseline,
        passed=False,
        reason=measured.reason,
        is_floor=measured.is_floor,
        undercounted=measured.undercounted,
        assumptions=measured.assumptions,
        made_from=measured.made_from,
        changes=found,
        unknown=measured.unknown,
    )
    verdict = _outcome(options, verdict)
    if verdict.passed:
        return verdict
    named = groups.broken_by(budget, judged) or _blamed(verdict)
    violations = Violations(named[: options.top], len(named))
    return structs.replace(verdict, violations=violations if named else _violating(source, options, verdict))


def _changes(source: BudgetSource, options: CheckOptions, budget: Budget, target: str | None) -> list[Change]:
    """The value of each file or tag; of none where nobody asks."""
    if budget.each is None and options.baseline is None and not options.saving:
        return []
    group = groups.group_of(budget)
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
    if not verdict.is_beyond:
        return []
    value, limit = verdict.value or Decimal(0), verdict.limit or Decimal(0)
    return groups.blamed(verdict.budget, verdict.changes, value, limit, verdict.baseline)


def _violating(source: BudgetSource, options: CheckOptions, verdict: Verdict) -> Violations:
    """The records that violate a budget, or that have no value."""
    limit = verdict.limit if verdict.is_beyond else None
    return source.violations(verdict.budget, verdict.target, limit, options.top)


def _with_unread(source: BudgetSource, options: CheckOptions, budget: Budget, measured: Measured) -> Measured:
    """What was measured, with the share of the log that was not read as a doubt."""
    records, reasons = source.read
    unread = sum(reasons.get(reason, 0) for reason in UNREAD)
    items = records + sum(reasons.values())
    is_about_log = METRICS[budget.metric].per_record is None
    if is_about_log or unread <= options.accepted_unread * items:
        return measured
    text = f"{unread:,} of {items:,} items were not read"
    can_only_grow = budget.aggregate in CAN_ONLY_GROW and budget.unit != "share"
    parts = [text, measured.undercounted] if text not in measured.undercounted else [measured.undercounted]
    return structs.replace(
        measured,
        undercounted="; ".join(filter(None, parts)),
        is_floor=can_only_grow and (measured.is_floor or not measured.undercounted),
        unknown=max(measured.unknown, Decimal(unread) / items),
    )


def _outcome(options: CheckOptions, verdict: Verdict) -> Verdict:
    """Whether a budget passes, and why it cannot be judged, where it cannot.

    Within its limit it is broken if more is unknown than is allowed, unless that could not change the verdict.
    """
    allowed = options.allow_unknown or verdict.budget.allow_unknown
    reason, is_new = verdict.reason, options.baseline is not None
    if verdict.value is None:
        return structs.replace(verdict, passed=allowed)
    if verdict.limit is None and options.saving:
        return structs.replace(verdict, reason=reason or SAVED, passed=allowed or not reason)
    if verdict.limit is None:
        return structs.replace(
            verdict, reason=NOT_IN_BASELINE if is_new else NO_BASELINE, passed=is_new or allowed
        )
    known = structs.replace(verdict, passed=not verdict.is_beyond)
    if not known.passed or known.is_certain or allowed or verdict.unknown <= options.most_unknown:
        return known
    return structs.replace(verdict, passed=False)


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
        exceeded=verdict.is_beyond,
        allowed=_allowed(budget),
        each=budget.each,
        margin=margin,
        passed=verdict.passed,
        reason=verdict.reason,
        undercounted=verdict.undercounted,
        assumptions=verdict.assumptions,
        made_from=verdict.made_from or UNSET,
        is_certain=verdict.is_certain,
        records=verdict.violations.records,
        more=verdict.violations.total - len(verdict.violations.records),
        groups=groups.entries(budget, verdict.changes),
        unknown=float(verdict.unknown),
        report=verdict.report,
    )


def _allowed(budget: Budget) -> str:
    """The growth against the baseline that a budget allows, for people."""
    amount = budget.limit.amount
    if not budget.limit.is_relative:
        return ""
    if amount is None:
        return "+0"
    if amount.kind == "percent":
        number = decimal_text(abs(amount.value * 100))
        sign = MINUS if amount.value < 0 else "+"
        return f"{sign}{number} {'points' if budget.unit == 'share' else '%'}"
    return show(decimal_text(amount.value), "usd_change" if budget.unit == "usd" else "change")


def _amount(value: Decimal | None, unit: Unit) -> report_types.Amount:
    return None if value is None else json_value(value, unit)
