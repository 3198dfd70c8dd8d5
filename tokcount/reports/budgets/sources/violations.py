"""Which records violate a budget: those beyond the limit, or of a sum or a ratio the fewest that make up the excess."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import polars as pl

from tokcount.reports.budgets.baseline import json_value
from tokcount.reports.budgets.language import Budget
from tokcount.reports.budgets.metric import AVERAGES, ORDERED, PerRecord, Ratio, Unit
from tokcount.reports.budgets.metrics import METRICS
from tokcount.reports.budgets.report import ViolatingRecord
from tokcount.reports.budgets.sources.aggregate import decimal_of
from tokcount.reports.budgets.verdict import Violations
from tokcount.reports.cost.charging.amounts import UNIT


class Shown(msgspec.Struct, frozen=True):
    """What a violating record shows: a value in a unit, and a note."""

    value: pl.Expr
    unit: Unit
    note: pl.Expr


def missing(rows: pl.DataFrame, taken: PerRecord, budget: Budget, top: int) -> Violations:
    """The records that ought to have a value and have none."""
    shown = Shown(taken.value, METRICS[budget.metric].unit, taken.missing_reason)
    return _listed(rows.filter(taken.missing), shown, top)


def breaking(
    rows: pl.DataFrame, taken: PerRecord, budget: Budget, limit: Decimal, *, over: bool, top: int
) -> Violations:
    """The records that push a value over its ``limit``, or under it, the worst first."""
    metric, aggregate = METRICS[budget.metric], budget.aggregate
    if taken.ratio is not None and aggregate in metric.ratios:
        return _of_ratio(rows, taken.ratio, taken.note, limit, over=over, top=top)
    value, bound = taken.value.cast(pl.Float64), _in_frame(limit, metric.unit)
    shown = Shown(taken.value, metric.unit, taken.note)
    if aggregate in ORDERED:
        beyond = rows.filter(value > bound if over else value < bound)
        return _listed(beyond.sort(taken.value, descending=over, maintain_order=True), shown, top)
    if not over:
        return Violations()
    if aggregate in AVERAGES:
        return _fewest(rows, value - bound, 0.0, shown, top)
    return _fewest(rows, value, bound, shown, top)


def skipped_item(source: str, line: int, note: str) -> ViolatingRecord:
    """A skipped item as a violation."""
    return ViolatingRecord(
        source=source, line=line, index=0, model=None, value=None, note=note, unit="records"
    )


def _of_ratio(
    rows: pl.DataFrame, ratio: Ratio, note: pl.Expr, limit: Decimal, *, over: bool, top: int
) -> Violations:
    excess = ratio.numerator - float(limit) * ratio.denominator
    return _fewest(rows, excess if over else -excess, 0.0, Shown(*ratio.of_record, note), top)


def _fewest(rows: pl.DataFrame, excess: pl.Expr, allowed: float, shown: Shown, top: int) -> Violations:
    """The records with the largest excess, as many as make up what the total exceeds ``allowed`` by."""
    sized = rows.with_columns(excess.cast(pl.Float64).alias("excess"), shown.value.abs().alias("size"))
    needed = float(sized["excess"].sum()) - allowed
    adding = sized.filter(pl.col("excess") > 0)
    ordered = adding.sort("excess", "size", descending=True, nulls_last=True, maintain_order=True)
    before = pl.col("excess").cum_sum().shift(1, fill_value=0.0)
    return _listed(ordered.filter(before < needed), shown, top)


def _listed(rows: pl.DataFrame, shown: Shown, top: int) -> Violations:
    first = rows.head(top).select("source", "line", "index", "model", value=shown.value, note=shown.note)
    return Violations([_record(row, shown.unit) for row in first.iter_rows(named=True)], rows.height)


def _record(row: dict[str, Any], unit: Unit) -> ViolatingRecord:
    value = None if row["value"] is None else json_value(decimal_of(row["value"], unit), unit)
    return ViolatingRecord(**{**row, "value": value}, unit=unit)


def _in_frame(limit: Decimal, unit: Unit) -> float:
    return float(limit / UNIT) if unit == "usd" else float(limit)
