"""``tokcount cost``: what the log cost, what it would cost elsewhere and why, by group, and at which prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tokcount.document.blocks import Blocks, Cell, Column, Line, Table
from tokcount.document.rows import Row, flat
from tokcount.reports.cost import sentences
from tokcount.reports.phrases import flags, holdings, skipped
from tokcount.reports.report import Overview

MEASURES = {
    "input_cost_usd": Column("input", "usd"),
    "cached_input_cost_usd": Column("cached", "usd"),
    "output_cost_usd": Column("output", "usd"),
    "cost_usd": Column("total", "usd"),
    "monthly_usd": Column("a month", "usd"),
    "token_effect_usd": Column("token effect", "usd_change"),
    "price_effect_usd": Column("price effect", "usd_change"),
    "priced_share": Column("priced", "share"),
}
"""JSON key of a reference → its column; shown where some reference has a value for it."""
SHOWN_ANYWAY = ("input_cost_usd", "output_cost_usd", "cost_usd", "priced_share")
EFFECTS = ("token_effect_usd", "price_effect_usd")
NO_OUTPUT = "no output in the log"


def blocks(data: dict[str, Any]) -> Blocks:
    """Sentences first, then the table, what is not known, groups, and what the amounts rest on."""
    baseline, *targets = data["references"]
    overview = msgspec.convert(data, Overview)
    return [
        Line(holdings(overview), "strong"),
        *skipped(overview),
        *flags(overview),
        Line(sentences.baseline(baseline, data)),
        *(Line(sentences.target(entry, data)) for entry in targets),
        *sentences.monthly(data),
        totals(data),
        *sentences.unpriced(data),
        *sentences.floors(data),
        *_groups(data),
        *sentences.tokens(data),
        *sentences.prices(data),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each reference; with groups, one for each group and reference."""
    if not data["by"]:
        return [flat(entry) for entry in data["references"]]
    return [
        {**{name: group[name] for name in data["by"]}, "records": group["records"], **flat(entry)}
        for group in data["groups"]
        for entry in group["references"]
    ]


def totals(data: dict[str, Any]) -> Table:
    """The references side by side, in money."""
    references = data["references"]
    always = SHOWN_ANYWAY + (EFFECTS if any(entry["compared"] for entry in references) else ())
    keys = [key for key in MEASURES if key in always or any(_is_something(e[key]) for e in references)]
    columns = (Column("reference"), *(MEASURES[key] for key in keys))
    table = tuple((entry["reference"], *(_cell(entry, key) for key in keys)) for entry in references)
    notes = ["cached is a part of input"] if "cached_input_cost_usd" in keys else []
    if EFFECTS[0] in keys:
        notes.append(f"effects: against {data['baseline']}, over the records priced on both sides")
    return Table(columns, table, note="; ".join(notes))


def _cell(entry: dict[str, Any], key: str) -> Cell:
    """The value of a cell; the cost of an output that no record has is not known."""
    unknown = key == "output_cost_usd" and entry["low"].get(NO_OUTPUT) == entry["priced"]
    value: Cell = None if unknown else entry[key]
    return value


def _is_something(value: str | float | None) -> bool:
    return value is not None and Decimal(str(value)) != 0


def _groups(data: dict[str, Any]) -> list[Table]:
    if not data["by"]:
        return []
    names = [entry["reference"] for entry in data["references"]]
    columns = (
        Column(" · ".join(data["by"])),
        Column("records", "int"),
        *(Column(name, "usd") for name in names),
        Column("priced", "share"),
    )
    table = tuple(_group(group, data["by"]) for group in data["groups"])
    return [
        Table(
            columns, table, title=f"Cost by {', '.join(data['by'])}", note=f"priced: share under {names[0]}"
        )
    ]


def _group(group: dict[str, Any], by: list[str]) -> tuple[Cell, ...]:
    name = " · ".join(group[key] or "not known" for key in by)
    entries = group["references"]
    return (name, group["records"], *(entry["cost_usd"] for entry in entries), entries[0]["priced_share"])
