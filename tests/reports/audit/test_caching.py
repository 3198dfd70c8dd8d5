"""What caching would save: starts that come again, in time, long enough, and not charged as cached already."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from support.frames import START, counts, frame, record

from tokcount.models import catalog
from tokcount.reports.audit.caching import saving, with_cacheable
from tokcount.reports.columns import NamedReference
from tokcount.reports.cost.charges import CostOptions

NEW = NamedReference("gpt-4o")
OLD = NamedReference("gpt-4")
OPTIONS = CostOptions(baseline="gpt-4", targets=("gpt-4o",), today=date(2026, 11, 22))
BILLED = {"tier": None, "billed_input_tokens": None, "billed_output_tokens": None}


def call(minute: int | None, lead: int = 2000, content: int = 3000, **ids: int) -> dict[str, Any]:
    time = None if minute is None else START + timedelta(minutes=minute)
    columns = {"gpt-4o:lead_tokens": lead, "gpt-4o:history_tokens": 0, "lead_id": 7} | BILLED
    return record(1, timestamp=time) | counts(OLD, content) | counts(NEW, content) | columns | ids


def log(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame([row | {"line": n} for n, row in enumerate(rows, 1)], (OLD, NEW))


def cacheable(*rows: dict[str, Any]) -> list[int]:
    return with_cacheable(log(*rows), "gpt-4o")["cacheable"].to_list()


def test_a_start_is_cached_from_its_second_time_on_in_steps_of_128() -> None:
    assert cacheable(call(0), call(1), call(2)) == [0, 1920, 1920]


def test_a_start_below_1024_tokens_is_never_cached() -> None:
    assert cacheable(call(0, lead=1023), call(1, lead=1023)) == [0, 0]
    assert cacheable(call(0, lead=1024), call(1, lead=1024)) == [0, 1024]


def test_a_cache_forgets_after_an_hour() -> None:
    assert cacheable(call(0), call(61), call(121)) == [0, 0, 1920]


def test_without_times_the_order_of_the_log_counts() -> None:
    assert cacheable(call(None), call(None)) == [0, 1920]


def test_with_times_the_order_of_the_log_does_not_count() -> None:
    assert cacheable(call(5), call(0)) == [1920, 0]


def test_other_models_and_other_starts_share_nothing() -> None:
    assert cacheable(call(0), call(1) | {"model": "gpt-4"}, call(2, lead_id=8), call(3, lead_id=0)) == [0] * 4


def test_a_conversation_goes_on_from_the_call_before() -> None:
    first = call(0, lead_id=0, request_id=11)
    second = call(1, lead_id=0, request_id=12, history_id=11) | {"gpt-4o:history_tokens": 2600}
    stranger = call(2, lead_id=0, request_id=13, history_id=99) | {"gpt-4o:history_tokens": 2600}

    assert cacheable(first, second, stranger) == [0, 2560, 0]


def test_a_scan_without_parts_knows_of_no_starts() -> None:
    rows = [record(1) | BILLED | counts(OLD, 3000) | counts(NEW, 3000)] * 2

    assert with_cacheable(frame(rows, (OLD, NEW)), "gpt-4o")["cacheable"].to_list() == [0, 0]


def test_the_saving_is_the_price_of_input_less_that_of_cached_input() -> None:
    found = saving(log(call(0), call(1), call(2)), "gpt-4o", OPTIONS, catalog.default())

    assert found is not None
    hits, numbers, amount = found
    assert hits["line"].to_list() == [2, 3]
    assert numbers.cached_tokens == 3840
    assert Decimal(amount) == 3840 * (Decimal("2.50") - Decimal("1.25")) / 10**6


def test_what_is_charged_as_cached_already_is_not_saved_again() -> None:
    options = CostOptions(
        baseline="gpt-4", targets=("gpt-4o",), today=date(2026, 11, 22), cached_share=Decimal("0.5")
    )
    found = saving(log(call(0), call(1)), "gpt-4o", options, catalog.default())

    assert found is not None
    assert found.numbers.cached_tokens == 1920 - 1500


def test_a_model_without_a_price_for_cached_input_saves_nothing() -> None:
    rows = log(call(0), call(1))

    assert saving(rows, "gpt-4", OPTIONS, catalog.default()) is None
    assert saving(rows, "o200k_base", OPTIONS, catalog.default()) is None
