"""The amounts that a log has, where they are taken instead of prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from support.budget_log import measured
from support.costs import OWN, TODAY
from support.frames import NEWER, SKIPS, counts, record
from support.frames import frame as counted_frame

from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.sources.from_reports import ReportSource
from tokcount.reports.cost import compute as cost
from tokcount.reports.cost.charging.logged import CostFrom
from tokcount.reports.drift import compute as drift

PRICE = Decimal("0.0035")
"""1,000 tokens of input and 100 of output to gpt-4o."""


def call(line: int, model: str | None, logged: str | None, **columns: Any) -> dict[str, Any]:
    usage = {"billed_input_tokens": 1_000, "billed_output_tokens": 100, "billed_cached_tokens": 0}
    amount = {"billed_usd": None if logged is None else Decimal(logged)}
    plain = record(line, kind="chat", model=model, tier=None, requests=1, timestamp=None)
    return plain | usage | amount | counts(OWN, 993, 7, 100) | counts(NEWER, 993, 7, 100) | columns


def log(*calls: dict[str, Any]) -> pl.DataFrame:
    frame = counted_frame(
        [{k: v for k, v in row.items() if k != "billed_usd"} for row in calls], (OWN, NEWER)
    )
    amounts = pl.Series("billed_usd", [row["billed_usd"] for row in calls], dtype=pl.Decimal(38, 13))
    return frame.with_columns(amounts)


MIXED = log(
    call(1, "gpt-4o", "0.004"),
    call(2, "gpt-4o", None),
    call(3, "acme-1", "0.0001234567891"),
    call(4, "acme-1", "0"),
    call(5, None, "0.25"),
    call(6, "gpt-4o", "0.9", flags="cached_reply"),
)


def report(frame: pl.DataFrame, source: CostFrom, **options: Any) -> cost.CostReport:
    return cost.report(frame, SKIPS, cost.CostOptions(today=TODAY, cost_from=source, **options))


@pytest.mark.parametrize(
    ("source", "amount", "charged", "logged"),
    [
        ("prices", 2 * PRICE, 3, None),
        ("auto", 2 * PRICE + Decimal("0.2501234567891"), 5, 2),
        ("log", Decimal("0.2541234567891"), 4, 3),
    ],
)
def test_amounts_come_from_prices_the_log_or_both(
    source: CostFrom, amount: Decimal, charged: int, logged: int | None
) -> None:
    (own,) = report(MIXED, source).references

    assert Decimal(own.cost_usd or 0) == amount
    assert own.charged == charged
    assert (own.logged or None) == logged
    assert own.floor


def test_what_the_log_has_no_amount_for_is_unpriced_with_its_reason() -> None:
    auto, logged = report(MIXED, "auto").references[0], report(MIXED, "log").references[0]

    assert [(row.model, row.reason, row.records) for row in auto.unpriced] == [("acme-1", "unknown model", 1)]
    assert {row.reason for row in logged.unpriced} == {"no amount in the log"}
    assert [price.cost_usd for price in logged.prices] == ["0"]  # of the answer from a cache
    assert (logged.input_cost_usd, logged.output_cost_usd) == ("0", "0")


@pytest.mark.parametrize("source", ["prices", "auto", "log"])
@pytest.mark.parametrize("by", [("component",), ("component", "model")])
def test_components_add_up_with_what_the_log_has(source: CostFrom, by: tuple[str, ...]) -> None:
    found = report(MIXED, source, by=by)
    (own,) = found.references
    parts = [part for group in found.groups for entry in group.references for part in entry.components or []]

    assert sum(Decimal(part.cost_usd or 0) for part in own.components) == Decimal(own.cost_usd or 0)
    if parts:
        assert sum(Decimal(part.cost_usd or 0) for part in parts) == Decimal(own.cost_usd or 0)
    assert ("logged" in {part.component for part in own.components}) == (source != "prices")


def test_a_log_without_amounts_is_charged_as_before() -> None:
    plain = MIXED.drop("billed_usd")

    assert report(plain, "auto") == report(plain, "prices")


def test_targets_are_charged_at_prices_in_any_case() -> None:
    found = report(MIXED, "auto", targets=("gpt-5.6-luna",))
    own, target = found.references

    assert own.charged == target.charged == 5
    assert target.compared == 3
    assert report(MIXED, "prices", targets=("gpt-5.6-luna",)).references[1].priced == target.priced


def test_budgets_and_saved_reports_have_the_same_value_and_say_where_it_is_from() -> None:
    expected = measured("cost.total <= $1", MIXED)
    found = ReportSource([report(MIXED, "auto")]).measure(parse("cost.total <= $1"), None)

    assert expected.value == found.value == 2 * PRICE + Decimal("0.2501234567891")
    assert expected.made_from == found.made_from == "2 of 6 records at the amount in the log"
    assert measured("cost.total <= $1", MIXED, cost_from="prices").made_from == ""


def test_drift_says_how_many_records_have_the_amount_of_the_log() -> None:
    money = cost.CostOptions(today=TODAY, targets=(NEWER.label,))
    found = drift.report(MIXED, SKIPS, drift.DriftOptions(OWN, (NEWER,), money=money))

    assert found.prices is not None
    assert found.prices.logged == 2
