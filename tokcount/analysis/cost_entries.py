"""One reference of a cost report: its sums, the prices they rest on, and what is left out of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import polars as pl

from tokcount.analysis.cost_prices import PriceBook, usd
from tokcount.analysis.money import decimal_text
from tokcount.models.pricing import Price

MONTHLY_DECIMALS: Final = 12
"""A projection is rounded; everything else is exact."""


def entry(label: str, charged: pl.DataFrame, book: PriceBook, factor: Decimal | None) -> dict[str, Any]:
    """The JSON object of a reference; ``factor`` is months per log. Money is ``None`` where nothing is priced.

    ``floor``: the true cost is higher, because records are unpriced or their tokens are too ``low``, and why.
    """
    priced = charged.filter(pl.col("cost").is_not_null())
    sums = priced.select(
        pl.col("cost", "input_cost", "cached_cost", "output_cost", "input", "cached", "output", "long").sum()
    ).row(0, named=True)
    known = priced.height > 0
    unpriced = charged.height - priced.height
    total = usd(sums["cost"])
    return {
        "reference": label,
        "cost_usd": decimal_text(total) if known else None,
        "input_cost_usd": decimal_text(usd(sums["input_cost"])) if known else None,
        "cached_input_cost_usd": decimal_text(usd(sums["cached_cost"])) if known else None,
        "output_cost_usd": decimal_text(usd(sums["output_cost"])) if known else None,
        "monthly_usd": decimal_text(round(total * factor, MONTHLY_DECIMALS))
        if known and factor is not None
        else None,
        "input_tokens": sums["input"],
        "cached_tokens": sums["cached"],
        "output_tokens": sums["output"],
        "priced": priced.height,
        "priced_share": priced.height / charged.height if charged.height else None,
        "floor": known and (unpriced > 0 or priced["low"].count() > 0),
        "usage": _tally(priced["usage"]),
        "basis": _tally(priced["basis"].drop_nulls()),
        "low": _tally(priced["low"].drop_nulls()),
        "long_context": sums["long"],
        "unpriced": _unpriced(charged),
        "prices": _prices(priced, book),
    }


def _tally(words: pl.Series) -> dict[str, int]:
    counts = words.value_counts(sort=True)
    return dict(sorted(counts.iter_rows()))


def _unpriced(charged: pl.DataFrame) -> list[dict[str, Any]]:
    """How many records of which model have no cost, and why; the most frequent first."""
    rows = charged.filter(pl.col("cost").is_null())
    counted = rows.group_by("model", "reason").agg(pl.len().alias("records"))
    ordered = counted.sort("records", "model", "reason", descending=[True, False, False])
    return list(ordered.iter_rows(named=True))


def _prices(priced: pl.DataFrame, book: PriceBook) -> list[dict[str, Any]]:
    """The price rows that were used, dearest share first, each with where it comes from and what it assumes."""
    used = priced.group_by("price").agg(pl.len().alias("records"), pl.col("cost").sum())
    rows = used.sort("cost", "records", "price", descending=[True, True, False]).iter_rows()
    return [
        {**_price(book.prices[number]), "records": records, "cost_usd": decimal_text(usd(cost))}
        for number, records, cost in rows
    ]


def _price(price: Price) -> dict[str, Any]:
    row, rates = price.row, price.rates
    return {
        "name": row.name,
        "from": row.start.isoformat() if row.start else None,
        "to": row.end.isoformat() if row.end else None,
        "input": decimal_text(rates.input),
        "cached_input": decimal_text(rates.cached_input) if rates.cached_input is not None else None,
        "cache_write": decimal_text(rates.cache_write) if rates.cache_write is not None else None,
        "output": decimal_text(rates.output),
        "long_threshold": row.long_threshold,
        "basis": row.basis,
        "verified": row.verified,
        "extrapolated": price.extrapolated,
        "origin": price.origin,
        "notes": list(price.notes),
        "source": row.source,
    }


def effects(compared: pl.DataFrame | None) -> dict[str, Any]:
    """Token effect, price effect and their sum, over the records priced on both sides.

    ``difference_share`` is the sum as a fraction of what the same records cost under the baseline.
    """
    names = ("token_effect_usd", "price_effect_usd", "difference_usd", "compared_baseline_usd")
    known = compared is not None and compared["before"].count() > 0
    if compared is None or not known:
        return {
            **dict.fromkeys(names),
            "difference_share": None,
            "compared": 0 if compared is not None else None,
        }
    before, mixed, after = compared.select(pl.all().sum()).row(0)
    amounts = (mixed - before, after - mixed, after - before, before)
    return {
        **{name: decimal_text(usd(amount)) for name, amount in zip(names, amounts, strict=True)},
        "difference_share": (after - before) / before if before else None,
        "compared": compared["before"].count(),
    }
