"""How drift spreads over the records, and how tokens and cost spread over time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec
import polars as pl

from tokcount.reports.columns import Reference, column, decimal_text
from tokcount.reports.groups import groups
from tokcount.reports.measures import record_drift

MOST_BINS: Final = 20
STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
MOST_PERIODS: Final = 92


def histogram(frame: pl.DataFrame, target: str, baseline: str) -> dict[str, Any]:
    """Records by drift, in bins of one width; the outermost take what lies beyond the 1st and 99th percentile.

    ``from`` or ``to`` is ``None`` for a bin that is open to that side. The bins hold every record that has a drift.
    """
    drift = frame.select(record_drift(target, baseline))[column(target, "drift")].drop_nulls()
    if drift.is_empty():
        return {"reference": target, "records": 0, "step": None, "bins": []}
    low, high = (drift.quantile(share, "linear") or 0.0 for share in (0.01, 0.99))
    step = _step(high - low)
    first, last = math.floor(low / step), max(math.ceil(high / step), math.floor(low / step) + 1)
    places = (drift / step).floor().cast(pl.Int64).clip(first, last - 1)
    counts = dict(places.value_counts(name="n").rows())
    is_open = drift.min() < first * step, drift.max() >= last * step  # type: ignore[operator] # they are floats
    bins = [
        {
            "from": None if place == first and is_open[0] else round(place * step, 6),
            "to": None if place == last - 1 and is_open[1] else round((place + 1) * step, 6),
            "records": counts.get(place, 0),
        }
        for place in range(first, last)
    ]
    return {"reference": target, "records": len(drift), "step": step, "bins": bins}


def _step(spread: float) -> float:
    """The width of a bin: one that people count in, and a power of ten where drift is without measure."""
    fitting = (step for step in STEPS if spread / step <= MOST_BINS)
    return next(fitting, None) or float(10 ** math.ceil(math.log10(spread / MOST_BINS)))


def timeline(
    frame: pl.DataFrame, references: Sequence[Reference], costs_by_day: Iterable[dict[str, Any]]
) -> dict[str, Any]:
    """Tokens and cost by day, or by week or month where that would be more than `MOST_PERIODS`.

    ``costs_by_day`` are the groups of a cost report by day. Weeks are named by their Monday, months by their first
    day; records without a timestamp are in the period ``None``. Everything adds up to the totals.
    """
    by_day = msgspec.to_builtins(groups(frame, ("day",), references, references[0]))
    unit = _unit([entry["day"] for entry in by_day if entry["day"]])
    money = {entry["day"]: entry["references"] for entry in costs_by_day}
    periods: dict[str | None, dict[str, Any]] = {}
    for entry in by_day:
        name = _period(entry["day"], unit)
        period = periods.setdefault(name, {"period": name, "records": 0, "references": {}})
        period["records"] += entry["records"]
        priced = {cost["reference"]: cost["cost_usd"] for cost in money.get(entry["day"], ())}
        for reference in entry["references"]:
            _add(period["references"], reference, priced.get(reference["reference"]))
    found = [{**period, "references": list(period["references"].values())} for period in periods.values()]
    return {"unit": unit, "periods": found}


def _add(sums: dict[str, dict[str, Any]], entry: dict[str, Any], cost: str | None) -> None:
    label = entry["reference"]
    empty = {"reference": label, "input_tokens": 0, "output_tokens": 0, "cost_usd": None}
    known = sums.setdefault(label, empty)
    known["input_tokens"] += entry["input_tokens"] or 0
    known["output_tokens"] += entry["output_tokens"] or 0
    if cost is not None:
        known["cost_usd"] = decimal_text(Decimal(known["cost_usd"] or 0) + Decimal(cost))


def _unit(days: Sequence[str]) -> str:
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
