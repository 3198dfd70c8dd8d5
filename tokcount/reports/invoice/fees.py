"""The fees of hosted tools: what they are called in exports, and the log's own, apart from what the models cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import polars as pl

from tokcount.reports.cost.charging.components import FEE, tools

_FEES: Final = (
    (re.compile(r"file[ _-]search"), "file search tool calls"),
    (re.compile(r"code[ _-]interpreter"), "code interpreter sessions"),
    (re.compile(r"web[ _-]search|search_model"), "web search tool calls"),
)
"""A line item or a tool of a log → the name that its fees are compared under."""


def fee_in(written: str) -> str | None:
    """The name for the fees of a tool; `None` for anything else.

    >>> fee_in("Web search tool calls | gpt-4o"), fee_in("gpt-4o-search-preview, input")
    ('web search tool calls', None)
    """
    plain = written.lower()
    return next((name for pattern, name in _FEES if pattern.search(plain)), None)


def fees_apart(table: pl.DataFrame, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The table of charged records without the fees of tools, then a table of the fees of each tool.

    `rows`: the charges of the same records. Those at the amount in the log have no fees of their own.
    """
    used = tools(rows)
    if not used:
        yield table
        return
    in_cost = rows["tool_cost"].fill_null(0)
    yield table.with_columns(cost_usd=table["cost_usd"] - in_cost)
    for tool in used:
        fees = rows[f"{FEE}{tool}"].zip_with(
            in_cost > 0, pl.repeat(None, rows.height, dtype=pl.Int128, eager=True)
        )
        named = table.select("day", model=pl.lit(fee_in(tool) or tool), cost_usd=fees)
        yield named.filter(pl.col("cost_usd") > 0)
