"""The amounts in a log against prices, and what explains the differences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from support.costs import OWN, TODAY
from support.frames import SKIPS, counts, record
from support.frames import frame as counted_frame

from tokcount.reports.cost.charges import CostOptions, charge
from tokcount.reports.reconcile.money import report
from tokcount.reports.reconcile.report_money import MoneyReport

PRICE = Decimal("0.002915")
"""1,000 tokens of input, 468 of them cached, and 100 of output to gpt-4o on a day at 2.50, 1.25 and 10."""
FULL = Decimal("0.0035")


def money(*logged: Decimal | str | None, **columns: Any) -> MoneyReport:
    """The report on calls of one kind with these amounts in the log."""
    usage = {"billed_input_tokens": 1_000, "billed_output_tokens": 100, "billed_cached_tokens": 468}
    plain = {"kind": "chat", "model": "gpt-4o", "tier": None, "requests": 1, "timestamp": None}
    rows = [
        record(line) | plain | usage | counts(OWN, 993, 7, 100) | columns for line, _ in enumerate(logged, 1)
    ]
    amounts = [None if amount is None else Decimal(amount) for amount in logged]
    frame = counted_frame(rows, (OWN,)).with_columns(billed_usd=pl.Series(amounts, dtype=pl.Decimal(38, 13)))
    return report(charge(frame, CostOptions(today=TODAY, cost_from="prices")), SKIPS)


def test_amounts_that_are_the_price_agree() -> None:
    found = money(PRICE, PRICE)

    assert (found.compared, found.differing, found.worst) == (2, 0, [])
    assert Decimal(found.logged_usd) == Decimal(found.computed_usd) == PRICE * 2


@pytest.mark.parametrize(
    ("logged", "reason"),
    [
        (FULL, "cached input at the full price"),
        (Decimal("0.00175"), "at the batch tier"),
        (PRICE - Decimal("0.001"), "without the output"),
        (Decimal("0.0077777"), None),
    ],
)
def test_another_way_to_charge_that_comes_to_the_amount_is_the_reason(
    logged: Decimal, reason: str | None
) -> None:
    found = money(PRICE, logged)
    (model,) = found.by_model

    assert (model.records, model.differing, model.reason) == (2, 1, reason)
    assert model.explained == (1 if reason else 0)
    assert [(record.line, record.reason) for record in found.worst] == [(2, reason)]
    assert Decimal(found.difference_usd) == PRICE - logged


def test_amounts_with_few_digits_are_compared_to_their_last_digit_and_not_explained() -> None:
    found = money("0.003", "0.002")

    assert (found.compared, found.differing) == (2, 1)
    assert found.worst[0].reason is None


def test_what_lacks_an_amount_or_a_price_is_named() -> None:
    assert [(e.reason, e.records, e.usd) for e in money(PRICE, None).uncompared] == [
        ("no amount in the log", 1, str(PRICE))
    ]
    assert [(e.reason, e.usd) for e in money("0.25", model="acme-1").uncompared] == [
        ("unknown model", "0.25")
    ]
