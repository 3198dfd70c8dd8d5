"""Other vendors' models, priced when the extra is installed and left unpriced when it is not."""

import sys
from datetime import date

import pytest

from tokcount.models import genai_prices as other_vendors

DAY = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def fresh() -> None:
    other_vendors.price_row.cache_clear()
    other_vendors.web_search_fee.cache_clear()


def test_without_the_extra_there_is_no_price(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)

    assert other_vendors.price_row("claude-sonnet-4-20250514", DAY) is None


@pytest.mark.parametrize(
    "name",
    [
        "claude-sonnet-4-20250514",
        "anthropic/claude-sonnet-4-20250514",
        "us.anthropic.claude-sonnet-4-20250514-v1:0",
    ],
)
def test_names_of_gateways_are_found_and_the_source_is_named(name: str) -> None:
    pytest.importorskip("genai_prices")
    row = other_vendors.price_row(name, DAY)

    assert row is not None
    assert (int(row.rates.input), int(row.rates.output)) == (3, 15)
    assert row.basis == "genai-prices"
    assert row.source.startswith("genai-prices ")


def test_a_price_that_rises_with_the_request_keeps_its_step() -> None:
    pytest.importorskip("genai_prices")
    row = other_vendors.price_row("gemini-2.5-pro", DAY)

    assert row is not None
    assert row.long is not None
    assert row.long_threshold == 200_000
    assert row.long.input == 2 * row.rates.input


@pytest.mark.parametrize("name", ["gpt-7", "gpt-3.5-turbo-instruct-xyz", "my-deployment", ""])
def test_nothing_is_guessed(name: str) -> None:
    pytest.importorskip("genai_prices")

    assert other_vendors.price_row(name, DAY) is None


def test_long_cache_writes_and_searches_have_their_own_prices() -> None:
    pytest.importorskip("genai_prices")
    row = other_vendors.price_row("claude-sonnet-4-5", DAY)
    fee = other_vendors.web_search_fee("claude-sonnet-4-5", DAY)

    assert row is not None
    assert (str(row.rates.cache_write), str(row.rates.cache_write_long)) == ("3.75", "6")
    assert fee is not None
    assert (fee.tool, str(fee.each)) == ("web_search", "0.01")


def test_a_model_that_is_not_listed_has_no_fee(monkeypatch: pytest.MonkeyPatch) -> None:
    assert other_vendors.web_search_fee("my-own-model", DAY) is None
    other_vendors.web_search_fee.cache_clear()
    monkeypatch.setitem(sys.modules, "genai_prices", None)

    assert other_vendors.web_search_fee("claude-sonnet-4-5", DAY) is None
