"""The rows behind ``--per-record``."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from support.frames import NEW, OLD, SKIPS, small_log

from tokcount.reports.drift.compute import DriftOptions, report
from tokcount.reports.per_record import per_record


def test_the_columns_are_those_of_the_contract() -> None:
    rows = per_record(small_log(), (OLD, NEW), OLD)

    place = ["source", "line", "index", "format", "kind", "model", "timestamp", "basis", "flags"]
    parts = ["content_tokens", "framing_tokens", "hidden_tokens"]
    quantities = [
        *parts,
        "input_tokens",
        "output_tokens",
        "drift",
        "cost_usd",
        "estimated_low",
        "estimated_high",
    ]
    assert rows.columns == [*place, *(f"{r.label}:{q}" for r in (OLD, NEW) for q in quantities), "reason"]


def test_drift_is_signed_and_unknown_where_it_cannot_be_said() -> None:
    rows = per_record(small_log(), (OLD, NEW), OLD)

    assert rows["gpt-4o:drift"].to_list() == [pytest.approx(-0.31), pytest.approx(-0.2), 2.0, None, None]
    assert rows["text-davinci-003:drift"].to_list() == [None] * 5


def test_a_cost_without_a_price_is_unknown_and_one_with_a_price_stays() -> None:
    priced = small_log().with_columns(pl.lit(Decimal("0.001")).alias("gpt-4o:cost_usd"))

    rows = per_record(priced, (OLD, NEW), OLD)

    assert rows["gpt-4o:cost_usd"].to_list() == [Decimal("0.001")] * 5
    assert rows["text-davinci-003:cost_usd"].null_count() == 5


def test_the_report_is_the_sum_of_the_rows() -> None:
    rows = per_record(small_log(), (OLD, NEW), OLD)
    data = report(small_log(), SKIPS, DriftOptions(OLD, (NEW,))).data

    for entry in data["references"]:
        for key in ("content_tokens", "framing_tokens", "hidden_tokens", "input_tokens", "output_tokens"):
            assert rows[f"{entry['reference']}:{key}"].sum() == entry[key]
