"""Budgets measured over saved reports: compute once, check often.

A report holds totals and some percentiles, not records: what it does not hold is not known, and neither is anything
with a ``where``, unless a saved report of ``check`` measured just that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from tokcount.models.references import OWN
from tokcount.reports.budgets.language import Budget
from tokcount.reports.budgets.meter import Culprits, Measured, resting
from tokcount.reports.budgets.violations import DIGITS
from tokcount.reports.columns import QUANTITIES
from tokcount.reports.cost.usage import PARTIAL
from tokcount.reports.report import Report

Entry = dict[str, Any]
"""The JSON object of one reference."""
OVERVIEW: Final = (
    *("records", "skipped", "skipped_reasons", "skipped_at", "formats", "kinds", "models", "flags", "period"),
)
NOT_THERE: Final = "not in the report; check the log itself"


class ReportMeter:
    """A `tokcount.reports.budgets.meter.Meter` over saved reports; the first one that knows a value gives it."""

    def __init__(self, reports: Sequence[Report], targets: tuple[str, ...] = ()) -> None:
        self._reports = reports
        self._targets = targets

    @property
    def targets(self) -> tuple[str | None, ...]:
        """The targets that were asked for, else those of the reports, else each record's own model."""
        found = [target for report in self._reports for target in report.data.get("targets", ())]
        return self._targets or tuple(dict.fromkeys(found)) or (None,)

    def measure(self, budget: Budget, target: str | None) -> Measured:
        """See `tokcount.reports.budgets.meter.Meter`."""
        for report in self._reports:
            found = _measured(report, budget, target)
            if found is not None:
                return found
        return Measured(None, NOT_THERE)

    def culprits(self, budget: Budget, target: str | None, limit: Decimal | None, top: int) -> Culprits:
        """The records that a saved report of ``check`` holds; other reports hold none."""
        key = budget.key(target)
        for entry in self._checked():
            if entry["key"] == key and limit is not None:
                records = entry["records"]
                return Culprits(records[:top], len(records) + entry["more"])
        return Culprits()

    def _checked(self) -> Iterable[Entry]:
        return (
            entry for report in self._reports if report.command == "check" for entry in report.data["budgets"]
        )


def overview_of(reports: Sequence[Report]) -> dict[str, Any]:
    """What the log holds, as the first report that says so does."""
    for report in reports:
        if "kinds" in report.data:
            return {key: report.data[key] for key in OVERVIEW if key in report.data}
    return {}


def _measured(report: Report, budget: Budget, target: str | None) -> Measured | None:
    if report.command == "check":
        return _of_check(report, budget.key(target))
    if budget.where or (budget.metric == "output_tokens" and target is None):
        return None  # a report has no selections, and of the own model's output only what was counted, not billed
    name = f"{budget.metric}.{budget.aggregate}"
    data = report.data
    if name in LOG_VALUES and "records" in data:
        return Measured(_number(LOG_VALUES[name](data)))
    if report.command == "reconcile":
        return Measured(_number(RECONCILED[name](data))) if name in RECONCILED and data["compared"] else None
    table = {"drift": DRIFTED, "cost": COSTED}.get(report.command, {})
    if name not in table:
        return None
    entries = {entry["reference"]: entry for entry in data["references"]}
    entry = entries.get(target or OWN)
    value = None if entry is None else table[name](entry)
    if entry is None or value is None:
        return None
    return Measured(_number(value), _doubt(data, entry), *_lows(data, entry, name))


def _of_check(report: Report, key: str) -> Measured | None:
    for entry in report.data["budgets"]:
        if entry["key"] == key:
            rests_on = entry.get("rests_on", "")
            return Measured(_number(entry["value"]), entry["doubt"], entry["floor"], rests_on)
    return None


def _doubt(data: dict[str, Any], entry: Entry) -> str:
    """Which records of a report have no value, as the report says."""
    known = entry.get("counted", entry.get("priced", data["records"]))
    missing = data["records"] - known
    return f"{missing:,} of {data['records']:,} records without a value" if missing else ""


def _lows(data: dict[str, Any], entry: Entry, name: str) -> tuple[bool, str]:
    """Whether a value is a floor, and how many records count for less than they are."""
    if name in COSTED:
        return bool(entry["floor"]), resting(entry["low"], data["records"])
    if name.startswith(("output_tokens", "estimated")):
        return False, ""
    partial = entry["basis"]["partial"]
    if name.startswith("drift"):  # what is missing under one reference is missing under the other
        partial = max(partial, data["references"][0]["basis"]["partial"])
    told = resting({PARTIAL: partial}, data["records"])
    return bool(told) and name.endswith("_tokens.total"), told


def _share(part: Any, whole: Any) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _number(value: Any) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        return value
    return Decimal(format(value, DIGITS)) if isinstance(value, float) else Decimal(value)


def _of_basis(entry: Entry) -> tuple[int, int]:
    tokens = entry["basis_tokens"]
    return sum(tokens.values()) - tokens["exact"], sum(tokens.values())


def _largest_residual(data: dict[str, Any]) -> int:
    ends = ("residual_min", "residual_max")
    return max(abs(int(group[end])) for group in data["groups"] for end in ends)


LOG_VALUES: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "records.total": lambda data: data["records"],
    "skipped.total": lambda data: data.get("skipped"),
    "skipped.share": lambda data: _share(data.get("skipped", 0), data.get("skipped", 0) + data["records"]),
}
DRIFTED: Final[dict[str, Callable[[Entry], Any]]] = {
    **{f"{name}.total": itemgetter(name) for name in QUANTITIES},
    "framing.share": lambda entry: _share(entry["framing_tokens"] or 0, entry["input_tokens"]),
    "drift.total": lambda entry: entry["drift"],
    "drift.p50": lambda entry: entry["drift_p50"],
    "drift.p95": lambda entry: entry["drift_p95"],
    "drift.max": lambda entry: entry["drift_max"],
    "estimated.total": lambda entry: _of_basis(entry)[0],
    "estimated.share": lambda entry: _share(*_of_basis(entry)),
}
COSTED: Final[dict[str, Callable[[Entry], Any]]] = {
    "cost.total": lambda entry: entry["cost_usd"],
    "cost.per_month": lambda entry: entry["monthly_usd"],
    "unpriced.total": lambda entry: sum(item["records"] for item in entry["unpriced"]),
}
RECONCILED: Final[dict[str, Callable[[dict[str, Any]], Any]]] = {
    "residual.exact": lambda data: _share(data["exact"], data["compared"]),
    "residual.max": _largest_residual,
}
"""Budget → where its value stands in a report of that command."""
