"""How drift spreads over records, and tokens and cost over time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.frames import NEW, OLD, START, counts, frame, record

from tokcount.reports.audit.distribution import MOST_BINS, histogram, timeline
from tokcount.reports.cost.report import CostGroup, GroupCost


def spread(*pairs: tuple[int, int]) -> dict[str, Any]:
    rows = [record(n) | counts(OLD, old) | counts(NEW, new) for n, (old, new) in enumerate(pairs, 1)]
    found: dict[str, Any] = msgspec.to_builtins(histogram(frame(rows), NEW.label, OLD.label))
    return found


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 9000)), min_size=1, max_size=50))
def test_the_bins_hold_every_record_that_has_a_drift(pairs: list[tuple[int, int]]) -> None:
    found = spread(*pairs)

    assert found["records"] == sum(old > 0 for old, _ in pairs)
    assert sum(one["records"] for one in found["bins"]) == found["records"]
    assert len(found["bins"]) <= MOST_BINS + 2
    assert all(a["to"] == b["from"] for a, b in zip(found["bins"], found["bins"][1:], strict=False))


def test_a_record_is_in_the_bin_of_its_drift() -> None:
    bins = spread((100, 90), (100, 100), (100, 100), (100, 112))["bins"]

    holding = {one["from"]: one["records"] for one in bins if one["records"]}
    assert holding == {-0.1: 1, 0.0: 2, 0.1: 1}


def test_far_outliers_are_in_open_bins() -> None:
    bins = spread(*[(100, 100 + n % 10) for n in range(500)], (1, 900), (900, 1))["bins"]

    assert (bins[0]["from"], bins[-1]["to"]) == (None, None)
    assert len(bins) <= MOST_BINS + 2


def test_without_a_drift_there_are_no_bins() -> None:
    assert spread((0, 5)) == {"reference": NEW.label, "records": 0, "step": None, "bins": []}


def over(*days: int | None) -> dict[str, Any]:
    rows = [
        record(n, timestamp=None if day is None else START + timedelta(days=day))
        | counts(OLD, 10)
        | counts(NEW, 5, 7)
        for n, day in enumerate(days, 1)
    ]
    cost = GroupCost(
        reference=OLD.label,
        cost_usd="0.5",
        input_cost_usd="0.5",
        output_cost_usd="0",
        priced=1,
        priced_share=1.0,
    )
    costs = [CostGroup(day="2023-05-01", records=1, references=[cost])]
    found: dict[str, Any] = msgspec.to_builtins(timeline(frame(rows), (OLD, NEW), costs))
    return found


@pytest.mark.parametrize(
    ("days", "unit", "periods"),
    [
        ([0, 0, 91], "day", ["2023-05-01", "2023-07-31"]),
        ([0, 6, 7, 92], "week", ["2023-05-01", "2023-05-08", "2023-07-31"]),
        ([0, 30, 31, 644], "month", ["2023-05-01", "2023-06-01", "2025-02-01"]),
    ],
)
def test_long_logs_are_summed_by_week_or_month(days: list[int], unit: str, periods: list[str]) -> None:
    found = over(*days)

    assert found["unit"] == unit
    assert [period["period"] for period in found["periods"]] == periods


def test_periods_add_up_with_the_undated_apart() -> None:
    found = over(0, 0, 1, None)
    first, *_ = (period for period in found["periods"] if period["period"] == "2023-05-01")

    assert sum(period["records"] for period in found["periods"]) == 4
    assert [period["records"] for period in found["periods"] if period["period"] is None] == [1]
    assert first["references"] == [
        {"reference": OLD.label, "input_tokens": 20, "output_tokens": 0, "cost_usd": "0.5"},
        {"reference": NEW.label, "input_tokens": 24, "output_tokens": 0, "cost_usd": None},
    ]
