"""The drift report."""

from __future__ import annotations

import statistics
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.frames import NEW, NEWER, OLD, SKIPS, Skips, counts, frame, record, small_log

from tokcount.reports.cost.charges import CostOptions
from tokcount.reports.drift.compute import DriftOptions, report

OPTIONS = DriftOptions(OLD, (NEW,))


def entries(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["reference"]: entry for entry in data["references"]}


def test_it_starts_with_what_the_log_holds() -> None:
    data = report(small_log(), SKIPS, OPTIONS).data

    assert (data["records"], data["skipped"]) == (5, 3)
    assert data["skipped_reasons"] == {"error": 2, "unparsed": 1}
    assert data["kinds"] == {"completions": 4, "chat": 1}
    assert data["formats"] == {"openai.pair": 5}
    assert data["models"][0] == {"model": "text-davinci-003", "records": 3}
    assert data["flags"] == {"media": 1, "special_token_text": 1}
    assert data["period"] == {"from": "2023-05-01T00:00:00Z", "to": "2023-05-06T00:00:00Z", "undated": 1}


def test_sums_are_over_the_records_that_can_be_counted() -> None:
    old = entries(report(small_log(), SKIPS, OPTIONS).data)[OLD.label]

    assert old["counted"] == 4
    assert (old["content_tokens"], old["framing_tokens"], old["input_tokens"]) == (344, 0, 344)
    assert old["output_tokens"] == 31
    assert old["basis"] == {"exact": 3, "estimated": 1, "partial": 0}
    assert old["basis_tokens"] == {"exact": 304, "estimated": 40, "partial": 0}


def test_the_baseline_has_no_drift() -> None:
    old = entries(report(small_log(), SKIPS, OPTIONS).data)[OLD.label]

    assert [old[key] for key in ("drift", "drift_p50", "drift_p95", "drift_max", "compared")] == [None] * 5


def test_drift_is_that_of_the_sums_and_percentiles_are_those_of_single_records() -> None:
    new = entries(report(small_log(), SKIPS, OPTIONS).data)[NEW.label]

    singles = [(207 - 300) / 300, (32 - 40) / 40, (12 - 4) / 4]
    assert new["drift"] == pytest.approx((207 + 32 + 12 + 7) / 344 - 1)
    assert new["drift_p50"] == pytest.approx(statistics.median(singles))
    assert new["drift_max"] == 2.0
    assert new["difference"] == 258 - 344
    assert new["output_drift"] == pytest.approx(27 / 31 - 1)


def test_records_of_zero_tokens_are_left_out_of_the_percentiles_and_counted() -> None:
    new = entries(report(small_log(), SKIPS, OPTIONS).data)[NEW.label]

    assert (new["compared"], new["zero_baseline"]) == (4, 1)


def test_what_cannot_be_compared_is_counted_with_its_reason() -> None:
    data = report(small_log(), SKIPS, OPTIONS).data

    assert data["uncompared"] == {"records": 1, "reasons": {"no prompt text": 1}, "left_out": []}
    assert data["reasons"] == {"image by a rule not confirmed": 1, "no prompt text": 1}


def test_a_reference_that_can_count_nothing_has_unknown_sums_not_zero() -> None:
    rows = frame([record(1) | counts(OLD, None) | counts(NEW, 5, 7)])

    old = entries(report(rows, Skips(), OPTIONS).data)[OLD.label]
    new = entries(report(rows, Skips(), OPTIONS).data)[NEW.label]

    assert (old["input_tokens"], old["output_tokens"], old["counted"]) == (None, None, 0)
    assert (new["input_tokens"], new["drift"], new["compared"]) == (12, None, 0)


def test_a_row_is_over_the_records_that_all_references_can_count() -> None:
    rows = frame(
        [record(1) | counts(OLD, 100) | counts(NEW, 50), record(2) | counts(OLD, None) | counts(NEW, 1000)]
    )

    found = report(rows, Skips(), OPTIONS).data
    old, new = found["references"]

    assert (old["input_tokens"], new["input_tokens"], new["drift"]) == (100, 50, -0.5)
    assert (old["counted"], new["counted"], new["compared"]) == (1, 1, 1)


def test_what_is_left_out_is_named_with_its_tokens_one_entry_per_reason() -> None:
    unknown = "unknown model 'x'"
    rows = frame(
        [
            record(1) | counts(OLD, 100) | counts(NEW, 50),
            record(2, reason=unknown) | counts(OLD, None) | counts(NEW, 1000),
            record(3, reason=f"image by a rule not confirmed; {unknown}")
            | counts(OLD, None)
            | counts(NEW, 1),
            record(4) | counts(OLD, 7) | counts(NEW, None),
        ]
    )

    found = report(rows, Skips(), OPTIONS).data["uncompared"]

    assert (found["records"], found["reasons"]) == (3, {unknown: 2, "not countable": 1})
    assert found["left_out"] == [
        {"reason": unknown, "records": 2, "input_tokens": {NEW.label: 1001}},
        {"reason": "not countable", "records": 1, "input_tokens": {OLD.label: 7}},
    ]


def test_groups_are_over_the_same_records_as_the_total_and_add_up_to_it() -> None:
    rows = frame(
        [
            record(1, model="a") | counts(OLD, 100) | counts(NEW, 50),
            record(2, model="a") | counts(OLD, None) | counts(NEW, 1000),
        ]
    )

    found = report(rows, Skips(), DriftOptions(OLD, (NEW,), by=("model",))).data

    (group,) = found["groups"]
    assert group["records"] == 2
    for total, part in zip(found["references"], group["references"], strict=True):
        assert part["input_tokens"] == total["input_tokens"]


def test_a_baseline_of_zero_tokens_has_no_drift_at_all() -> None:
    rows = frame([record(1) | counts(OLD, 0) | counts(NEW, 0, 7)])

    new = entries(report(rows, Skips(), OPTIONS).data)[NEW.label]

    assert (new["drift"], new["drift_p50"], new["drift_max"]) == (None, None, None)


def test_an_empty_log_makes_an_empty_report() -> None:
    data = report(frame([]), Skips(), OPTIONS).data

    assert data["records"] == 0
    assert data["period"] == {"from": None, "to": None, "undated": 0}
    assert entries(data)[NEW.label]["input_tokens"] is None
    assert data["worst"] == []


def test_the_worst_records_are_those_that_grow_most_in_tokens() -> None:
    worst = report(small_log(), SKIPS, OPTIONS).data["worst"]

    assert [(w["source"], w["line"], w["index"], w["difference"], w["drift"]) for w in worst] == [
        ("logs/=june.jsonl", 4, 0, 8, 2.0),
        ("logs/may.jsonl", 5, 2, 7, None),
    ]


def test_equal_growth_is_ordered_by_drift_and_then_as_the_log_is() -> None:
    sizes = [10, 5, 10, 0]
    rows = frame([record(n) | counts(OLD, size) | counts(NEW, size + 3) for n, size in enumerate(sizes)])

    worst = report(rows, Skips(), OPTIONS).data["worst"]

    assert [w["line"] for w in worst] == [3, 1, 0]


def test_records_of_one_model_with_the_same_tokens_are_one_row() -> None:
    models = ["a", "a", "b", "a"]
    rows = frame([record(n, model=name) | counts(OLD, 10) | counts(NEW, 13) for n, name in enumerate(models)])

    worst = report(rows, Skips(), OPTIONS).data["worst"]

    assert [(w["line"], w["alike"]) for w in worst] == [(0, 3), (2, 1)]


def test_top_bounds_the_worst_records_of_each_target() -> None:
    rows = [record(n) | counts(OLD, 1) | counts(NEW, n + 2) | counts(NEWER, n + 3) for n in range(5)]

    options = DriftOptions(OLD, (NEW, NEWER), top=2)
    worst = report(frame(rows, (OLD, NEW, NEWER)), Skips(), options).data["worst"]

    assert [(w["reference"], w["line"]) for w in worst] == [
        ("gpt-4o", 4),
        ("gpt-4o", 3),
        ("gpt-5.6-luna", 4),
        ("gpt-5.6-luna", 3),
    ]


def test_a_target_that_is_the_baseline_stands_once() -> None:
    data = report(small_log(), SKIPS, DriftOptions(OLD, (OLD, NEW))).data

    assert [entry["reference"] for entry in data["references"]] == [OLD.label, NEW.label]


def test_money_is_shown_at_the_prices_asked_for_and_only_then() -> None:
    rows = small_log().with_columns(
        pl.lit(None, pl.String).alias("tier"),
        *(pl.lit(None, pl.Int64).alias(f"billed_{side}_tokens") for side in ("input", "output")),
    )
    money = CostOptions(baseline=OLD.label, targets=(NEW.label,), today=date(2026, 11, 22))
    plain = report(rows, SKIPS, OPTIONS).data
    priced = report(rows, SKIPS, DriftOptions(OLD, (NEW,), money=money)).data

    assert plain["prices"] is None
    assert [entry["cost_usd"] for entry in plain["references"]] == [None, None]
    assert priced["prices"] == {
        "version": "2026.11.26",
        "today": "2026-11-22",
        "assumptions": ["the same answers, counted again", "no reasoning tokens", "nothing cached"],
        "same_records": True,
    }
    assert [entry["cost_usd"] for entry in priced["references"]] == [
        Decimal("0.0075"),
        Decimal("0.000915"),
    ]
    assert [entry["cost_floor"] for entry in priced["references"]] == [True, True]


def test_skipped_places_are_kept_for_every_reason() -> None:
    many = SKIPS.places[:1] * 30 + SKIPS.places[2:]

    data = report(small_log(), Skips(many), OPTIONS).data

    assert data["skipped_reasons"] == {"error": 30, "unparsed": 1}
    assert [place["reason"] for place in data["skipped_at"]] == ["error"] * 10 + ["unparsed"]


TOKENS = st.one_of(st.none(), st.integers(0, 5000))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TOKENS, TOKENS, st.integers(-3, 40)), max_size=30))
def test_the_report_agrees_with_plain_python(pairs: list[tuple[int | None, int | None, int]]) -> None:
    """Sums, total drift, percentiles: recomputed record by record."""
    rows = [record(n) | counts(OLD, a) | counts(NEW, b, extra) for n, (a, b, extra) in enumerate(pairs)]

    new = entries(report(frame(rows), Skips(), OPTIONS).data)[NEW.label]

    both = [(a, b + extra) for a, b, extra in pairs if a is not None and b is not None]
    singles = sorted((b - a) / a for a, b in both if a)
    assert (new["content_tokens"] or 0) + (new["framing_tokens"] or 0) == (new["input_tokens"] or 0)
    old_counts_some = any(a is not None for a, _, _ in pairs)
    summed = [b for _, b in both] if old_counts_some else [b + e for _, b, e in pairs if b is not None]
    assert new["input_tokens"] == (sum(summed) if summed else None)
    assert new["compared"] == len(both)
    before = sum(a for a, _ in both)
    assert new["drift"] == (
        pytest.approx(sum(b for _, b in both) / before - 1, abs=1e-12) if before else None
    )
    assert new["drift_max"] == (pytest.approx(singles[-1]) if singles else None)
    if len(singles) > 1:
        assert new["drift_p50"] == pytest.approx(statistics.median(singles))
        assert new["drift_p95"] == pytest.approx(statistics.quantiles(singles, n=20, method="inclusive")[-1])


def test_sums_beyond_32_bits_are_right() -> None:
    rows = frame([record(n) | counts(OLD, 2_000_000_000) | counts(NEW, 1) for n in range(3)])

    narrow = rows.with_columns(pl.selectors.ends_with("_tokens").cast(pl.Int32))

    assert entries(report(narrow, Skips(), OPTIONS).data)[OLD.label]["input_tokens"] == 6_000_000_000
