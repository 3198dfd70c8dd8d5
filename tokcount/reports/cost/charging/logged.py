"""The amount that the log itself has for a call, where it is taken instead of a price."""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

from tokcount.reports.cost.charging.amounts import NOT_BILLED, UNIT
from tokcount.scanning.schema import MONEY_DECIMALS

CostFrom = Literal["auto", "log", "prices"]
"""Where amounts come from: prices, the log, or prices and the log where there is no price."""
LOGGED: Final = "logged"
"""The column of the amounts that are from the log, in units; null for all others. Also their component."""
NOT_LOGGED: Final = "no amount in the log"
_UNITS: Final = 10 ** (-UNIT.adjusted() - MONEY_DECIMALS)
"""Units of money in one step of the column."""


def logged_units(frame: pl.DataFrame) -> pl.Series:
    """The amount in the log for each record, in units; null where there is none.

    An amount of 0 is none: it is what gateways write for models that they have no price for.
    """
    if "billed_usd" not in frame.columns:
        return pl.repeat(None, frame.height, dtype=pl.Int128, eager=True)
    steps = (pl.col("billed_usd") * 10**MONEY_DECIMALS).cast(pl.Int128)
    return frame.select(pl.when(steps > 0).then(steps * _UNITS)).to_series()


def with_logged(rows: pl.DataFrame, frame: pl.DataFrame, source: CostFrom) -> pl.DataFrame:
    """The charges of the own models with the amounts of the log where `source` asks for them, in the column `LOGGED`.

    Such an amount has no parts, and is never too low. Answers from a gateway's cache cost nothing in any case.
    """
    units = logged_units(frame)
    if source == "prices" or (source == "auto" and not units.count()):
        return rows
    is_billed = pl.col("usage") != NOT_BILLED
    kept = pl.col("cost").is_not_null() if source == "auto" else ~is_billed
    parts = [name for name in rows.columns if name.endswith("_cost")]
    reason = pl.coalesce("reason", pl.lit(NOT_LOGGED)) if source == "auto" else pl.lit(NOT_LOGGED)
    logged = pl.when(~kept).then(units)
    return rows.with_columns(
        pl.when(kept).then(pl.col(["cost", *parts, "price", "low"])),
        pl.when(kept).then("long").otherwise(statement=False).alias("long"),
        logged.alias(LOGGED),
        reason=pl.when(~kept & logged.is_null()).then(reason),
    ).with_columns(cost=pl.coalesce("cost", LOGGED))


def logged_records(logged: int, records: int) -> str:
    """`12 of 340 records at the amount in the log`."""
    return f"{logged:,} of {records:,} records at the amount in the log"
