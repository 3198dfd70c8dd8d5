"""Which price holds for which record under which reference, and the charge that follows, in exact integers.

Money inside a frame is counted in units of 10^-13 USD, as 128-bit integers: sums neither round nor overflow.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from tokcount.models import genai_prices as other_vendors
from tokcount.models import pricing
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.price_rows import Rates
from tokcount.models.pricing import Price
from tokcount.models.references import AUTO, OWN, is_encoding
from tokcount.reports.columns import models_of
from tokcount.vendors import vendor_of

RATE_STEPS: Final = Decimal(10) ** 7
"""Rates in a frame are 10^-7 USD per 1M tokens, half a price of six decimals included."""
UNIT: Final = Decimal("1E-13")
"""One unit of money in a frame, in USD."""
_PARTS = ("input", "cached", "write", "output")

NO_MODEL = "no model named"
UNKNOWN_MODEL = "unknown model"
NO_PRICE = "no price known"
NO_REPLACEMENT = "no recommended replacement"
NO_TOKENS = "no token counts"
IS_ENCODING = "an encoding has no price"
TOO_FINE = "a price with more than seven decimals"


class PriceBook:
    """The prices of one analysis, each with a small number that represents it in frames.

    `as_of` prices everything as on that day; without it a record's own model is priced at the record's day, and
    a named reference at `today`. `assume_model` replaces an own model that is missing or unknown.
    """

    def __init__(
        self,
        catalog: Catalog,
        *,
        today: date,
        as_of: date | None = None,
        batch: bool = False,
        assume_model: str | None = None,
    ) -> None:
        self.prices: list[Price] = []
        self._catalog = catalog
        self._today = today
        self._as_of = as_of
        self._batch = batch
        self._assume_model = assume_model
        self._numbers: dict[Price, int] = {}

    def place(self, frame: pl.DataFrame, label: str) -> pl.DataFrame:
        """One row per record, in the same order: `price` (number in `prices`, or null) and `reason` for a null."""
        keys = frame.select("timestamp", "tier").with_columns(
            model=models_of(frame, label),
            day=pl.col("timestamp").dt.date() if label == OWN else pl.lit(None, pl.Date),
            tier=pl.lit("batch") if self._batch else pl.col("tier"),
        )
        keys = keys.select("model", "day", "tier")
        distinct = keys.unique(maintain_order=True)
        found = [self._find(label, *key) for key in distinct.iter_rows()]
        placed = distinct.with_columns(
            pl.Series("price", [number for number, _ in found], pl.Int32),
            pl.Series("reason", [reason for _, reason in found], pl.String),
        )
        joined = keys.join(
            placed, on=["model", "day", "tier"], how="left", nulls_equal=True, maintain_order="left"
        )
        return joined.select("price", "reason")

    def charge(self, usage: pl.DataFrame, price: pl.Series, requests: pl.Series | None) -> pl.DataFrame:
        """What each record costs: `input_cost, cached_cost, output_cost, cost` in units, `long` (step taken).

        `input_cost` includes the cached part and cache writes. All are null without a price or without tokens.
        """
        rated = usage.select("input", "cached", "write", "output").with_columns(price.alias("price"))
        single = pl.lit(value=True) if requests is None else (requests.fill_null(1) <= 1).alias("single")
        rated = rated.with_columns(single=single).join(
            self._rates(), on="price", how="left", maintain_order="left"
        )
        rated = rated.with_columns(long=(pl.col("input") > pl.col("threshold")) & pl.col("single"))
        rates = {
            part: pl.when(pl.col("long").fill_null(value=False))
            .then(f"long_{part}")
            .otherwise(part + "_rate")
            for part in _PARTS
        }
        wide = {part: pl.col(part).cast(pl.Int128) for part in _PARTS}
        plain = wide["input"] - wide["cached"] - wide["write"]
        cached = wide["cached"] * rates["cached"]
        costs = rated.select(
            input_cost=plain * rates["input"] + cached + wide["write"] * rates["write"],
            cached_cost=cached,
            output_cost=wide["output"] * rates["output"],
            long=pl.col("long").fill_null(value=False),
        )
        priced = pl.col("input_cost").is_not_null()
        return costs.with_columns(
            pl.when(priced).then("output_cost").alias("output_cost"),
            cost=pl.col("input_cost") + pl.col("output_cost"),
        )

    def _find(
        self, label: str, model: str | None, day: date | None, tier: str | None
    ) -> tuple[int | None, str | None]:
        if label == AUTO and model is None:
            return None, NO_REPLACEMENT
        if model is None or not model.strip():
            if self._assume_model is None:
                return None, NO_MODEL
            model = self._assume_model
        if label != OWN:
            if is_encoding(model, self._catalog):
                return None, IS_ENCODING
            day = self._today
        price, reason = self._price(model, self._as_of or day, tier)
        if price is None:
            return None, reason
        if not _fits(price.rates) or (price.long is not None and not _fits(price.long)):
            return None, TOO_FINE
        return self._number(price), None

    def _price(self, model: str, day: date | None, tier: str | None) -> tuple[Price | None, str | None]:
        if self._is_known(model):
            price = pricing.price(model, day, tier, self._catalog)
            reason = None if price else pricing.billed_elsewhere(model, self._catalog)
            return price, None if price else reason or NO_PRICE
        row = other_vendors.price_row(model, day or self._today)
        if row is not None:
            return pricing.at_tier(row, tier), None
        if vendor := vendor_of(model):
            return None, f"a model of {vendor}"
        if self._assume_model is None or self._assume_model == model:
            return None, UNKNOWN_MODEL
        return self._price(self._assume_model, day, tier)

    def _is_known(self, model: str) -> bool:
        """Is it a model of the catalog, or priced by the user? Asked first: the error for an unknown name is slow."""
        resolved = names.find(model, self._catalog)
        return resolved is not None or bool(self._catalog.price_layers(model.strip().lower()))

    def _number(self, price: Price) -> int:
        number = self._numbers.setdefault(price, len(self.prices))
        if number == len(self.prices):
            self.prices.append(price)
        return number

    def _rates(self) -> pl.DataFrame:
        columns: dict[str, list[int | None]] = {"price": list(range(len(self.prices)))}
        columns["threshold"] = [price.row.long_threshold if price.long else None for price in self.prices]
        standard = [_scaled(price.rates) for price in self.prices]
        long = [_scaled(price.long or price.rates) for price in self.prices]
        for i, part in enumerate(_PARTS):
            columns[f"{part}_rate"] = [rates[i] for rates in standard]
            columns[f"long_{part}"] = [rates[i] for rates in long]
        schema = {name: pl.Int32 if name == "price" else pl.Int64 for name in columns}
        return pl.DataFrame(columns, schema=schema)


def usd(units: int) -> Decimal:
    """An amount of units in USD, exact."""
    return Decimal(units).scaleb(UNIT.adjusted())


def usd_text(units: pl.Expr) -> pl.Expr:
    """Amounts of units, none of them negative, as `tokcount.reports.columns.decimal_text` writes them."""
    decimals = -UNIT.adjusted()
    digits = units.cast(pl.String).str.zfill(decimals + 1)
    whole, fraction = digits.str.head(-decimals), digits.str.tail(decimals)
    return (whole + "." + fraction).str.strip_chars_end("0").str.strip_chars_end(".")


def _scaled(rates: Rates) -> tuple[int, int, int, int]:
    cached = rates.input if rates.cached_input is None else rates.cached_input
    write = rates.input if rates.cache_write is None else rates.cache_write
    return (
        int(rates.input * RATE_STEPS),
        int(cached * RATE_STEPS),
        int(write * RATE_STEPS),
        int(rates.output * RATE_STEPS),
    )


def _fits(rates: Rates) -> bool:
    amounts = (rates.input, rates.output, rates.cached_input, rates.cache_write)
    return all(amount is None or amount * RATE_STEPS % 1 == 0 for amount in amounts)
