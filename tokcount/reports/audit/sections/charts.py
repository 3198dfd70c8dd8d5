"""The charts of an audit: how drift is distributed, and cost over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from tokcount.document.blocks import Block, Chart, Series
from tokcount.document.values import MINUS
from tokcount.reports.audit.report import AuditReport, Bin, Histogram, TimelinePeriod

FOLDED: Final = 3
"""Periods without records that are folded into one label from this number on."""
STEPS: Final = {"day": timedelta(days=1), "week": timedelta(days=7)}


def drift(report: AuditReport) -> list[Block]:
    """The distribution of drift over the records; targets with the same classes share a chart and its scales."""
    tones = {entry.reference: tone for tone, entry in enumerate(report.references)}
    shared: dict[object, list[Histogram]] = {}
    for entry in report.distribution:
        is_open = any(one.start is None or one.end is None for one in entry.bins)
        shared.setdefault(entry.reference if is_open else entry.step, []).append(entry)
    return [
        _distribution(found, tones) for found in shared.values() if any(len(one.bins) > 1 for one in found)
    ]


def _distribution(found: Sequence[Histogram], tones: Mapping[str, int]) -> Chart:
    labels = _classes([one for entry in found for one in entry.bins], found[0].step or 0)
    series = tuple(
        Series(entry.reference, _records(entry, labels), tones[entry.reference]) for entry in found
    )
    description = "Records by the change of their input tokens; right of the line they grow."
    return Chart("Drift of single records", description, "distribution", tuple(labels), series)


def _classes(bins: Sequence[Bin], step: float) -> list[str]:
    """The labels of all bins in order, and of the classes between them that have no records."""
    named = {round(one.start / step): _label(one) for one in bins if one.start is not None and step}
    first = [_label(one) for one in bins if one.start is None]
    places = range(min(named, default=0), max(named, default=-1) + 1)
    return list(dict.fromkeys([*first, *(named.get(place) or _percent(place * step) for place in places)]))


def _records(entry: Histogram, labels: Sequence[str]) -> tuple[float, ...]:
    found = {_label(one): one.records for one in entry.bins}
    return tuple(found.get(label, 0) for label in labels)


def _label(one: Bin) -> str:
    """Where a bin begins, or the side to which it is open."""
    if one.start is None:
        return "all" if one.end is None else f"below {_percent(one.end)}"
    return f"{_percent(one.start)} and up" if one.end is None else _percent(one.start)


def _percent(fraction: float) -> str:
    value = round(fraction * 100)
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{abs(value)} %"


def over_time(report: AuditReport) -> list[Block]:
    """Cost by day, week or month, where there are at least two; input tokens where nothing has a price."""
    unit = report.timeline.unit
    periods = {period.period: period for period in report.timeline.periods if period.period}
    if len(periods) < 2:
        return []
    stretches = _folded(_unbroken(min(periods), max(periods), unit), periods, unit)
    labels = tuple(label for label, _ in stretches)
    found = [period for _, period in stretches]
    names = [entry.reference for entry in report.references]
    span = f"from {min(periods)} to {max(periods)}, by {unit}"
    money = [Series(name, _money(found, n), n) for n, name in enumerate(names)]
    priced = tuple(series for series in money if any(series.values))
    if priced:
        return [Chart(f"Cost by {unit}", f"Cost in USD {span}.", "time", labels, priced, "usd")]
    tokens = [Series(name, _tokens(found, n), n) for n, name in enumerate(names)]
    counted = tuple(series for series in tokens if any(series.values))
    return (
        [Chart(f"Input tokens by {unit}", f"Input tokens {span}.", "time", labels, counted)]
        if counted
        else []
    )


Stretch = tuple[str, TimelinePeriod | None]


def _folded(days: Sequence[str], periods: dict[str, TimelinePeriod], unit: str) -> list[Stretch]:
    """The label and the sums of each period; several without records that follow each other are one."""
    found: list[Stretch] = []
    for is_empty, group in groupby(days, key=lambda day: day not in periods):
        names = list(group)
        if is_empty and len(names) >= FOLDED:
            found.append((f"{len(names)} {unit}s none", None))
        else:
            found += [(day[:7] if unit == "month" else day, periods.get(day)) for day in names]
    return found


def _tokens(periods: Sequence[TimelinePeriod | None], reference: int) -> tuple[float | None, ...]:
    """The input tokens of each period under a reference; `None` in a period without records."""
    return tuple(
        None if period is None else float(period.references[reference].input_tokens) for period in periods
    )


def _money(periods: Sequence[TimelinePeriod | None], reference: int) -> tuple[float | None, ...]:
    """The cost of each period under a reference; `None` where it is unknown, and without records."""
    costs = [None if period is None else period.references[reference].cost_usd for period in periods]
    return tuple(None if cost is None else float(cost) for cost in costs)


def _unbroken(first: str, last: str, unit: str) -> tuple[str, ...]:
    """All days, weeks or months from the first to the last, including those without records."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    days = [day]
    while day < end:
        day = (day + timedelta(days=31)).replace(day=1) if unit == "month" else day + STEPS[unit]
        days.append(day)
    return tuple(day.isoformat() for day in days)
