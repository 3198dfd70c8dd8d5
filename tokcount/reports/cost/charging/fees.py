"""The fees of hosted tools: what each call of a record pays in addition to its tokens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

import polars as pl

from tokcount.models.price_rows import Fee
from tokcount.reports.cost.charging.amounts import UNIT, joined
from tokcount.reports.cost.charging.components import CALLS, FEE, FEE_LOW
from tokcount.scanning.features.hosted import CODE, CONTAINER_ID

FeeFinder: TypeAlias = Callable[[str, str | None, date | None], Fee | None]
"""The fee of a tool under a model on a day; `None` when none is known."""

FEE_STEP: Final = Decimal("1E-9")
"""Fees are whole numbers of this: six decimals of USD, for 1,000 calls."""
_IN_UNITS: Final = int(FEE_STEP / UNIT)


def with_fees(placed: pl.DataFrame, keys: pl.DataFrame, frame: pl.DataFrame, find: FeeFinder) -> pl.DataFrame:
    """The rows with `calls:TOOL` and `fee:TOOL` (units, null where the fee is not known) for each tool of the log.

    `fee_low` says which fees are not known. `keys`: `model` and `day` of each record. A container that runs code for
    several answers is paid for once.
    """
    tools = _tools(frame)
    if not tools:
        return placed
    keys = keys.select("model", "day")
    distinct = keys.unique(maintain_order=True)
    each = distinct.with_columns(
        pl.Series(tool, [_steps(find(tool, *key)) for key in distinct.iter_rows()], dtype=pl.Int64)
        for tool in tools
    )
    fees = keys.join(each, on=["model", "day"], how="left", nulls_equal=True, maintain_order="left")
    calls = pl.DataFrame([_calls(frame, tool) for tool in tools])
    reasons = [
        pl.when((pl.col(f"{CALLS}{tool}") > 0) & pl.col(tool).is_null()).then(
            pl.lit(f"fee of {tool} not known")
        )
        for tool in tools
    ]
    known = pl.concat([fees.select(tools), calls], how="horizontal").select(
        *calls.columns,
        *(
            (pl.col(f"{CALLS}{tool}").cast(pl.Int128) * pl.col(tool) * _IN_UNITS).alias(f"{FEE}{tool}")
            for tool in tools
        ),
        joined(reasons).alias(FEE_LOW),
    )
    return pl.concat([placed, known], how="horizontal")


def _tools(frame: pl.DataFrame) -> list[str]:
    """The tools that the records of a log used."""
    if "tool_calls" not in frame.columns:
        return []
    logged = frame["tool_calls"].drop_nulls().unique()
    return sorted({call.partition(":")[0] for calls in logged for call in calls.split(",")})


def _calls(frame: pl.DataFrame, tool: str) -> pl.Series:
    """How often each record used a tool; containers that an earlier record used already are not counted again."""
    pattern = rf"(?:^|,){tool}:(\d+)"
    calls = pl.col("tool_calls").str.extract(pattern).cast(pl.Int64).fill_null(0)
    if tool.startswith(CODE) and CONTAINER_ID in frame.columns:
        container = pl.col(CONTAINER_ID)
        again = (container != 0) & ~container.is_first_distinct()
        calls = pl.max_horizontal(calls - again.cast(pl.Int64), 0)
    return frame.select(calls.alias(f"{CALLS}{tool}")).to_series()


def _steps(fee: Fee | None) -> int | None:
    """A fee in whole steps; one that is finer is not known."""
    if fee is None or fee.each % FEE_STEP != 0:
        return None
    return int(fee.each / FEE_STEP)
