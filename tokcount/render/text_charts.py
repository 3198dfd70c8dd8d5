"""Charts as text: bars and sparklines in the cells of a table."""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean
from typing import Final

from tokcount.document.blocks import Blocks, Cell, Chart, Column, Series, Table
from tokcount.document.values import sparkline

MAX_WIDTH: Final = 24
"""The largest number of columns of a sparkline; with more values, neighbours are combined."""


def charts_as_tables(blocks: Blocks) -> Blocks:
    """The blocks with a table in place of each chart that has none next to it."""
    shown = [block for block in blocks if not (isinstance(block, Chart) and block.in_table)]
    return [as_table(block) if isinstance(block, Chart) else block for block in shown]


def as_table(chart: Chart) -> Table:
    """Bars: one row per label. Columns and lines: one row per series, with a sparkline between its ends."""
    return _bars(chart) if chart.kind == "bars" else _sparklines(chart)


def _bars(chart: Chart) -> Table:
    largest = max((abs(value) for series in chart.series for value in series.values if value), default=0) or 1
    columns = [Column("")]
    for series in chart.series:
        columns += [Column(series.name, chart.unit), Column("", "bar")]
    rows = []
    for index, label in enumerate(chart.labels):
        row: list[Cell] = [label]
        for series in chart.series:
            value = series.values[index]
            row += [value, None if value is None else abs(value) / largest]
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows), title=chart.title)


def _sparklines(chart: Chart) -> Table:
    columns = (Column(""), Column("from"), Column(""), Column("to"), Column("most", chart.unit))
    rows = [
        (
            series.name,
            chart.labels[0],
            sparkline(_condensed(series, combine=sum if chart.kind == "columns" else mean)),
            chart.labels[-1],
            max((value for value in series.values if value is not None), default=None),
        )
        for series in chart.series
        if chart.labels
    ]
    return Table(columns, tuple(rows), title=chart.title)


def _condensed(series: Series, combine: Callable[[list[float]], float]) -> list[float | None]:
    """At most `MAX_WIDTH` numbers: the sum of neighbours in a distribution, their mean over time."""
    values = series.values
    step = -(-len(values) // MAX_WIDTH) or 1
    groups = [values[start : start + step] for start in range(0, len(values), step)]
    known = [[value for value in group if value is not None] for group in groups]
    return [combine(group) if group else None for group in known]
