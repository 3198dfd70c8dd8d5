"""Charts as text."""

from __future__ import annotations

import pytest

from tokcount.document.blocks import Chart, Series
from tokcount.document.values import sparkline
from tokcount.render.text_charts import MOST_ROWS, as_sparklines, as_table


@pytest.mark.parametrize(
    ("values", "shown"),
    [([0, 1, 7], "▁▂█"), ([0, 0], "▁▁"), ([1, None, 1000], "▂ █"), ([], "")],
)
def test_a_sparkline_goes_from_zero_to_the_largest_value(values: list[float | None], shown: str) -> None:
    assert sparkline(values) == shown


def test_a_chart_is_a_table_with_a_row_for_each_of_its_columns() -> None:
    chart = Chart("t", "d", "distribution", ("a", "b"), (Series("x", (4, 2)), Series("y", (None, 1))))
    table = as_table(chart)

    assert [column.label for column in table.columns] == ["", "x", "y"]
    assert table.rows == (("a", 4, None), ("b", 2, 1))


@pytest.mark.parametrize("kind", ["distribution", "time"])
def test_long_series_are_condensed_to_sparklines(kind: str) -> None:
    chart = Chart("t", "d", kind, tuple(map(str, range(48))), (Series("x", (10,) * 48),))  # type: ignore[arg-type]
    (row,) = as_table(chart).rows

    assert len(str(row[2])) == MOST_ROWS
    assert (row[1], row[3], row[4]) == ("0", "47", 10)
    assert as_sparklines(chart) == as_table(chart)
