"""Money as exact text."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.reports.columns import decimal_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1.3900", "1.39"), ("1E-13", "0.0000000000001"), ("0.00", "0"), ("100", "100"), ("-2.50", "-2.5")],
)
def test_amounts_are_written_in_full(amount: str, text: str) -> None:
    assert decimal_text(Decimal(amount)) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=13, min_value=-(10**12), max_value=10**12))
def test_nothing_is_lost(amount: Decimal) -> None:
    assert Decimal(decimal_text(amount)) == amount
