"""``tokcount cost``: what the log cost, what it would cost elsewhere and why, by group, and at which prices."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tokcount.output.blocks import Blocks, Cell, Column, Line, Table
from tokcount.output.values import integer, percent, usd, usd_change
from tokcount.output.views import Row
from tokcount.output.views.phrases import counted, flags, holdings, skipped, tally

OWN = "own"
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
PRICES_NAMED = 4
UNPRICED_NAMED = 5


def blocks(data: dict[str, Any]) -> Blocks:
    """Sentences first, then the table, what is not known, groups, and what the amounts rest on."""
    baseline, *targets = data["references"]
    return [
        Line(holdings(data), "strong"),
        *skipped(data),
        *flags(data),
        Line(_baseline(baseline, data)),
        *(Line(_target(entry, data)) for entry in targets),
        *_monthly(data),
        _totals(data),
        *_unpriced(data),
        *_floors(data),
        *_groups(data),
        *_tokens(data),
        *_prices(data),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each reference; with groups, one for each group and reference."""
    if not data["by"]:
        return [_flat(entry) for entry in data["references"]]
    return [
        {**{name: group[name] for name in data["by"]}, "records": group["records"], **_flat(entry)}
        for group in data["groups"]
        for entry in group["references"]
    ]


def _flat(entry: dict[str, Any]) -> Row:
    flat: Row = {}
    for key, value in entry.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": number for inner, number in value.items()})
        elif not isinstance(value, list):
            flat[key] = value
    return flat


def _baseline(entry: dict[str, Any], data: dict[str, Any]) -> str:
    if entry["cost_usd"] is None:
        return f"What the log cost is not known: no record has a price under {entry['reference']}."
    amount = _amount(entry)
    if entry["reference"] == OWN:
        return f"The log cost {amount}, at {_day(data) or 'the prices of its days'}{_tier(data)}."
    return f"Under {entry['reference']} the log costs {amount}, at {_day(data) or _today(data)}{_tier(data)}."


def _target(entry: dict[str, Any], data: dict[str, Any]) -> str:
    name = entry["reference"]
    if entry["cost_usd"] is None:
        return f"What it would cost under {name} is not known: no record has a price."
    told = f"Under {name} it would cost {_amount(entry)}, at {_day(data) or _today(data)}"
    if not entry["compared"]:
        return f"{told}; no record has a price on both sides."
    ratio = entry["difference_share"]
    change = usd_change(entry["difference_usd"]) + (f", {percent(ratio)}" if ratio is not None else "")
    parts = f"{usd_change(entry['token_effect_usd'])} by tokens, {usd_change(entry['price_effect_usd'])} by prices"
    over = (
        ""
        if entry["compared"] == data["records"]
        else f" over the {integer(entry['compared'])} priced on both sides"
    )
    return f"{told}: {change}{over} ({parts})."


def _amount(entry: dict[str, Any]) -> str:
    return f"at least {usd(entry['cost_usd'])}" if entry["floor"] else usd(entry["cost_usd"])


def _day(data: dict[str, Any]) -> str:
    return f"the prices of {data['as_of']}" if data["as_of"] else ""


def _today(data: dict[str, Any]) -> str:
    return f"the prices of {data['today']}"


def _tier(data: dict[str, Any]) -> str:
    return " for batches" if data["batch"] else ""


def _monthly(data: dict[str, Any]) -> list[Line]:
    if data["monthly"] is None:
        return []
    if data["monthly"]["factor"] is None:
        return [Line(f"A month cannot be projected: {data['monthly']['basis']}.", "warning")]
    amounts = ", ".join(
        f"{entry['reference']} {'at least ' if entry['floor'] else ''}{usd(entry['monthly_usd'])}"
        for entry in data["references"]
        if entry["monthly_usd"] is not None
    )
    return [Line(f"A month, projected from {data['monthly']['basis']}: {amounts}.")] if amounts else []


def _totals(data: dict[str, Any]) -> Table:
    references = data["references"]
    keys = [key for key in MEASURES if key in SHOWN_ANYWAY or any(_is_something(e[key]) for e in references)]
    columns = (Column("reference"), *(MEASURES[key] for key in keys))
    table = tuple((entry["reference"], *(entry[key] for key in keys)) for entry in references)
    notes = ["cached is a part of input"] if "cached_input_cost_usd" in keys else []
    if "token_effect_usd" in keys:
        notes.append(f"effects: against {data['baseline']}, over the records priced on both sides")
    return Table(columns, table, note="; ".join(notes))


def _is_something(value: str | float | None) -> bool:
    return value is not None and Decimal(str(value)) != 0


def _unpriced(data: dict[str, Any]) -> list[Line]:
    lines = _together((entry["reference"], _without_price(entry, data)) for entry in data["references"])
    return [Line(f"Unpriced under {names}: {text}", "warning") for text, names in lines]


def _without_price(entry: dict[str, Any], data: dict[str, Any]) -> str:
    if not entry["unpriced"]:
        return ""
    listed = [
        f"{integer(row['records'])} {row['model'] or 'records'} ({row['reason']})"
        for row in entry["unpriced"]
    ]
    more = len(listed) - UNPRICED_NAMED
    told = ", ".join(listed[:UNPRICED_NAMED]) + (
        f" and {counted(more, 'other', 'others')}" if more > 0 else ""
    )
    missing = data["records"] - entry["priced"]
    return f"{integer(missing)} of {counted(data['records'], 'record', 'records')}: {told}"


def _floors(data: dict[str, Any]) -> list[Line]:
    lines = _together(
        (
            entry["reference"],
            ", ".join(f"{counted(n, 'record', 'records')} ({reason})" for reason, n in entry["low"].items()),
        )
        for entry in data["references"]
    )
    return [Line(f"Charged for too little under {names}: {text}", "warning") for text, names in lines]


def _together(told: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Texts, each with the references that it holds for; empty ones are left out."""
    found: dict[str, list[str]] = {}
    for name, text in told:
        if text:
            found.setdefault(text, []).append(name)
    return [(text, ", ".join(names)) for text, names in found.items()]


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


def _tokens(data: dict[str, Any]) -> list[Line]:
    """Of how many records the tokens are as billed, and how sure the counts of the others are."""
    lines = _together((entry["reference"], _usage(entry)) for entry in data["references"])
    told = [f"{names} {text}" for text, names in lines]
    return [Line(f"Tokens, by record: {'; '.join(told)}.", "note")] if told else []


def _usage(entry: dict[str, Any]) -> str:
    basis = f" ({tally(entry['basis'])})" if entry["basis"] else ""
    return tally(entry["usage"]) + basis


def _prices(data: dict[str, Any]) -> list[Line]:
    """The rows that were used, with the version of the data they come from."""
    version = data["price_data"]["version"]
    lines = []
    for entry in data["references"]:
        used = list(dict.fromkeys(map(_price, entry["prices"])))
        more = len(used) - PRICES_NAMED
        told = "; ".join(used[:PRICES_NAMED])
        rest = f"; and {counted(more, 'other row', 'other rows')}, see -f json" if more > 0 else ""
        if used:
            lines.append(Line(f"Prices of {entry['reference']}: tokcount {version}, {told}{rest}.", "note"))
    return lines


def _price(price: dict[str, Any]) -> str:
    notes = f" ({', '.join(price['notes'])})" if price["notes"] else ""
    return f"{price['origin']}{notes}"
