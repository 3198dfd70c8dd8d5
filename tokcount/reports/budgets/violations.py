"""Which records broke a budget: those beyond the limit, or of a sum or a ratio the fewest that make up the excess."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import polars as pl

from tokcount.reports.budgets.baseline import json_value
from tokcount.reports.budgets.language import Budget
from tokcount.reports.budgets.meter import Culprits
from tokcount.reports.budgets.metrics import METRICS, ORDERED, Unit
from tokcount.reports.budgets.samples import Sample
from tokcount.reports.cost.prices import UNIT, usd

DIGITS: Final = ".12g"
"""Values that are no whole numbers are rounded to twelve digits, so that ten per cent is 10 %."""
AVERAGES: Final = ("mean", "per_record")


def decimal_of(value: Any, unit: Unit) -> Decimal:
    """A value of a frame as a number; money stands there in units of `tokcount.reports.cost.prices.UNIT`."""
    number = Decimal(format(value, DIGITS)) if isinstance(value, float) else Decimal(int(value))
    return usd(int(number)) if unit == "usd" else number


def missing(rows: pl.DataFrame, sample: Sample, top: int) -> Culprits:
    """The records that ought to have a value and have none."""
    return _listed(rows.filter(sample.missing), sample.value, sample.unit, sample.why, top)


def breaking(
    rows: pl.DataFrame, sample: Sample, budget: Budget, limit: Decimal, *, over: bool, top: int
) -> Culprits:
    """The records that push a value over its ``limit``, or under it, the worst first."""
    if budget.aggregate in METRICS[budget.metric].ratios:
        return _of_ratio(rows, sample, limit, over=over, top=top)
    if budget.aggregate in ORDERED:
        return _beyond(rows, sample, limit, over=over, top=top)
    if not over:
        return Culprits()
    value, bound = sample.value.cast(pl.Float64), _in_frame(limit, sample.unit)
    if budget.aggregate in AVERAGES:
        return _fewest(rows, value - bound, 0.0, (sample.value, sample.unit, sample.note), top)
    return _fewest(rows, value, bound, (sample.value, sample.unit, sample.note), top)


def place_entry(source: str, line: int, note: str) -> dict[str, Any]:
    """The JSON object of a place that is no record."""
    place = {"source": source, "line": line, "index": 0, "model": None}
    return {**place, "value": None, "unit": "records", "note": note}


def _beyond(rows: pl.DataFrame, sample: Sample, limit: Decimal, *, over: bool, top: int) -> Culprits:
    bound, value = _in_frame(limit, sample.unit), sample.value.cast(pl.Float64)
    beyond = rows.filter(value > bound if over else value < bound)
    ordered = beyond.sort(sample.value, descending=over, maintain_order=True)
    return _listed(ordered, sample.value, sample.unit, sample.note, top)


def _of_ratio(rows: pl.DataFrame, sample: Sample, limit: Decimal, *, over: bool, top: int) -> Culprits:
    excess = sample.part - float(limit) * sample.whole
    shown = sample.part if sample.shown is None else sample.shown
    return _fewest(rows, excess if over else -excess, 0.0, (shown, sample.shown_unit, sample.note), top)


def _fewest(
    rows: pl.DataFrame, excess: pl.Expr, allowed: float, shown: tuple[pl.Expr, Unit, pl.Expr], top: int
) -> Culprits:
    """The records with the largest excess, as many as it takes to make up what is not allowed of all."""
    sized = rows.with_columns(excess.cast(pl.Float64).alias("excess"), shown[0].abs().alias("size"))
    needed = float(sized["excess"].sum()) - allowed
    adding = sized.filter(pl.col("excess") > 0)
    ordered = adding.sort("excess", "size", descending=True, nulls_last=True, maintain_order=True)
    before = pl.col("excess").cum_sum().shift(1, fill_value=0.0)
    return _listed(ordered.filter(before < needed), *shown, top)


def _listed(rows: pl.DataFrame, shown: pl.Expr, unit: Unit, note: pl.Expr, top: int) -> Culprits:
    first = rows.head(top).select("source", "line", "index", "model", value=shown, note=note)
    return Culprits([_entry(row, unit) for row in first.iter_rows(named=True)], rows.height)


def _entry(row: dict[str, Any], unit: Unit) -> dict[str, Any]:
    value = None if row["value"] is None else json_value(decimal_of(row["value"], unit), unit)
    return {**row, "value": value, "unit": unit}


def _in_frame(limit: Decimal, unit: Unit) -> float:
    return float(limit / UNIT) if unit == "usd" else float(limit)
