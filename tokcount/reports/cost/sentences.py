"""The sentences of a cost report: amounts with their days, what is missing from them, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokcount.document.blocks import Line
from tokcount.document.values import integer, percent, usd, usd_change
from tokcount.models.references import OWN
from tokcount.reports.phrases import counted, tally

PRICES_NAMED = 4
UNPRICED_NAMED = 5
FILLED_IN_BY = {
    "no model named": "--assume-model",
    "unknown model": "--price or --prices",
    "no price known": "--price or --prices",
}
"""Reason for a missing price → the options that help."""


def baseline(entry: dict[str, Any], data: dict[str, Any]) -> str:
    """What the log cost, or what it costs under a named baseline."""
    if entry["cost_usd"] is None:
        return f"What the log cost is not known: no record has a price under {entry['reference']}."
    amount = _amount(entry)
    if entry["reference"] == OWN:
        return f"The log cost {amount}, at {_day(data) or _its_days(data['period'], data['records'])}{_tier(data)}."
    return f"Under {entry['reference']} the log costs {amount}, at {_day(data) or _today(data)}{_tier(data)}."


def target(entry: dict[str, Any], data: dict[str, Any]) -> str:
    """What the log would cost under a target, and how much of the change is tokens, how much prices."""
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


def _its_days(period: dict[str, Any], records: int) -> str:
    if period["undated"] == records:
        return "the last known prices of its models"
    undated = (
        f", {integer(period['undated'])} undated records at the last known ones" if period["undated"] else ""
    )
    return f"the prices of its days{undated}"


def _today(data: dict[str, Any]) -> str:
    return f"the prices of {data['today']}"


def _tier(data: dict[str, Any]) -> str:
    return " for batches" if data["batch"] else ""


def monthly(data: dict[str, Any]) -> list[Line]:
    """The projection to a month, or why there is none."""
    if data["monthly"] is None:
        return []
    if data["monthly"]["factor"] is None:
        return [Line(f"A month cannot be projected: {data['monthly']['basis']}.", "warning")]
    amounts = ", ".join(
        f"{entry['reference']} {'at least ' if entry['floor'] else ''}{usd(entry['monthly_usd'])}"
        for entry in data["references"]
        if entry["monthly_usd"] is not None
    )
    return [Line(f"Projected to a month ({data['monthly']['basis']}): {amounts}.")] if amounts else []


def unpriced(data: dict[str, Any]) -> list[Line]:
    """How many records have no price, of which models, and what helps."""
    lines = _together((entry["reference"], _without_price(entry, data)) for entry in data["references"])
    return [Line(f"Unpriced under {names}: {text}", "warning") for text, names in lines]


def _without_price(entry: dict[str, Any], data: dict[str, Any]) -> str:
    if not entry["unpriced"]:
        return ""
    listed = [_unpriced_model(row, entry["reference"]) for row in entry["unpriced"]]
    more = len(listed) - UNPRICED_NAMED
    told = ", ".join(listed[:UNPRICED_NAMED]) + (
        f" and {counted(more, 'other', 'others')}" if more > 0 else ""
    )
    missing = data["records"] - entry["priced"]
    ways = dict.fromkeys(
        FILLED_IN_BY[row["reason"]] for row in entry["unpriced"] if row["reason"] in FILLED_IN_BY
    )
    remedy = f"; see {', '.join(ways)}" if ways else ""
    return f"{integer(missing)} of {counted(data['records'], 'record', 'records')}: {told}{remedy}"


def _unpriced_model(row: dict[str, Any], reference: str) -> str:
    """``5 my-model (unknown model)``; the reason alone where a model's name would say nothing."""
    if reference != OWN or row["model"] is None:
        return f"{integer(row['records'])} {row['reason']}"
    return f"{integer(row['records'])} {row['model']} ({row['reason']})"


def floors(data: dict[str, Any]) -> list[Line]:
    """The records whose tokens are not all known."""
    lines = _together(
        (
            entry["reference"],
            ", ".join(f"{counted(n, 'record', 'records')} ({reason})" for reason, n in entry["low"].items()),
        )
        for entry in data["references"]
    )
    return [Line(f"Charged for too little under {names}: {text}", "warning") for text, names in lines]


def tokens(data: dict[str, Any]) -> list[Line]:
    """Of how many records the tokens are as billed, and how sure the counts of the others are."""
    lines = _together((entry["reference"], _usage(entry)) for entry in data["references"])
    told = [f"{names} {text}" for text, names in lines]
    return [Line(f"Tokens, by record: {'; '.join(told)}.", "note")] if told else []


def _usage(entry: dict[str, Any]) -> str:
    basis = f" ({tally(entry['basis'])})" if entry["basis"] else ""
    return tally(entry["usage"]) + basis


def _together(told: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Texts, each with the references that it holds for; empty ones are left out."""
    found: dict[str, list[str]] = {}
    for name, text in told:
        if text:
            found.setdefault(text, []).append(name)
    return [(text, ", ".join(names)) for text, names in found.items()]


def prices(data: dict[str, Any]) -> list[Line]:
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
