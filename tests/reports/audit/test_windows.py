"""Whether requests fit the windows of models."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import polars as pl
from support.frames import counts, frame, record

from tokcount.models import catalog
from tokcount.reports.audit.windows import windows, with_windows
from tokcount.reports.budgets.per_record import input_tokens
from tokcount.reports.columns import NamedReference
from tokcount.reports.cost.charges import CostOptions, charge

OWN = NamedReference("own")
GPT_4 = NamedReference("gpt-4")
CODES = NamedReference("o200k_base")


def windows_of(reference: NamedReference, *rows: dict[str, Any], **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(
        windows(frame(rows, (reference,)), reference.label, catalog.default(), **options)
    )
    return found


def test_an_input_longer_than_the_window_does_not_fit() -> None:
    found = windows_of(GPT_4, record(1) | counts(GPT_4, 8192), record(2) | counts(GPT_4, 8193))

    assert (found["context_window"], found["measured"], found["too_long"]) == (8192, 2, 1)
    assert found["fullest"] == {"source": "logs/may.jsonl", "line": 2, "index": 0}
    assert found["fill_max"] == 8193 / 8192


def test_the_window_holds_the_input_and_max_tokens() -> None:
    fits = record(1, max_tokens=92) | counts(GPT_4, 8100)
    does_not = record(2, max_tokens=93) | counts(GPT_4, 8100)
    is_too_long_anyway = record(3, max_tokens=93) | counts(GPT_4, 9000)

    found = windows_of(GPT_4, fits, does_not, is_too_long_anyway)

    assert (found["too_long"], found["no_room"]) == (1, 1)


def test_more_than_the_model_writes_is_too_much() -> None:
    found = windows_of(GPT_4, record(1, max_tokens=9000) | counts(GPT_4, 1))

    assert found["asks_too_much"] == 1


def test_part_of_a_window_may_be_reserved_for_the_answer() -> None:
    reference = NamedReference("gpt-5")

    assert windows_of(reference, record(1) | counts(reference, 1))["max_input"] == 272_000


def test_records_are_compared_with_their_own_models() -> None:
    rows = [
        record(1, model="gpt-4") | counts(OWN, 8193),
        record(2, model="gpt-4o") | counts(OWN, 8193),
        record(3, model="mine") | counts(OWN, 8193),
        record(4, model=None) | counts(OWN, 8193),
    ]

    found = windows_of(OWN, *rows)

    assert (found["context_window"], found["measured"], found["too_long"]) == (None, 2, 1)
    assert windows_of(OWN, *rows, assume_model="gpt-4")["too_long"] == 3


def test_an_encoding_has_no_window() -> None:
    found = windows_of(CODES, record(1, max_tokens=5) | counts(CODES, 10**6))

    assert (found["measured"], found["too_long"], found["fullest"]) == (0, 0, None)


def test_what_was_billed_takes_its_place_in_the_window() -> None:
    hidden = record(1, billed_input_tokens=9000) | counts(GPT_4, 8, basis="partial", hidden=8992)
    no_text = record(2, billed_input_tokens=9000) | counts(GPT_4, None)

    found = windows_of(GPT_4, hidden, no_text)

    assert (found["too_long"], found["unknown"]) == (2, 0)


def test_a_lower_bound_that_fits_says_nothing_about_the_whole_request() -> None:
    floor = record(1) | counts(GPT_4, 8, basis="partial")
    too_long = record(2) | counts(GPT_4, 9000, basis="partial")
    not_counted = record(3) | counts(GPT_4, None)
    whole = record(4) | counts(GPT_4, 8, basis="estimated")

    found = windows_of(GPT_4, floor, too_long, not_counted, whole)

    assert (found["too_long"], found["unknown"], found["measured"]) == (1, 2, 3)


def test_windows_budgets_and_costs_agree_on_the_best_known_input() -> None:
    target = NamedReference("gpt-4o", "o200k_base", "chat")
    billed = {"billed_output_tokens": None, "requests": 1, "tier": None}
    rows = frame(
        [
            record(1, billed_input_tokens=9000) | billed | counts(OWN, 8990) | counts(target, 7000),
            record(2, billed_input_tokens=80) | billed | counts(OWN, 100) | counts(target, 70),
            record(3, billed_input_tokens=500) | billed | counts(OWN, None) | counts(target, None),
            record(4, billed_input_tokens=None) | billed | counts(OWN, 30) | counts(target, 20),
            record(5, billed_input_tokens=0) | billed | counts(OWN, 40) | counts(target, 30),
        ],
        (OWN, target),
    ).with_columns(model=pl.lit("gpt-4"))
    money = CostOptions(targets=("gpt-4o",), today=date(2026, 11, 22))
    charges = charge(rows, money)

    for label, known in (("own", [9000, 80, 500, 30, 40]), ("gpt-4o", [7010, 50, 500, 20, 30])):
        taken = input_tokens(label, OWN.label)
        window = with_windows(rows, label, catalog.default())
        assert rows.select(taken.value).to_series().to_list() == known
        assert charges.rows[label]["input"].to_list() == known
        assert (window["fill"] * window["takes"]).round().to_list() == known


def test_usage_of_several_calls_is_not_the_size_of_one() -> None:
    several = record(1, billed_input_tokens=9000, requests=3) | counts(GPT_4, 8, basis="partial", hidden=8992)

    found = windows_of(GPT_4, several)

    assert (found["too_long"], found["unknown"]) == (0, 1)
