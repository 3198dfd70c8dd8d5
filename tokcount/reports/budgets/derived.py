"""Columns of money and context windows, added to a frame when a metric needs them."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
import polars as pl

from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.references import OWN
from tokcount.reports.budgets.metric import DerivedColumn
from tokcount.reports.columns import column
from tokcount.reports.cost.prices import NO_TOKENS, PriceBook
from tokcount.reports.cost.usage import with_usage

UNPRICED: Final = "unpriced"
LOW: Final = "low"


class BudgetContext(msgspec.Struct, frozen=True, kw_only=True):
    """What values depend on in addition to the records.

    ``baseline`` is the reference that drift is measured from. With ``as_of`` everything is priced as on that day;
    without it records are priced at their own day and targets at ``today``.
    """

    baseline: str = OWN
    targets: tuple[str, ...] = ()
    today: date
    as_of: date | None = None
    records_per_month: int | None = None
    assume_model: str | None = None
    catalog: Catalog | None = None


class DerivedColumns:
    """Adds columns ``LABEL:…`` to a frame.

    ``cost`` adds ``cost`` (in units of `tokcount.reports.cost.prices.UNIT`; null: no price or no tokens),
    ``unpriced`` (why there is no cost; meaningless where there is one) and ``low`` (why the cost is a lower bound:
    the log does not show everything that is charged; null: it does). ``window`` adds the model's input limit in
    tokens (null: not known).
    """

    def __init__(self, context: BudgetContext) -> None:
        self._assume_model = context.assume_model
        self._catalog = context.catalog or catalogs.default()
        self._book = PriceBook(
            self._catalog, today=context.today, as_of=context.as_of, assume_model=context.assume_model
        )

    def add(self, name: DerivedColumn, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """The frame with the columns that ``name`` adds for the reference ``label``, unless it has them."""
        if column(label, name) in frame.columns:
            return frame
        return self._with_costs(frame, label) if name == "cost" else self._with_windows(frame, label)

    def _with_costs(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        own = column(OWN, "input_tokens") in frame.columns
        usage = with_usage(frame, label, OWN if own else label, None)
        placed = self._book.place(frame, label)
        requests = frame["requests"] if "requests" in frame.columns else None
        charges = self._book.charge(usage, placed["price"], requests)
        reason = placed["reason"].fill_null(NO_TOKENS)
        return frame.with_columns(
            charges["cost"].alias(column(label, "cost")),
            reason.alias(column(label, UNPRICED)),
            usage["low"].alias(column(label, LOW)),
        )

    def _with_windows(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """Of each record's own model, or of one model for all."""
        name = column(label, "window")
        if label != OWN:
            return frame.with_columns(pl.lit(self._window(label), pl.Int64).alias(name))
        models = frame["model"].unique()
        windows = pl.Series(name, [self._window(model) for model in models], pl.Int64)
        table = pl.DataFrame([models, windows])
        return frame.join(table, on="model", how="left", nulls_equal=True, maintain_order="left")

    def _window(self, model: str | None) -> int | None:
        found = names.first_known((model, self._assume_model), self._catalog)
        return found.model.input_limit if found else None
