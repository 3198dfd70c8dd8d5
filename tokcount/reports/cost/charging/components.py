"""What a call is charged for: each kind of tokens at its own rate, what its region adds, and the fees of tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from tokcount.reports.columns import Side


class Component(NamedTuple):
    """Tokens that are charged at one rate.

    `billed`: the column of the log's own number; empty for what the other components of its side leave. `rate`: the
    rate of `tokcount.models.price_rows.Rates`.
    """

    name: str
    side: Side
    rate: str
    billed: str = ""


INPUT: Final = Component("input", "input", "input")
OUTPUT: Final = Component("output", "output", "output")
CACHED: Final = Component("cached_input", "input", "cached_input", "billed_cached_tokens")
WRITTEN: Final = Component("cache_write", "input", "cache_write", "billed_cache_write_tokens")
WRITTEN_LONG: Final = Component(
    "cache_write_long", "input", "cache_write_long", "billed_cache_write_long_tokens"
)
REASONING: Final = Component("reasoning", "output", "output", "billed_reasoning_tokens")
COMPONENTS: Final = (
    INPUT,
    CACHED,
    WRITTEN,
    WRITTEN_LONG,
    Component("audio_input", "input", "audio_input", "billed_audio_tokens"),
    Component("image_input", "input", "image_input", "billed_image_tokens"),
    OUTPUT,
    REASONING,
    Component("rejected_prediction", "output", "output", "billed_rejected_prediction_tokens"),
    Component("audio_output", "output", "audio_output", "billed_audio_output_tokens"),
    Component("image_output", "output", "image_output", "billed_image_output_tokens"),
)
"""In the order of reports. Of input and output it is what the others of their side leave: each token is in one."""
PARTS: Final = tuple(component for component in COMPONENTS if component.billed)
BY_NAME: Final = {component.name: component for component in COMPONENTS}
REGIONAL: Final = "regional"
"""The component of what a region adds."""
FEE: Final = "fee:"
"""The beginning of the columns of tools: `fee:web_search` are units of money, `calls:web_search` is how often."""
CALLS: Final = "calls:"
FEE_LOW: Final = "fee_low"
"""The column of why fees are missing."""


def split(amounts: pl.DataFrame) -> pl.DataFrame:
    """The rows with each part cut to what its side (`input` or `output`, which include it) has left; null is none.

    A write for hours is a part of what was written.
    """
    if WRITTEN_LONG.name in amounts.columns:
        written = pl.col(WRITTEN.name).fill_null(0)
        long = pl.min_horizontal(pl.col(WRITTEN_LONG.name).fill_null(0), written)
        amounts = amounts.with_columns(long.alias(WRITTEN_LONG.name), (written - long).alias(WRITTEN.name))
    for side in ("input", "output"):
        left = pl.col(side).fill_null(0)
        for part in PARTS:
            if part.side == side and part.name in amounts.columns:
                tokens = pl.min_horizontal(pl.col(part.name).fill_null(0), left)
                amounts = amounts.with_columns(tokens.alias(part.name))
                left = left - pl.col(part.name)
    return amounts


def rest(side: Side, there: Sequence[Component]) -> pl.Expr:
    """The tokens of a side that are in no other component."""
    left = pl.col(side)
    for part in there:
        if part.side == side and part.billed:
            left = left - pl.col(part.name)
    return left


def present(rows: pl.DataFrame) -> list[Component]:
    """The components that some row has tokens of; input and output always."""
    return [
        component
        for component in COMPONENTS
        if not component.billed or (component.name in rows.columns and rows[component.name].max())
    ]


def tools(rows: pl.DataFrame) -> list[str]:
    """The hosted tools that have columns."""
    return [name.removeprefix(FEE) for name in rows.columns if name.startswith(FEE)]
