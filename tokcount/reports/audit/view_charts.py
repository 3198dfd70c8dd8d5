"""The charts of an audit: how drift is distributed, what it consists of, and tokens and cost over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from tokcount.document.blocks import Block, Chart, Series
from tokcount.document.values import MINUS
from tokcount.reports.audit.report import AuditReport, Bin, ModelGroup, TimelinePeriod
from tokcount.reports.phrases import counted, part_name

STEPS: Final = {"day": timedelta(days=1), "week": timedelta(days=7)}


def drift(report: AuditReport) -> list[Block]:
    """The distribution of drift over the records; targets with the same one share a chart."""
    found: dict[tuple[tuple[str, int], ...], list[str]] = {}
    for entry in report.distribution:
        if len(entry.bins) > 1:
            key = tuple((_label(one), one.records) for one in entry.bins)
            found.setdefault(key, []).append(entry.reference)
    return [_distribution(bins, names) for bins, names in found.items()]


def _distribution(bins: tuple[tuple[str, int], ...], names: list[str]) -> Chart:
    labels = tuple(label for label, _ in bins)
    counts = tuple(records for _, records in bins)
    most = labels[counts.index(max(counts))]
    records = counted(sum(counts), "record", "records")
    description = f"{records} from {labels[0]} to {labels[-1]}; most are at {most}."
    title = f"Drift of single records under {' and '.join(names)}"
    return Chart(title, description, "columns", labels, (Series("records", counts),))


def _label(one: Bin) -> str:
    """Where a bin begins, or the side to which it is open."""
    if one.start is None:
        return "all" if one.end is None else f"below {_percent(one.end)}"
    return f"{_percent(one.start)} and up" if one.end is None else _percent(one.start)


def _percent(fraction: float) -> str:
    value = round(fraction * 100)
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{abs(value)} %"


def by_class(report: AuditReport) -> list[Block]:
    """The difference of each target by kind of text."""
    compared = [entry for entry in report.why if entry.compared]
    parts = list(dict.fromkeys(part.part for entry in compared for part in entry.classes))
    if not compared:
        return []
    series = []
    for entry in compared:
        differences = {part.part: part.difference for part in entry.classes}
        series.append(Series(entry.reference, tuple(differences.get(part, 0) for part in parts)))
    title = f"Difference from {report.baseline} by kind of text, in tokens"
    description = (
        "Bars to the left are tokens saved, bars to the right tokens added. The tables have the numbers."
    )
    names = tuple(map(part_name, parts))
    return [Chart(title, description, "bars", names, tuple(series), "change", in_table=True)]


def over_time(report: AuditReport) -> list[Block]:
    """Input tokens and cost by day, week or month, where there are at least two."""
    unit = report.timeline.unit
    periods = {period.period: period for period in report.timeline.periods if period.period}
    if len(periods) < 2:
        return []
    labels = _unbroken(min(periods), max(periods), unit)
    found = [periods.get(label) for label in labels]
    names = [entry.reference for entry in report.references]
    span = f"from {labels[0]} to {labels[-1]}, by {unit}"
    tokens = tuple(Series(name, _tokens(found, i)) for i, name in enumerate(names))
    counted = tuple(series for series in tokens if any(series.values))
    charts: list[Block] = []
    if counted:
        charts.append(Chart(f"Input tokens by {unit}", f"Input tokens {span}.", "lines", labels, counted))
    money = tuple(Series(name, _money(found, i)) for i, name in enumerate(names))
    priced = tuple(series for series in money if any(series.values))
    if priced:
        charts.append(Chart(f"Cost by {unit}", f"Cost in USD {span}.", "lines", labels, priced, "usd"))
    return charts


def _tokens(periods: Sequence[TimelinePeriod | None], reference: int) -> tuple[float | None, ...]:
    """The input tokens of each period under a reference; 0 in a period without records."""
    return tuple(
        0 if period is None else float(period.references[reference].input_tokens) for period in periods
    )


def _money(periods: Sequence[TimelinePeriod | None], reference: int) -> tuple[float | None, ...]:
    """The cost of each period under a reference; 0 in a period without records, `None` where it is unknown."""
    costs = ["0" if period is None else period.references[reference].cost_usd for period in periods]
    return tuple(None if cost is None else float(cost) for cost in costs)


def _unbroken(first: str, last: str, unit: str) -> tuple[str, ...]:
    """All days, weeks or months from the first to the last, including those without records."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    days = [day]
    while day < end:
        day = (day + timedelta(days=31)).replace(day=1) if unit == "month" else day + STEPS[unit]
        days.append(day)
    return tuple(day.isoformat() for day in days)


def by_model(report: AuditReport, listed: list[ModelGroup]) -> list[Block]:
    """Input tokens of the models that are listed, under each reference."""
    labels = tuple(group.model or "not named" for group in listed)
    series = tuple(
        Series(entry.reference, tuple(group.references[i].input_tokens for group in listed))
        for i, entry in enumerate(report.references)
    )
    description = (
        "Input tokens of each model's records under each reference; the table above has the numbers."
    )
    return [Chart("Input tokens by model", description, "bars", labels, series, in_table=True)]
