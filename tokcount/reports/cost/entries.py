"""One reference of a cost report: its sums, the prices they rest on, and what is left out of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import polars as pl

from tokcount.models.pricing import Price
from tokcount.reports.columns import decimal_text
from tokcount.reports.cost.prices import PriceBook, usd
from tokcount.reports.groups import DIMENSIONS

BY = ("model", "day", "tag", "source", "kind")
"""The dimensions of `tokcount.reports.groups.DIMENSIONS` that cost is grouped by."""


def groups(
    frame: pl.DataFrame,
    charged: dict[str, pl.DataFrame],
    compared: dict[str, pl.DataFrame],
    by: Sequence[str],
) -> list[dict[str, Any]]:
    """One object for each combination of the dimensions; days in order, other groups by falling baseline cost."""
    if not by:
        return []
    keys = frame.select(DIMENSIONS[name].alias(name) for name in by)
    columns = [pl.Series("records", [1], pl.Int64).new_from_index(0, frame.height)]
    for i, (label, rows) in enumerate(charged.items()):
        columns += [rows[name].alias(f"{i}:{name}") for name in ("cost", "input_cost", "output_cost")]
        if label in compared:
            columns += [compared[label][name].alias(f"{i}:{name}") for name in ("before", "mixed", "after")]
    sums = [pl.col(column.name).sum() for column in columns]
    counts = [pl.col(f"{i}:cost").count().alias(f"{i}:priced") for i in range(len(charged))]
    counts += [
        pl.col(f"{i}:before").count().alias(f"{i}:compared")
        for i, label in enumerate(charged)
        if label in compared
    ]
    table = pl.concat([keys, pl.DataFrame(columns)], how="horizontal").group_by(by).agg(*sums, *counts)
    order = list(by) if by[0] == "day" else ["0:cost", *by]
    table = table.sort(order, descending=[name == "0:cost" for name in order])
    return [_group(row, by, list(charged)) for row in table.iter_rows(named=True)]


def _group(row: dict[str, Any], by: Sequence[str], labels: list[str]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in by},
        "records": row["records"],
        "references": [_group_entry(row, i, label) for i, label in enumerate(labels)],
    }


def _group_entry(row: dict[str, Any], i: int, label: str) -> dict[str, Any]:
    priced = row[f"{i}:priced"]
    effects = {}
    if f"{i}:mixed" in row:
        before, mixed, after = (row[f"{i}:{name}"] for name in ("before", "mixed", "after"))
        both = row[f"{i}:compared"]
        effects = {
            "token_effect_usd": _money(mixed - before, both),
            "price_effect_usd": _money(after - mixed, both),
        }
    return {
        "reference": label,
        "cost_usd": _money(row[f"{i}:cost"], priced),
        "input_cost_usd": _money(row[f"{i}:input_cost"], priced),
        "output_cost_usd": _money(row[f"{i}:output_cost"], priced),
        **effects,
        "priced": row[f"{i}:priced"],
        "priced_share": row[f"{i}:priced"] / row["records"],
    }


def _money(units: int, records: int) -> str | None:
    """An amount over some records; over none it is not known."""
    return decimal_text(usd(units)) if records else None


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
