"""Budgets checked against saved reports: compute once, check often.

A report holds totals and some percentiles, not records. What it does not hold is not known, and neither is anything
with a `where`, unless a saved report of `check` measured exactly that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from msgspec import UNSET

from tokcount.errors import UsageError
from tokcount.models.references import OWN
from tokcount.reports.audit.report import AuditReport, Breaking
from tokcount.reports.budgets.groups import Part
from tokcount.reports.budgets.language import Budget, Group
from tokcount.reports.budgets.metric import LogTotals, Measured, Metric, Value
from tokcount.reports.budgets.metrics import METRICS
from tokcount.reports.budgets.report import CheckedBudget, CheckReport
from tokcount.reports.budgets.sources.aggregate import DIGITS
from tokcount.reports.budgets.sources.doubts import EXPECTED
from tokcount.reports.budgets.verdict import NO_BASELINE, NOT_IN_BASELINE, SAVED, Violations, reasons_text
from tokcount.reports.cost.charging.logged import logged_records
from tokcount.reports.cost.report import CostReport, ReferenceCost
from tokcount.reports.drift.report import DriftReport, PricedMeasures
from tokcount.reports.overview import not_read
from tokcount.reports.reconcile.report import ReconcileReport
from tokcount.reports.report import ModelRecords, Overview, Period, Report

Entry = PricedMeasures | ReferenceCost | ReconcileReport | Breaking
"""What holds the values of one reference; of `reconcile`, the report itself."""
OF_JUDGING: Final = (NO_BASELINE, NOT_IN_BASELINE, SAVED)
"""Reasons that a saved report has because of the baseline of its run, not because of its value."""
NOT_THERE: Final = "not in the report; check the log itself"


class ReportSource:
    """A `tokcount.reports.budgets.compute.BudgetSource` over saved reports; the first one that has a value gives it."""

    def __init__(self, reports: Sequence[Report], targets: tuple[str, ...] = ()) -> None:
        self._reports = reports
        self._targets = targets

    @property
    def targets(self) -> tuple[str | None, ...]:
        """The targets that were asked for, else those of the reports, else each record's own model."""
        found = [target for report in self._reports for target in getattr(report, "targets", ())]
        return self._targets or tuple(dict.fromkeys(found)) or (None,)

    @property
    def read(self) -> tuple[int, Mapping[str, int]]:
        """See `tokcount.reports.budgets.compute.BudgetSource`."""
        overview = next((report for report in self._reports if isinstance(report, Overview)), None)
        if overview is None:
            return 0, {}
        selection = overview.selection
        return (selection.read if selection else overview.records), overview.skipped_reasons

    def measure(self, budget: Budget, target: str | None) -> Measured:
        """See `tokcount.reports.budgets.compute.BudgetSource`."""
        for report in self._reports:
            found = _measured(report, budget, target)
            if found is not None:
                return found
        return Measured(None, NOT_THERE)

    def violations(self, budget: Budget, target: str | None, limit: Decimal | None, top: int) -> Violations:
        """The records that a saved report of `check` holds; other reports hold none."""
        key = budget.key(target)
        for entry in self._checked():
            if entry.key == key and limit is not None:
                return Violations(entry.records[:top], len(entry.records) + entry.more)
        return Violations()

    def parts(self, budget: Budget, target: str | None, _group: Group) -> list[Part]:
        """The values that a saved report of `check` holds; other reports hold none."""
        key = budget.key(target)
        found = next((entry for entry in self._checked() if entry.key == key and entry.groups), None)
        values = [(each.name, _number(each.value)) for each in found.groups] if found else []
        return [Part(name, value, name, 1, 0, None) for name, value in values if value is not None]

    def _checked(self) -> Iterable[CheckedBudget]:
        return (
            entry for report in self._reports if isinstance(report, CheckReport) for entry in report.budgets
        )


def overview_of(reports: Sequence[Report]) -> Overview:
    """What the log holds, from the first report that has it. Raises `UsageError` when none has."""
    for report in reports:
        if isinstance(report, Overview):
            return report
    raise UsageError(
        "these reports hold no values for budgets; check reads drift, cost, audit, reconcile and check."
    )


def together(reports: Sequence[Report]) -> Overview:
    """What the logs of several reports hold."""
    logs = [report for report in reports if isinstance(report, Overview)]
    starts = [each.period.start for each in logs if each.period.start]
    ends = [each.period.end for each in logs if each.period.end]
    models: Counter[str | None] = Counter()
    for each in logs:
        models.update({entry.model: entry.records for entry in each.models})
    return Overview(
        records=sum(each.records for each in logs),
        skipped=sum(each.skipped for each in logs),
        skipped_at=[place for each in logs for place in each.skipped_at],
        models=[ModelRecords(model, n) for model, n in models.most_common()],
        period=Period(
            min(starts, default=None), max(ends, default=None), sum(each.period.undated for each in logs)
        ),
        skipped_reasons=_added(each.skipped_reasons for each in logs),
        formats=_added(each.formats for each in logs),
        kinds=_added(each.kinds for each in logs),
        flags=_added(each.flags for each in logs),
    )


def _added(tallies: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in tallies:
        total.update(each)
    return dict(total.most_common())


def _measured(report: Report, budget: Budget, target: str | None) -> Measured | None:
    if isinstance(report, CheckReport):
        return _of_check(report, budget.key(target))
    if budget.where:
        return None
    metric = METRICS[budget.metric]
    if budget.aggregate in metric.of_log and isinstance(report, Overview):
        return Measured(
            metric.of_log[budget.aggregate](LogTotals(report.records, not_read(report.skipped_reasons)))
        )
    return _of_metric(report, metric, budget.aggregate, target)


def _of_check(report: CheckReport, key: str) -> Measured | None:
    for entry in report.budgets:
        if entry.key == key:
            return Measured(
                _number(entry.value),
                "" if entry.reason in OF_JUDGING else entry.reason,
                entry.is_floor,
                entry.undercounted,
                entry.assumptions,
                entry.made_from or "",
                Decimal(str(entry.unknown)),
            )
    return None


def _of_metric(report: Report, metric: Metric, aggregate: str, target: str | None) -> Measured | None:
    """The value that a report of `drift`, `cost`, `audit` or `reconcile` holds."""
    saved, entry = metric.saved.get(report.command), _entry(report, target)
    if saved is None or entry is None or aggregate not in saved.values or not (saved.own or target):
        return None
    value = _number(saved.values[aggregate](entry))
    if value is None or not isinstance(report, Overview):
        return None
    reasons = saved.undercounted(report, entry) if saved.undercounted else {}
    undercounted = reasons_text(reasons, report.records)
    is_floor = metric.undercount_is_floor and bool(undercounted)
    assumptions = ""
    if metric.unit == "usd" and isinstance(report, CostReport) and target in report.targets:
        assumptions = "; ".join(report.assumptions)
    undated = _undated(report) if aggregate == "per_month" else ""
    missing = _missing(report.records, entry)
    unknown = missing + sum(n for reason, n in reasons.items() if reason not in EXPECTED)
    unknown += report.period.undated if undated else 0
    return Measured(
        value,
        f"{missing:,} of {report.records:,} records without a value" if missing else "",
        is_floor and not undated,
        "; ".join(filter(None, (undercounted, undated))),
        assumptions,
        _made_from(report, entry, aggregate) if metric.unit == "usd" else "",
        Decimal(min(unknown, report.records)) / max(report.records, 1),
    )


def _made_from(report: Report, entry: Entry, aggregate: str) -> str:
    """The days of a projection, and the records at the amount in the log."""
    if not isinstance(report, CostReport) or not isinstance(entry, ReferenceCost):
        return ""
    texts = []
    if aggregate == "per_month" and report.monthly is not None:
        texts.append(f"projected from {report.monthly.text}")
    if entry.logged is not UNSET:
        texts.append(logged_records(entry.logged, report.records))
    return "; ".join(texts)


def _undated(report: Report) -> str:
    """Which records are not in the projection of a report because of their time; empty: none."""
    monthly = report.monthly if isinstance(report, CostReport) else None
    return "" if monthly is None or monthly.doubt is UNSET else monthly.doubt


def _entry(report: Report, target: str | None) -> Entry | None:
    """What a report holds for a target."""
    if isinstance(report, ReconcileReport):
        return report if report.compared else None
    if isinstance(report, AuditReport):
        return next((entry for entry in report.breaking if entry.reference == target), None)
    if not isinstance(report, DriftReport | CostReport):
        return None
    entries: Sequence[PricedMeasures | ReferenceCost] = report.references
    return next((entry for entry in entries if entry.reference == (target or OWN)), None)


def _missing(records: int, entry: Entry) -> int:
    """How many records have no value, where the report has their number."""
    if isinstance(entry, ReconcileReport):
        return 0
    if isinstance(entry, Breaking):
        return entry.not_compared
    return records - (entry.counted if isinstance(entry, PricedMeasures) else entry.charged)


def _number(value: Value) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    return Decimal(format(value, DIGITS)) if isinstance(value, float) else Decimal(value)
