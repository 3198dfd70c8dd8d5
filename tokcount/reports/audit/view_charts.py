"""The charts of an audit: how drift spreads, what it is made of, and how tokens and cost go over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from tokcount.document.blocks import Block, Chart, Series
from tokcount.document.values import MINUS
from tokcount.reports.phrases import counted, part_name

STEPS: Final = {"day": timedelta(days=1), "week": timedelta(days=7)}


def drift(data: dict[str, Any]) -> list[Block]:
    """The distribution of drift over the records, a chart for each target."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for entry in data["distribution"]:
        if len(entry["bins"]) > 1:
            key = tuple((_bin(one), one["records"]) for one in entry["bins"])
            found.setdefault(key, []).append(entry["reference"])
    return [_distribution(bins, names) for bins, names in found.items()]


def _distribution(bins: tuple[Any, ...], names: list[str]) -> Chart:
    labels, counts = (tuple(column) for column in zip(*bins, strict=True))
    most = labels[counts.index(max(counts))]
    records = counted(sum(counts), "record", "records")
    told = f"{records} from {labels[0]} to {labels[-1]}; most are at {most}."
    title = f"Drift of single records under {' and '.join(names)}"
    return Chart(title, told, "columns", labels, (Series("records", counts),))


def _bin(one: dict[str, Any]) -> str:
    """Where a bin begins, or what it is open to."""
    if one["from"] is None:
        return f"below {_percent(one['to'])}"
    return f"{_percent(one['from'])} on" if one["to"] is None else _percent(one["from"])


def _percent(fraction: float) -> str:
    value = round(fraction * 100)
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{abs(value)} %"


def by_class(data: dict[str, Any]) -> list[Block]:
    """The difference of each target by class of text."""
    compared = [entry for entry in data["why"] if entry["compared"]]
    parts = list(dict.fromkeys(part["part"] for entry in compared for part in entry["classes"]))
    if not compared:
        return []
    series = []
    for entry in compared:
        differences = {part["part"]: part["difference"] for part in entry["classes"]}
        series.append(Series(entry["reference"], tuple(differences.get(part, 0) for part in parts)))
    title = f"Difference from {data['baseline']} by kind of text, in tokens"
    told = "Bars to the left are tokens saved, bars to the right tokens added; the numbers are in the tables above."
    return [Chart(title, told, "bars", tuple(map(part_name, parts)), tuple(series), "change", in_table=True)]


def over_time(data: dict[str, Any]) -> list[Block]:
    """Input tokens and cost by day, week or month, where there are at least two."""
    unit = data["timeline"]["unit"]
    periods = {period["period"]: period for period in data["timeline"]["periods"] if period["period"]}
    if len(periods) < 2:
        return []
    labels = _unbroken(min(periods), max(periods), unit)
    tokens, money = (_series(periods, labels, key) for key in ("input_tokens", "cost_usd"))
    span = f"from {labels[0]} to {labels[-1]}, by {unit}"
    found: list[Block] = [Chart(f"Input tokens by {unit}", f"Input tokens {span}.", "lines", labels, tokens)]
    priced = tuple(series for series in money if any(series.values))
    if priced:
        found.append(Chart(f"Cost by {unit}", f"Cost in USD {span}.", "lines", labels, priced, "usd"))
    return found


def _unbroken(first: str, last: str, unit: str) -> tuple[str, ...]:
    """All days, weeks or months from the first to the last, also those without records."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    days = [day]
    while day < end:
        day = (day + timedelta(days=31)).replace(day=1) if unit == "month" else day + STEPS[unit]
        days.append(day)
    return tuple(day.isoformat() for day in days)


def _series(periods: dict[str, Any], labels: Sequence[str], key: str) -> tuple[Series, ...]:
    """A series for each reference; a period without records has 0 of everything."""
    names = [entry["reference"] for entry in next(iter(periods.values()))["references"]]
    empty = [{key: 0}] * len(names)
    entries = [periods[label]["references"] if label in periods else empty for label in labels]
    values = [[None if entry[key] is None else float(entry[key]) for entry in row] for row in entries]
    return tuple(Series(name, column) for name, column in zip(names, zip(*values, strict=True), strict=True))


def by_model(data: dict[str, Any], listed: list[dict[str, Any]]) -> list[Block]:
    """Input tokens of the models that are listed, under each reference."""
    labels = tuple(group["model"] or "not named" for group in listed)
    by_label = [[entry["input_tokens"] for entry in group["references"]] for group in listed]
    names = [entry["reference"] for entry in data["references"]]
    series = tuple(
        Series(name, values) for name, values in zip(names, zip(*by_label, strict=True), strict=True)
    )
    told = "Input tokens of each model's records under each reference; the numbers are in the table above."
    return [Chart("Input tokens by model", told, "bars", labels, series, in_table=True)]
