"""What a metric is: the row that budgets, saved reports and the documentation are driven by.

The rows themselves are in `tokcount.reports.budgets.metrics`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec
import polars as pl

Unit = Literal["tokens", "records", "share", "usd"]
DerivedColumn = Literal["cost", "window", "breaks"]
"""A group of columns that `tokcount.reports.budgets.sources.from_scan` adds to a frame on demand."""

QUANTILES: Final = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
"""Percentiles, exact, with linear interpolation between the two nearest values, as everywhere in tokcount."""
ORDERED: Final = ("max", "min", *QUANTILES)
"""Aggregates that are the value of one record, or lie between two."""
DISTRIBUTION: Final = ("total", "mean", *ORDERED)
AVERAGES: Final = ("mean", "per_record")

NULL: Final = pl.lit(None, pl.String)
NEVER: Final = pl.lit(value=False)


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """A value that is the sum of ``numerator`` over the sum of ``denominator``; records with a null are left out.

    ``shown``, in ``shown_unit``: what a record that violates a budget shows; default: its own share.
    """

    numerator: pl.Expr
    denominator: pl.Expr = pl.lit(1)
    shown: pl.Expr | None = None
    shown_unit: Unit = "tokens"

    @property
    def of_record(self) -> tuple[pl.Expr, Unit]:
        """What a record shows, and its unit."""
        if self.shown is not None:
            return self.shown, self.shown_unit
        return pl.when(self.denominator != 0).then(self.numerator / self.denominator), "share"


class PerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a metric takes from each record, as polars expressions.

    ``value``, in the unit of the metric; null: the record has none. ``missing``: it ought to have one, and
    ``missing_reason`` is why it does not. ``undercounted``: why the value is too low (null: it is not).
    ``estimated``: why it is not certain in either direction (null: it is). ``note``: what else to report about a record
    that violates a budget. ``ratio``: for the aggregates in `Metric.ratios`.
    """

    value: pl.Expr
    missing: pl.Expr = NEVER
    missing_reason: pl.Expr = NULL
    undercounted: pl.Expr = NULL
    estimated: pl.Expr = NULL
    note: pl.Expr = NULL
    ratio: Ratio | None = None


class LogTotals(msgspec.Struct, frozen=True):
    """How many records were read, and how many items were skipped (``None``: not known)."""

    records: int
    skipped: int | None = 0


Value = Decimal | int | float | str | None
"""A value in a saved report; `None`: not known."""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """Where saved reports of one command hold values of a metric.

    `values`: aggregate → its value in the entry of a reference (`drift`, `cost`) or in the whole report
    (`reconcile`). `undercounted`: reason → records whose value is too low, from the report and the entry; `None`:
    there are none. `own`: the report also holds the values under each record's own model.
    """

    values: Mapping[str, Callable[[Any], Value]]
    undercounted: Callable[[Any, Any], Mapping[str, int]] | None = None
    own: bool = True


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that budgets can limit.

    ``unit`` is that of a record's value and of every aggregate, except that ``ratios`` are shares.
    """

    name: str
    doc: str
    """What it is, for the documentation: one line of Markdown."""
    unit: Unit
    aggregates: tuple[str, ...]
    """The words that may follow the name."""
    ratios: tuple[str, ...] = ()
    """Aggregates that are computed from `PerRecord.ratio`."""
    per_record: Callable[[str, str], PerRecord] | None = None
    """Labels of the reference and of the baseline → expressions; ``None``: only known for the log as a whole."""
    of_log: Mapping[str, Callable[[LogTotals], Decimal | None]] = {}
    """Aggregate → its value where it depends only on how much was read."""
    needs: frozenset[DerivedColumn] = frozenset()
    """Columns that ``per_record`` reads in addition to those of a scan."""
    also_counts: Literal["own", "baseline"] | None = None
    """What must be counted in addition to the target: each record's own model, or the baseline of the run."""
    per_model: bool = True
    """It depends on the model that a record is counted under, so a budget may have ``for``."""
    requires_target: bool = False
    """It means nothing under each record's own model."""
    undercount_is_floor: bool = True
    """An undercounted record makes the value a lower bound; otherwise the value may be off in either direction."""
    empty: Decimal | None = None
    """The value over no record at all; ``None``: not known."""
    saved: Mapping[str, Saved] = {}
    """Command → where its saved reports hold values."""

    @property
    def selectable(self) -> bool:
        """Whether it can be measured over some of the records, so a budget may have ``where``."""
        return self.per_record is not None

    def unit_of(self, aggregate: str) -> Unit:
        """The unit of one aggregate."""
        return "share" if aggregate in self.ratios else self.unit


class Measured(msgspec.Struct, frozen=True):
    """A value, and why there is none or it is not that of all records (``reason``; empty: it is).

    An incomplete value is that of the records that have one. ``undercounted`` lists how many records have a value
    that is too low or uncertain, and why (empty: none); with ``is_floor`` the value is then a lower bound.
    ``unknown``: the share of records whose value is not known, or not in full. ``assumptions``: what a cost under a
    target assumes.
    """

    value: Decimal | None
    reason: str = ""
    is_floor: bool = False
    undercounted: str = ""
    assumptions: str = ""
    made_from: str = ""
    """What the value is made from, where that is not every record at its price."""
    unknown: Decimal = Decimal(0)
