"""Budgets measured over the counted records of a scan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import ENCODINGS
from tokcount.models.references import OWN
from tokcount.reports.budgets import violations as budget_culprits
from tokcount.reports.budgets.language import Budget, Condition
from tokcount.reports.budgets.meter import Culprits, Measured, is_over, resting
from tokcount.reports.budgets.metrics import METRICS, QUANTILES
from tokcount.reports.budgets.samples import Sample, sample, selection
from tokcount.reports.budgets.violations import AVERAGES, decimal_of
from tokcount.reports.columns import column
from tokcount.reports.cost.compute import DAYS_A_MONTH
from tokcount.reports.cost.prices import NO_TOKENS, PriceBook
from tokcount.reports.cost.usage import with_usage
from tokcount.reports.overview import SkippedSummary

COST: Final = "cost"
"""Money in units of `tokcount.reports.cost.prices.UNIT`; null: no price or no tokens."""
UNPRICED: Final = "unpriced"
"""Why a record has no cost; means nothing where it has one."""
LOW: Final = "low"
"""Why a cost is a floor: the log does not show everything that is charged; null: it does."""
WINDOW: Final = "window"
"""Tokens that the model takes as input; null: not known."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What measuring rests on besides the records.

    ``baseline`` is the reference that drift is measured from. ``as_of`` prices everything as on that day; without it
    records are priced at their own day and targets at ``today``.
    """

    baseline: str = OWN
    targets: tuple[str, ...] = ()
    today: date
    as_of: date | None = None
    records_per_month: int | None = None
    assume_model: str | None = None
    catalog: Catalog | None = None


class Ledger:
    """Adds columns ``LABEL:…`` to a frame when they are asked for."""

    def __init__(self, terms: Terms) -> None:
        self._assume_model = terms.assume_model
        self._catalog = terms.catalog or catalogs.default()
        self._book = PriceBook(
            self._catalog, today=terms.today, as_of=terms.as_of, assume_model=terms.assume_model
        )

    def with_costs(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """The frame with ``LABEL:cost``, ``LABEL:unpriced``, ``LABEL:low``; charged as for a cost report."""
        own = column(OWN, "input_tokens") in frame.columns
        usage = with_usage(frame, label, OWN if own else label, None)
        placed = self._book.place(frame, label)
        requests = frame["requests"] if "requests" in frame.columns else None
        charges = self._book.charge(usage, placed["price"], requests)
        reason = placed["reason"].fill_null(NO_TOKENS)
        return frame.with_columns(
            charges["cost"].alias(column(label, COST)),
            reason.alias(column(label, UNPRICED)),
            usage["low"].alias(column(label, LOW)),
        )

    def with_windows(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """The frame with ``LABEL:window``: of each record's own model, or of one model for all."""
        name = column(label, WINDOW)
        if label != OWN:
            return frame.with_columns(pl.lit(self._window(label), pl.Int64).alias(name))
        models = frame["model"].unique()
        windows = pl.Series(name, [self._window(model) for model in models], pl.Int64)
        table = pl.DataFrame([models, windows])
        return frame.join(table, on="model", how="left", nulls_equal=True, maintain_order="left")

    def _window(self, model: str | None) -> int | None:
        for name in (model, self._assume_model):
            found = names.find(name, self._catalog) if name and name not in ENCODINGS else None
            if found is not None:
                return found.model.max_input or found.model.context_window
        return None


def months(frame: pl.DataFrame, records_per_month: int | None) -> Decimal | None:
    """What a log is to be multiplied by to make a month: by a number of records, else by the days that it spans.

    ``None`` when no record says when it was.
    """
    if records_per_month is not None:
        return Decimal(records_per_month) / max(frame.height, 1)
    days = frame["timestamp"].dt.date().drop_nulls()
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    return DAYS_A_MONTH / ((last - first).days + 1)


NO_RECORD: Final = "no record is selected"
NO_VALUE: Final = "no record has a value"
NO_PERIOD: Final = "no timestamps to project from; give --records-per-month"
DECIMALS: Final = 12
"""Averages and projections are rounded; sums are exact."""


class FrameMeter:
    """A `tokcount.reports.budgets.meter.Meter` over a frame as a scan makes it.

    The frame has the counts of all references that budgets name, and of ``own``, each record's own model, where some
    budget needs it.
    """

    def __init__(self, frame: pl.DataFrame, skipped: SkippedSummary, terms: Terms) -> None:
        self._frame = frame
        self._skipped = skipped
        self._terms = terms
        self._ledger = Ledger(terms)
        self._selections: dict[tuple[Condition, ...], pl.DataFrame] = {}

    @property
    def targets(self) -> tuple[str | None, ...]:
        """The targets of the run, else each record's own model."""
        return self._terms.targets or (None,)

    def measure(self, budget: Budget, target: str | None) -> Measured:
        """See `tokcount.reports.budgets.meter.Meter`."""
        if budget.metric == "skipped":
            return self._measure_skipped(budget.aggregate)
        rows, taken = self._rows(budget, target)
        if not rows.height and budget.metric != "records":
            return Measured(None, NO_RECORD)
        value = self._aggregate(rows, taken, budget)
        missing = rows.select(taken.missing.cast(pl.Int64).sum()).item() if rows.height else 0
        if missing:
            doubt = f"{missing:,} of {rows.height:,} records without a value"
            return Measured(value, doubt, *_lows(rows, taken))
        if value is None:
            return Measured(None, NO_PERIOD if budget.aggregate == "per_month" else NO_VALUE)
        return Measured(value, "", *_lows(rows, taken))

    def culprits(self, budget: Budget, target: str | None, limit: Decimal | None, top: int) -> Culprits:
        """See `tokcount.reports.budgets.meter.Meter`."""
        if budget.metric == "skipped":
            return self._skipped_places(top)
        rows, taken = self._rows(budget, target)
        value = self._aggregate(rows, taken, budget)
        if limit is None or value is None:
            return budget_culprits.missing(rows, taken, top)
        over = is_over(value, budget.operator, limit)
        factor = self._months() if budget.aggregate == "per_month" else None
        return budget_culprits.breaking(
            rows, taken, budget, limit / factor if factor else limit, over=over, top=top
        )

    def _rows(self, budget: Budget, target: str | None) -> tuple[pl.DataFrame, Sample]:
        """The records that a budget selects, with the columns it needs, and what it takes from each."""
        label = target or OWN
        if budget.metric in ("cost", "unpriced") and column(label, COST) not in self._frame.columns:
            self._replace(self._ledger.with_costs(self._frame, label))
        if budget.metric == "context" and column(label, WINDOW) not in self._frame.columns:
            self._replace(self._ledger.with_windows(self._frame, label))
        return self._selected(budget.where), sample(budget.metric, label, self._terms.baseline)

    def _replace(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self._selections.clear()

    def _selected(self, where: tuple[Condition, ...]) -> pl.DataFrame:
        if not where:
            return self._frame
        if where not in self._selections:
            self._selections[where] = self._frame.filter(selection(where))
        return self._selections[where]

    def _aggregate(self, rows: pl.DataFrame, taken: Sample, budget: Budget) -> Decimal | None:
        aggregate = budget.aggregate
        if aggregate in METRICS[budget.metric].ratios:
            return _ratio(rows, taken)
        values = rows.select(value=taken.value)["value"].drop_nulls()
        if not len(values):
            return Decimal(0) if budget.metric == "records" else None
        if aggregate in QUANTILES:
            value = values.cast(pl.Float64).quantile(QUANTILES[aggregate], "linear")
            return decimal_of(value, taken.unit)
        if aggregate in ("max", "min"):
            return decimal_of(values.max() if aggregate == "max" else values.min(), taken.unit)
        if values.dtype.is_float():
            return decimal_of(values.mean(), taken.unit)
        return self._of_sum(decimal_of(values.sum(), taken.unit), len(values), aggregate)

    def _of_sum(self, total: Decimal, records: int, aggregate: str) -> Decimal | None:
        if aggregate in AVERAGES:
            return round(total / records, DECIMALS)
        if aggregate != "per_month":
            return total
        factor = self._months()
        return None if factor is None else round(total * factor, DECIMALS)

    def _months(self) -> Decimal | None:
        return months(self._frame, self._terms.records_per_month)

    def _measure_skipped(self, aggregate: str) -> Measured:
        skipped = Decimal(sum(self._skipped.reasons.values()))
        if aggregate == "total":
            return Measured(skipped)
        everything = skipped + self._frame.height
        return Measured(skipped / everything) if everything else Measured(None, NO_RECORD)

    def _skipped_places(self, top: int) -> Culprits:
        places = [
            budget_culprits.place_entry(place.source, place.line, place.detail or place.reason)
            for place in list(self._skipped.places)[:top]
        ]
        return Culprits(places, sum(self._skipped.reasons.values()))


def _lows(rows: pl.DataFrame, taken: Sample) -> tuple[bool, str]:
    """Whether the value is a floor, and how many records count for less than they are, by reason."""
    if not rows.height:
        return False, ""
    reasons = rows.select(low=taken.low)["low"].drop_nulls().value_counts(sort=True)
    told = resting(dict(sorted(reasons.iter_rows())), rows.height)
    return taken.low_sum and bool(told), told


def _ratio(rows: pl.DataFrame, taken: Sample) -> Decimal | None:
    pairs = rows.select(part=taken.part, whole=taken.whole).drop_nulls()
    whole = int(pairs["whole"].sum())
    return Decimal(int(pairs["part"].sum())) / whole if whole else None
