"""From the values of records to that of a budget, for all records at once or for each group of them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec
import polars as pl

from tokcount.reports.budgets.groups import Part, project_name
from tokcount.reports.budgets.language import Budget, Group
from tokcount.reports.budgets.metric import AVERAGES, QUANTILES, Metric, PerRecord, Unit
from tokcount.reports.budgets.metrics import METRICS
from tokcount.reports.columns import total
from tokcount.reports.cost.charging.amounts import usd
from tokcount.reports.period import DECIMALS, MonthlyProjection

DIGITS: Final = ".12g"
"""Fractions are rounded to twelve digits, so that a value of 10 % equals a limit of 10 %."""

PLACE: Final = ("source", "line", "index", "model")


class Aggregation(msgspec.Struct, frozen=True):
    """How a budget's value is made: sums and quantiles of a frame, which `value_of` turns into the value."""

    budget: Budget
    taken: PerRecord
    projection: MonthlyProjection | None = None
    """How totals become those of a month; for `per_month` only."""

    @property
    def terms(self) -> dict[str, pl.Expr]:
        """What to compute: `n` is the number of records with a value, `a` and `b` depend on the aggregate."""
        value, aggregate = self.taken.value, self.budget.aggregate
        if self._ratio is not None:
            part, whole = self._ratio.numerator, self._ratio.denominator
            both = part.is_not_null() & whole.is_not_null()
            return {
                "n": both.sum(),
                "a": total(pl.when(both).then(part)),
                "b": total(pl.when(both).then(whole)),
            }
        term = total(value)
        if self.projection is not None:
            term = total(pl.when(self.projection.records()).then(value))
        elif aggregate in QUANTILES:
            term = value.cast(pl.Float64).quantile(QUANTILES[aggregate], "linear")
        elif aggregate in ("max", "min"):
            term = value.max() if aggregate == "max" else value.min()
        elif self._metric.unit == "share":
            term = value.mean()
        return {"n": value.count(), "a": term, "b": pl.lit(None)}

    def value_of(self, computed: Mapping[str, Any]) -> Decimal | None:
        """The value from the computed terms; `None`: no record has one."""
        if not computed["n"]:
            return self._metric.empty
        if self._ratio is not None:
            return Decimal(computed["a"]) / computed["b"] if computed["b"] else None
        value = decimal_of(computed["a"], self._metric.unit)
        if self.projection is not None:
            monthly = self.projection.monthly(value)
            return self._metric.empty if monthly is None else monthly
        is_mean = self.budget.aggregate in AVERAGES and self._metric.unit != "share"
        return round(value / computed["n"], DECIMALS) if is_mean else value

    @property
    def _metric(self) -> Metric:
        return METRICS[self.budget.metric]

    @property
    def _ratio(self) -> Any:
        return self.taken.ratio if self.budget.aggregate in self._metric.ratios else None


def value_of(rows: pl.DataFrame, aggregation: Aggregation) -> Decimal | None:
    """The value over all rows; `None`: no record has one."""
    return aggregation.value_of(rows.select(**aggregation.terms).row(0, named=True))


def grouped(rows: pl.DataFrame, group: Group) -> pl.DataFrame:
    """The rows with the name of their file, or once for each of their tags, as `group`."""
    if group == "tag":
        tags = pl.col("tags").str.split(",").list.unique(maintain_order=True)
        return rows.with_columns(group=tags).explode("group").filter(pl.col("group") != "")
    names = {source: project_name(source) for source in rows["source"].unique()}
    return rows.with_columns(group=pl.col("source").replace_strict(names, return_dtype=pl.String))


def parts_of(rows: pl.DataFrame, aggregation: Aggregation) -> list[Part]:
    """The value of each `group` of rows, with the place of its first record."""
    places = {name: pl.col(name).first() for name in PLACE}
    table = rows.group_by("group", maintain_order=True).agg(**aggregation.terms, **places)
    return [
        Part(row["group"], aggregation.value_of(row), *(row[name] for name in PLACE))
        for row in table.iter_rows(named=True)
    ]


def decimal_of(value: Any, unit: Unit) -> Decimal:
    """A value of a frame as a number; money is stored in units of `tokcount.reports.cost.charging.amounts.UNIT`."""
    number = Decimal(format(value, DIGITS)) if isinstance(value, float) else Decimal(int(value))
    return usd(int(number)) if unit == "usd" else number
