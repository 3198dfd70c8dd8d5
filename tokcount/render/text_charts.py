"""Charts as text: a small table of the numbers, or a sparkline for each series."""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean
from typing import Final

from tokcount.document.blocks import Chart, Column, Series, Table
from tokcount.document.values import sparkline

MOST_ROWS: Final = 24
"""The largest number of rows of a table of numbers, and of columns of a sparkline, where neighbours are combined."""


def as_table(chart: Chart) -> Table:
    """One row per column of the chart, one column per series; a long chart as sparklines."""
    if len(chart.labels) > MOST_ROWS:
        return as_sparklines(chart)
    columns = (Column(""), *(Column(series.name, chart.unit) for series in chart.series))
    rows = tuple(
        (label, *(series.values[n] for series in chart.series)) for n, label in enumerate(chart.labels)
    )
    return Table(columns, rows, title=chart.title)


def as_sparklines(chart: Chart) -> Table:
    """One row per series, with a sparkline between its ends."""
    columns = (Column(""), Column("from"), Column(""), Column("to"), Column("most", chart.unit))
    combine = sum if chart.kind == "distribution" else mean
    rows = [
        (
            series.name,
            chart.labels[0],
            sparkline(_condensed(series, combine)),
            chart.labels[-1],
            max((value for value in series.values if value is not None), default=None),
        )
        for series in chart.series
        if chart.labels
    ]
    return Table(columns, tuple(rows), title=chart.title)


def _condensed(series: Series, combine: Callable[[list[float]], float]) -> list[float | None]:
    """At most `MOST_ROWS` numbers: the sum of neighbours in a distribution, their mean over time."""
    values = series.values
    step = -(-len(values) // MOST_ROWS) or 1
    groups = [values[start : start + step] for start in range(0, len(values), step)]
    known = [[value for value in group if value is not None] for group in groups]
    return [combine(group) if group else None for group in known]
