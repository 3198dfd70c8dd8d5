"""Cost by model, day, tag, source or kind: groups of records that add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tokcount.analysis.cost_prices import usd
from tokcount.analysis.groups import DIMENSIONS
from tokcount.analysis.money import decimal_text

BY = ("model", "day", "tag", "source", "kind")
"""The dimensions of `tokcount.analysis.groups.DIMENSIONS` that cost is grouped by."""


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
