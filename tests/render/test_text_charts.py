"""Charts as text."""

from __future__ import annotations

import pytest

from tokcount.document.blocks import Chart, Series
from tokcount.document.values import bar, sparkline
from tokcount.render.text_charts import MAX_WIDTH, as_table, charts_as_tables


@pytest.mark.parametrize(
    ("length", "shown"), [(0, ""), (1, "█" * 12), (0.5, "█" * 6), (1e-9, "▏"), (9, "█" * 12)]
)
def test_a_bar_is_as_long_as_its_value(length: float, shown: str) -> None:
    assert bar(length) == shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [([0, 1, 7], "▁▂█"), ([0, 0], "▁▁"), ([1, None, 1000], "▂ █"), ([], "")],
)
def test_a_sparkline_goes_from_zero_to_the_largest_value(values: list[float | None], shown: str) -> None:
    assert sparkline(values) == shown


def test_bars_have_one_row_per_label() -> None:
    chart = Chart("t", "d", "bars", ("a", "b"), (Series("x", (4, -2)),), "change")

    assert as_table(chart).rows == (("a", 4, 1.0), ("b", -2, 0.5))


@pytest.mark.parametrize("kind", ["columns", "lines"])
def test_long_series_are_condensed(kind: str) -> None:
    chart = Chart("t", "d", kind, tuple(map(str, range(48))), (Series("x", (10,) * 48),))  # type: ignore[arg-type]
    (row,) = as_table(chart).rows

    assert len(str(row[2])) == MAX_WIDTH
    assert (row[1], row[3], row[4]) == ("0", "47", 10)


def test_a_chart_whose_numbers_are_in_a_table_is_left_out() -> None:
    chart = Chart("t", "d", "bars", ("a",), (Series("x", (4,)),), in_table=True)

    assert charts_as_tables([chart]) == []
