"""Which price and which fees hold for which record under which reference."""

from __future__ import annotations

from datetime import date

import polars as pl

from tokcount.models import genai_prices as other_vendors
from tokcount.models import pricing
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.price_rows import Fee
from tokcount.models.pricing import Price
from tokcount.models.references import AUTO, OWN, is_encoding
from tokcount.reports.columns import foreign, models_of
from tokcount.reports.cost.charging.amounts import fits
from tokcount.reports.cost.charging.fees import FeeFinder, with_fees
from tokcount.vendors import vendor_of

NO_REGION = "none"
"""The region that means: in none, whatever the log says."""
NO_MODEL = "no model named"
UNKNOWN_MODEL = "unknown model"
NO_PRICE = "no price known"
NO_REPLACEMENT = "no recommended replacement"
NO_TOKENS = "no token counts"
IS_ENCODING = "an encoding has no price"
TOO_FINE = "a price with more than eight decimals"


class PriceBook:
    """The prices of one analysis, each with a small number that represents it in frames.

    `as_of` prices everything as on that day; without it a record's own model is priced at the record's day, and
    a named reference at `today`. `assume_model` replaces an own model that is missing or unknown, `region` the logged
    region.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        today: date,
        as_of: date | None = None,
        batch: bool = False,
        assume_model: str | None = None,
        region: str | None = None,
    ) -> None:
        self.prices: list[Price] = []
        self._catalog = catalog
        self._today = today
        self._as_of = as_of
        self._batch = batch
        self._assume_model = assume_model
        self._region = region
        self._numbers: dict[Price, int] = {}

    def place(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """One row per record, in the same order: `price` (number in `prices`, or null) and `reason` for a null.

        With calls of hosted tools, also the columns of `tokcount.reports.cost.charging.fees.with_fees`.
        """
        keys = frame.select(
            models_of(frame, label),
            day=pl.col("timestamp").dt.date() if label == OWN else pl.lit(None, pl.Date),
            tier=pl.lit("batch") if self._batch else pl.col("tier"),
            region=self._region_of(frame),
            foreign=self._is_foreign(label),
        )
        distinct = keys.unique(maintain_order=True)
        found = [self._find(label, *key) for key in distinct.iter_rows()]
        placed = distinct.with_columns(
            pl.Series("price", [number for number, _ in found], pl.Int32),
            pl.Series("reason", [reason for _, reason in found], pl.String),
        )
        joined = keys.join(placed, on=keys.columns, how="left", nulls_equal=True, maintain_order="left")
        return with_fees(joined.select("price", "reason"), keys, frame, self._fee_finder(label))

    def _is_foreign(self, label: str) -> pl.Expr:
        """Whether no model may be assumed for a record, because another vendor answered."""
        if label != OWN or self._assume_model is None:
            return pl.lit(value=False)
        return foreign()

    def _region_of(self, frame: pl.DataFrame) -> pl.Expr:
        """The region of each record: that of the options, else the logged one."""
        if self._region is not None:
            return pl.lit(None if self._region == NO_REGION else self._region, pl.String)
        return pl.col("region") if "region" in frame.columns else pl.lit(None, pl.String)

    def _fee_finder(self, label: str) -> FeeFinder:
        """The fee of a tool under the model and on the day of a record."""

        def find(tool: str, model: str | None, day: date | None) -> Fee | None:
            name = model if model is not None and model.strip() else self._assume_model
            if name is None:
                return None
            on = self._as_of or (day if label == OWN else self._today)
            found = pricing.fee(tool, name, on, self._catalog)
            if found is None and tool == other_vendors.WEB_SEARCH and not self._is_known(name):
                return other_vendors.web_search_fee(name, on or self._today)
            return found

        return find

    def _find(
        self,
        label: str,
        model: str | None,
        day: date | None,
        tier: str | None,
        region: str | None,
        foreign: bool,
    ) -> tuple[int | None, str | None]:
        if label == AUTO and model is None:
            return None, NO_REPLACEMENT
        if model is None or not model.strip():
            if self._assume_model is None or foreign:
                return None, NO_MODEL
            model = self._assume_model
        if label != OWN:
            if is_encoding(model, self._catalog):
                return None, IS_ENCODING
            day = self._today
        price, reason = self._price(model, self._as_of or day, tier, region, foreign)
        if price is None:
            return None, reason
        if not fits(price):
            return None, TOO_FINE
        return self._number(price), None

    def _price(
        self, model: str, day: date | None, tier: str | None, region: str | None, foreign: bool
    ) -> tuple[Price | None, str | None]:
        is_known = self._is_known(model)
        if is_known:
            price = pricing.price(model, day, tier, self._catalog, region)
            reason = None if price else pricing.billed_elsewhere(model, self._catalog)
            if price or reason:
                return price, reason
        row = other_vendors.price_row(model, day or self._today)
        if row is not None:
            return pricing.at_tier(row, tier, region), None
        if is_known:
            return None, NO_PRICE
        if vendor := vendor_of(model):
            return None, f"a model of {vendor}"
        if foreign or self._assume_model is None or self._assume_model == model:
            return None, UNKNOWN_MODEL
        return self._price(self._assume_model, day, tier, region, foreign)

    def _is_known(self, model: str) -> bool:
        """Is it a model of the catalog, or priced by the user? Asked first: the error for an unknown name is slow."""
        resolved = names.find(model, self._catalog)
        return resolved is not None or bool(self._catalog.price_layers(model.strip().lower()))

    def _number(self, price: Price) -> int:
        number = self._numbers.setdefault(price, len(self.prices))
        if number == len(self.prices):
            self.prices.append(price)
        return number
