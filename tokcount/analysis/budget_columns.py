"""Columns that some metrics need and a scan does not make: what records cost, and the windows of their models."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.analysis.cost import DAYS_A_MONTH
from tokcount.analysis.cost_prices import NO_TOKENS, PriceBook
from tokcount.analysis.cost_usage import with_usage
from tokcount.analysis.references import column
from tokcount.analysis.residuals import OWN
from tokcount.models import catalog as catalogs
from tokcount.models import names
from tokcount.models.catalog import Catalog
from tokcount.models.model import ENCODINGS

COST: Final = "cost"
"""Money in units of `tokcount.analysis.cost_prices.UNIT`; null: no price or no tokens."""
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
