"""What tokens cost at a price, in exact integers.

Money inside a frame is counted in units of 10^-16 USD, as 128-bit integers: sums neither round nor overflow. Prices
have six decimals, multipliers and regional factors two each, and prices are for 10^6 tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import polars as pl

from tokcount.models.price_rows import DEARER
from tokcount.models.pricing import Price
from tokcount.reports.cost.charging.components import (
    CACHED,
    FEE,
    FEE_LOW,
    REGIONAL,
    Component,
    present,
    rest,
    tools,
)

RATE_STEPS: Final = Decimal(10) ** 10
"""Rates in a frame are 10^-10 USD per 1M tokens."""
REGIONAL_STEPS: Final = 100
"""Regional factors have two decimals; a rate without one is a multiple of this."""
UNIT: Final = Decimal("1E-16")
"""One unit of money in a frame, in USD."""
NOT_BILLED: Final = "not billed"
"""The usage of a record that nobody was charged for."""


def amounts(rows: pl.DataFrame, prices: Sequence[Price], requests: pl.Series | None) -> pl.DataFrame:
    """What each component costs, in units, in the order of the rows: one column per component that is there.

    `rows` are the tokens of `tokcount.reports.cost.charging.usage.with_usage`, the number of their `price` in `prices`,
    and the columns of fees; `requests`: API calls behind a row, rows of several get no long-context step. All amounts
    are null without a price or without tokens. `long`: whether the step was taken; `low`: why the amounts are too low.
    """
    there = present(rows)
    single = pl.lit(value=True) if requests is None else (requests.fill_null(1) <= 1).alias("single")
    rated = rows.with_columns(single=single).join(
        _rates(prices, there), on="price", how="left", maintain_order="left"
    )
    is_long = (pl.col("input") > pl.col("threshold")) & pl.col("single")
    rated = rated.with_columns(is_long.fill_null(value=False).alias("long"))
    costs = rated.select(
        *(_cost(component, there).alias(component.name) for component in there),
        *(pl.col(f"{FEE}{tool}") for tool in tools(rows)),
        "long",
        "regional",
        known=pl.col("input").is_not_null() & pl.col("price").is_not_null(),
        billed=pl.col("usage") != NOT_BILLED,
        low=_low(there, has_fees=bool(tools(rows))),
    )
    names = [component.name for component in there]
    added = total(names) * pl.col("regional") // REGIONAL_STEPS
    fees = [f"{FEE}{tool}" for tool in tools(rows)]
    paid = [pl.when("billed").then(pl.col(name).fill_null(0)).otherwise(0).alias(name) for name in fees]
    return costs.with_columns(added.alias(REGIONAL), *paid).select(
        pl.when("known").then(pl.col([*names, REGIONAL, *fees])).name.keep(),
        "long",
        low=pl.when("billed").then("low"),
    )


def total(names: Sequence[str]) -> pl.Expr:
    """The sum of columns of units; null where one is."""
    found = pl.lit(0, pl.Int128)
    for name in names:
        found = found + pl.col(name)
    return found


def _cost(component: Component, there: Sequence[Component]) -> pl.Expr:
    tokens = pl.col(component.name) if component.billed else rest(component.side, there)
    return tokens.cast(pl.Int128) * _rate(component.name)


def _rate(name: str) -> pl.Expr:
    return pl.when("long").then(f"long:{name}").otherwise(f"rate:{name}")


def _low(there: Sequence[Component], *, has_fees: bool) -> pl.Expr:
    """Why the amounts are too low: what is not in the log, and what is charged without a known rate or fee."""
    reasons = [
        pl.col("low"),
        pl.col("tier_low"),
        pl.when("long").then("long_low"),
        *([pl.col(FEE_LOW)] if has_fees else []),
    ]
    for reason in dict.fromkeys(DEARER.values()):
        lacking = [
            (pl.col(part.name) > 0)
            & ~pl.when("long").then(f"long_has:{part.name}").otherwise(f"has:{part.name}")
            for part in there
            if DEARER.get(part.rate) == reason
        ]
        if lacking:
            reasons.append(pl.when(pl.any_horizontal(lacking)).then(pl.lit(reason)))
    return joined(reasons)


def joined(reasons: Sequence[pl.Expr]) -> pl.Expr:
    """Several reasons in one text; null where there is none."""
    text = pl.concat_str(reasons, separator=REASON_BETWEEN, ignore_nulls=True)
    return pl.when(text != "").then(text)


REASON_BETWEEN: Final = "; "


def _rates(prices: Sequence[Price], there: Sequence[Component]) -> pl.DataFrame:
    """One row per price: its rates of each component, also above the threshold, and which of them are known."""
    table: dict[str, pl.Series] = {
        "price": pl.Series(range(len(prices)), dtype=pl.Int32),
        "threshold": pl.Series([p.row.long_threshold if p.long else None for p in prices], dtype=pl.Int64),
        "regional": pl.Series([_added(price) for price in prices], dtype=pl.Int64),
        "long_low": pl.Series([price.row.long_low or None for price in prices], dtype=pl.String),
        "tier_low": pl.Series([REASON_BETWEEN.join(price.low) or None for price in prices], dtype=pl.String),
    }
    both = (("", [p.rates for p in prices]), ("long", [p.long or p.rates for p in prices]))
    for kind, rates in both:
        for part in there:
            charged = [int(each.of(part.rate) * RATE_STEPS) for each in rates]
            table[f"{kind or 'rate'}:{part.name}"] = pl.Series(charged, dtype=pl.Int64)
            if part.rate in DEARER:
                name = f"{kind}_has:{part.name}" if kind else f"has:{part.name}"
                table[name] = pl.Series(
                    [getattr(each, part.rate) is not None for each in rates], dtype=pl.Boolean
                )
    return pl.DataFrame(table)


def _added(price: Price) -> int:
    """What the region adds, in hundredths."""
    return 0 if price.regional is None else int((price.regional - 1) * REGIONAL_STEPS)


def fits(price: Price) -> bool:
    """Whether every charge at a price is a whole number of units."""
    finest = RATE_STEPS / REGIONAL_STEPS
    both = (price.rates, price.long) if price.long else (price.rates,)
    return all(rate * finest % 1 == 0 for rates in both for rate in rates.given().values())


def charged(rows: pl.DataFrame, prices: Sequence[Price], requests: pl.Series | None) -> pl.DataFrame:
    """What each record costs, in units: `input_cost, cached_cost, output_cost, regional_cost, tool_cost, cost`.

    `input_cost` includes the cached part and cache writes; `cost` is the sum of both sides, of what the region adds and
    of the fees of tools. For the rest see `amounts`.
    """
    found = amounts(rows, prices, requests)
    sides = {side: [part.name for part in present(rows) if part.side == side] for side in ("input", "output")}
    costs = found.select(
        "long",
        "low",
        input_cost=total(sides["input"]),
        cached_cost=pl.col(CACHED.name) if CACHED.name in found.columns else total(sides["input"]) * 0,
        output_cost=total(sides["output"]),
        regional_cost=pl.col(REGIONAL),
        tool_cost=total([f"{FEE}{tool}" for tool in tools(rows)]),
    )
    parts = ("input_cost", "output_cost", "regional_cost", "tool_cost")
    return costs.with_columns(cost=total(parts)).with_columns(
        tool_cost=pl.when(pl.col("cost").is_not_null()).then("tool_cost")
    )


def usd(units: int) -> Decimal:
    """An amount of units in USD, exact."""
    return Decimal(units).scaleb(UNIT.adjusted())


def usd_text(units: pl.Expr) -> pl.Expr:
    """Amounts of units, none of them negative, as `tokcount.reports.columns.decimal_text` writes them."""
    decimals = -UNIT.adjusted()
    digits = units.cast(pl.String).str.zfill(decimals + 1)
    whole, fraction = digits.str.head(-decimals), digits.str.tail(decimals)
    return (whole + "." + fraction).str.strip_chars_end("0").str.strip_chars_end(".")
