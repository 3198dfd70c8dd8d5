"""What prompt caching would save: requests with the same beginning as an earlier one.

The API reads the start of a prompt from its cache when it has at least 1,024 tokens, in steps of 128, and an earlier
call with the same start is no more than an hour ago (OpenAI's prompt caching guide). Only text of messages is compared,
so tool definitions that repeat come on top: the numbers are floors.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

import polars as pl

from tokcount.models import pricing
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.pricing import PER_TOKEN, Price
from tokcount.reports.audit.finding import PLACE
from tokcount.reports.audit.report import FindingNumbers
from tokcount.reports.columns import column, decimal_text, models_of, total
from tokcount.reports.cost.charges import CostOptions
from tokcount.reports.cost.charging.usage import CACHED_FROM, with_usage

STEP: Final = 128
LIFETIME: Final = pl.duration(hours=1)
ID_COLUMNS: Final = ("lead_id", "history_id", "request_id")


class Saving(NamedTuple):
    """The records that a cache would make cheaper, and by how much."""

    hits: pl.DataFrame
    numbers: FindingNumbers
    amount_usd: str


def with_cacheable(frame: pl.DataFrame, label: str) -> pl.DataFrame:
    """The frame with `cacheable`: tokens under `label` that an earlier record of the same model begins with too.

    "Earlier" is by timestamp where all records have one, else by position in the log. Same rows, same order.
    """
    missing = [name for name in (*ID_COLUMNS, *_counts(label)) if name not in frame.columns]
    rows = frame.with_columns(pl.lit(0, pl.Int64).alias(name) for name in missing).with_row_index("row")
    if not rows["timestamp"].null_count():
        rows = rows.sort("timestamp", "row")
    rows = rows.with_row_index("turn")
    rows = rows.join(_first_calls(rows), on=["model", "history_id"], how="left", nulls_equal=True)
    lead = pl.when(
        _follows(pl.col("row").shift(1).over("model", "lead_id"), _age_of_lead()) & (pl.col("lead_id") != 0)
    )
    history = pl.when(
        _follows(pl.col("first_turn"), pl.col("timestamp") - pl.col("first_time")) & _is_earlier()
    )
    lead_tokens, history_tokens = _counts(label)
    start = pl.max_horizontal(lead.then(lead_tokens).otherwise(0), history.then(history_tokens).otherwise(0))
    cacheable = pl.when(start >= CACHED_FROM).then(start // STEP * STEP).otherwise(0)
    return rows.with_columns(cacheable.cast(pl.Int64).alias("cacheable")).sort("row").drop("row", "turn")


def saving(frame: pl.DataFrame, label: str, options: CostOptions, catalog: Catalog) -> Saving | None:
    """The records whose start a cache would hold, and what that saves in addition to what is charged as cached already.

    `None` where no request begins with enough for a cache, where no model has a price for cached input, and in batches,
    which are priced without it.
    """
    models = models_of(frame, label).alias("target")
    prices = {} if options.batch else _prices(models, options, catalog)
    if not prices:
        return None
    needed = {
        *PLACE,
        *ID_COLUMNS,
        *_counts(label),
        "timestamp",
        "model",
        column(options.baseline, "cost_usd"),
    }
    known = frame.lazy().select(name for name in frame.columns if name in needed).collect()
    if not _has_long_starts(known, label):
        return None
    rows = with_cacheable(known, label).with_columns(models)
    usage = with_usage(frame, label, options.baseline, options.cached_share)
    rows = rows.with_columns(
        usage["input"].alias("charged"), usage["cached_input"].alias("charged_as_cached")
    )
    extra = pl.min_horizontal("cacheable", "charged") - pl.col("charged_as_cached")
    hits = rows.with_columns(extra.alias("extra")).filter(
        pl.col("extra") > 0, pl.col("target").is_in(list(prices))
    )
    numbers = FindingNumbers(
        cached_tokens=hits.select(total(pl.col("extra"))).item(),
        input_tokens=usage.select(total(pl.col("input"))).item(),
        starts=hits["lead_id"].n_unique(),
    )
    return Saving(hits, numbers, decimal_text(_amount(hits, prices)))


def _counts(label: str) -> tuple[str, str]:
    return column(label, "lead_tokens"), column(label, "history_tokens")


def _has_long_starts(rows: pl.DataFrame, label: str) -> bool:
    """Whether any request begins with enough for a cache."""
    return any(name in rows.columns and bool((rows[name] >= CACHED_FROM).any()) for name in _counts(label))


def _first_calls(rows: pl.DataFrame) -> pl.DataFrame:
    """The first time that each request was sent, to be found again as the history of a later one."""
    sent = rows.filter(pl.col("request_id") != 0)
    return sent.group_by("model", pl.col("request_id").alias("history_id")).agg(
        pl.col("turn").min().alias("first_turn"), pl.col("timestamp").min().alias("first_time")
    )


def _follows(earlier: pl.Expr, age: pl.Expr) -> pl.Expr:
    """Whether there is an earlier one that is not known to be too old."""
    return earlier.is_not_null() & (age <= LIFETIME).fill_null(value=True)


def _age_of_lead() -> pl.Expr:
    return pl.col("timestamp").diff().over("model", "lead_id")


def _is_earlier() -> pl.Expr:
    return (pl.col("first_turn") < pl.col("turn")) & (pl.col("history_id") != 0)


def _prices(models: pl.Series, options: CostOptions, catalog: Catalog) -> dict[str, Price]:
    """The prices of the models that have one for cached input."""
    prices = {model: _price(model, options, catalog) for model in sorted(models.unique().drop_nulls())}
    return {model: price for model, price in prices.items() if price and price.rates.cached_input is not None}


def _price(model: str, options: CostOptions, catalog: Catalog) -> Price | None:
    known = names.find(model, catalog) is not None or bool(catalog.price_layers(model.lower()))
    return pricing.price(model, options.as_of or options.today, None, catalog) if known else None


def _amount(hits: pl.DataFrame, prices: dict[str, Price]) -> Decimal:
    """USD: full price less cached price, at the rates of each record's size."""
    amount = Decimal(0)
    for model, charged, extra in hits.select("target", "charged", "extra").iter_rows():
        rates = prices[model].rates_for(charged)
        amount += extra * (rates.input - (rates.input if rates.cached_input is None else rates.cached_input))
    return amount * PER_TOKEN
