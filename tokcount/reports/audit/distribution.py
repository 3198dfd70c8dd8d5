"""How drift is distributed over the records, and tokens and cost over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

import polars as pl

from tokcount.reports.audit.report import Bin, Histogram, PeriodSums, Timeline, TimelinePeriod
from tokcount.reports.columns import NamedReference, column, decimal_text
from tokcount.reports.cost.report import CostGroup
from tokcount.reports.drift.report import Measures
from tokcount.reports.groups import groups
from tokcount.reports.measures import record_drift

Unit = Literal["day", "week", "month"]
MOST_BINS: Final = 20
STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
MOST_PERIODS: Final = 92


def histogram(frame: pl.DataFrame, target: str, baseline: str) -> Histogram:
    """Records by drift, in bins of one width; the outermost take what lies beyond the 1st and 99th percentile.

    The bins hold every record that has a drift.
    """
    drift = (
        frame.lazy().select(record_drift(target, baseline)).collect()[column(target, "drift")].drop_nulls()
    )
    if drift.is_empty():
        return Histogram(target, 0, None, [])
    low, high = (drift.quantile(share, "linear") or 0.0 for share in (0.01, 0.99))
    step = _step(high - low)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    places = (drift / step).floor().cast(pl.Int64).clip(first, last - 1)
    counts = dict(places.value_counts(name="n").rows())
    is_open = drift.min() < first * step, drift.max() >= last * step  # type: ignore[operator] # they are floats
    bins = [
        Bin(
            start=None if place == first and is_open[0] else round(place * step, 6),
            end=None if place == last - 1 and is_open[1] else round((place + 1) * step, 6),
            records=counts.get(place, 0),
        )
        for place in range(first, last)
    ]
    return Histogram(target, len(drift), step, bins)


def _step(spread: float) -> float:
    """The width of a bin: a round number, and a power of ten where drift is extremely large."""
    fitting = (step for step in STEPS if spread / step <= MOST_BINS)
    return next(fitting, None) or float(10 ** math.ceil(math.log10(spread / MOST_BINS)))


def timeline(
    frame: pl.DataFrame, references: Sequence[NamedReference], costs_by_day: Iterable[CostGroup]
) -> Timeline:
    """Tokens and cost by day, or by week or month where that would be more than `MOST_PERIODS`.

    `costs_by_day` are the groups of a cost report by day. Weeks are named by their Monday, months by their first
    day; records without a timestamp are in the period `None`. Everything adds up to the totals.
    """
    by_day = groups(frame, ("day",), references, references[0])
    unit = _unit([group.day for group in by_day if group.day])
    money = {
        (group.day, cost.reference): cost.cost_usd for group in costs_by_day for cost in group.references
    }
    periods: dict[str | None, TimelinePeriod] = {}
    for group in by_day:
        name = _period(group.day or None, unit)
        priced = [money.get((group.day, entry.reference)) for entry in group.references]
        sums = [_sums(entry, cost) for entry, cost in zip(group.references, priced, strict=True)]
        added = TimelinePeriod(name, group.records, sums)
        periods[name] = _together(periods[name], added) if name in periods else added
    return Timeline(unit, list(periods.values()))


def _sums(entry: Measures, cost_usd: str | None) -> PeriodSums:
    return PeriodSums(entry.reference, entry.input_tokens or 0, entry.output_tokens or 0, cost_usd)


def _together(one: TimelinePeriod, other: TimelinePeriod) -> TimelinePeriod:
    sums = [
        PeriodSums(
            a.reference,
            a.input_tokens + b.input_tokens,
            a.output_tokens + b.output_tokens,
            _sum_of_known(a.cost_usd, b.cost_usd),
        )
        for a, b in zip(one.references, other.references, strict=True)
    ]
    return TimelinePeriod(one.period, one.records + other.records, sums)


def _sum_of_known(one: str | None, other: str | None) -> str | None:
    known = [Decimal(amount) for amount in (one, other) if amount is not None]
    return decimal_text(sum(known, Decimal(0))) if known else None


def _unit(days: Sequence[str]) -> Unit:
    if len(days) < 2:
        return "day"
    span = (date.fromisoformat(max(days)) - date.fromisoformat(min(days))).days + 1
    return "day" if span <= MOST_PERIODS else "week" if span <= 7 * MOST_PERIODS else "month"


def _period(day: str | None, unit: str) -> str | None:
    if day is None or unit == "day":
        return day
    first = date.fromisoformat(day)
    first = first.replace(day=1) if unit == "month" else first - timedelta(days=first.weekday())
    return first.isoformat()
