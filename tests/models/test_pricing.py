"""Prices of a day and tier, and the cost of one request."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from support.money import request_usd

from tokcount.models import catalog, overrides, pricing
from tokcount.models import resolve as names

MILLION = 1_000_000


def total(name: str, on: str, tokens_in: int, tokens_out: int) -> Decimal:
    price = pricing.price(name, date.fromisoformat(on))
    assert price is not None
    return request_usd(price, tokens_in, tokens_out)


@pytest.mark.parametrize(
    ("name", "on", "tokens_in", "tokens_out", "usd"),
    [
        ("text-davinci-003", "2023-06-01", MILLION, 200_000, "24"),
        ("davinci", "2022-08-31", MILLION, 0, "60"),
        ("davinci", "2022-09-01", MILLION, 0, "20"),
        ("gpt-3.5-turbo", "2023-04-01", MILLION, MILLION, "4"),
        ("gpt-3.5-turbo", "2023-09-01", MILLION, MILLION, "3.5"),
        ("gpt-3.5-turbo", "2024-06-01", MILLION, MILLION, "2"),
        ("gpt-4o", "2024-09-30", MILLION, MILLION, "20"),
        ("gpt-4o", "2024-10-02", MILLION, MILLION, "12.5"),
        ("o1-mini", "2024-12-01", MILLION, MILLION, "15"),
        ("o1-mini", "2025-03-01", MILLION, MILLION, "5.5"),
        ("gpt-5.6-sol", "2026-08-20", 100_000, 10_000, "0.80"),
        ("gpt-5.6-sol", "2026-08-21", 100_000, 10_000, "0.60"),
        ("gpt-5.5", "2026-11-22", 272_000, 1_000, "1.39"),
        ("gpt-5.5", "2026-11-22", 272_001, 1_000, "2.76501"),
        ("azure/gpt-35-turbo-0613", "2023-08-01", MILLION, MILLION, "3.5"),
        ("openai/gpt-4o-20240806", "2025-01-01", MILLION, MILLION, "12.5"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc", "2025-01-01", MILLION, MILLION, "1.5"),
        ("ft:gpt-3.5-turbo-0613:acme::abc", "2023-09-01", MILLION, MILLION, "28"),
        ("ft:gpt-3.5-turbo-0613:acme::abc", "2023-12-01", MILLION, MILLION, "9"),
        ("curie:ft-acme-2023-01-01-00-00-00", "2023-02-01", MILLION, MILLION, "24"),
        ("ft:davinci-002:acme::x", "2024-02-01", MILLION, MILLION, "24"),
    ],
)
def test_a_request_costs_what_it_was_billed_on_its_day(
    name: str, on: str, tokens_in: int, tokens_out: int, usd: str
) -> None:
    assert total(name, on, tokens_in, tokens_out) == Decimal(usd)


def test_a_known_model_without_a_price_has_none_and_is_not_free() -> None:
    assert pricing.price("gpt-6.2-astra-law", date(2026, 11, 22)) is None


def test_a_free_beta_costs_nothing_and_has_a_note() -> None:
    price = pricing.price("code-davinci-002", date(2022, 5, 1))

    assert price is not None
    assert price.notes == ("free beta",)
    assert request_usd(price, MILLION, MILLION) == 0


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(names.UnknownModel):
        pricing.price("gpt-7", date(2026, 1, 1))


def test_a_day_after_the_last_period_takes_that_period_marked_as_extrapolated() -> None:
    price = pricing.price("text-davinci-003", date(2026, 11, 22))

    assert price is not None
    assert price.extrapolated
    assert price.origin == "text-davinci-003 row from 2022-11-28, verified, extrapolated"


def test_a_day_before_the_first_period_takes_the_first() -> None:
    price = pricing.price("gpt-3.5-turbo", date(2023, 2, 1))

    assert price is not None
    assert price.extrapolated
    assert price.rates.input == 2


def test_without_a_day_it_is_the_last_price_ever() -> None:
    price = pricing.price("gpt-3.5-turbo")

    assert price is not None
    assert price.rates.input == Decimal("0.5")
    assert price.notes == ("no date: the last known price",)


def test_a_price_that_is_announced_ahead_is_not_the_last_known_one_yet() -> None:
    undated, later = (
        pricing.price("gpt-6.2-sol", None, "ultrafast"),
        pricing.price("gpt-6.2-sol", date(2027, 3, 1), "ultrafast"),
    )

    assert undated is not None
    assert later is not None
    assert (undated.rates.input, later.rates.input) == (6, 12)


@pytest.mark.parametrize(
    ("name", "rates", "low"),
    [
        ("azure/gpt-4o", ("2.5", "10"), ()),
        ("azure/us/gpt-4o", ("2.75", "11"), ()),
        ("azure/eu/gpt-4o", ("2.75", "11"), ()),
        ("azure/eu/gpt-6-sol", ("2.4", "12"), ()),
        ("azure/us-gov/gpt-5.1", ("1.71875", "13.75"), ()),
        ("azure/apac/gpt-4o", ("2.5", "10"), ("the surcharge of azure/apac/ is not known",)),
        ("us.openai.gpt-6-sol", ("2.2", "11"), ()),
        ("eu.openai.gpt-6-sol", ("2", "10"), ("the surcharge of eu.openai. is not known",)),
        ("bedrock_mantle/us-gov-west-1/openai.gpt-5.4", ("3.3", "19.8"), ()),
        ("openai/gpt-4o:free", ("0", "0"), ()),
        ("openai/gpt-4o:online", ("2.5", "10"), ("the web search of :online has a fee",)),
        ("openai/gpt-5-high", ("1.25", "10"), ()),
        ("openai/gpt-6-astra-fast", ("20", "100"), ()),
    ],
)
def test_what_a_gateway_adds_to_a_name_changes_the_price(
    name: str, rates: tuple[str, str], low: tuple[str, ...]
) -> None:
    price = pricing.price(name, date(2026, 11, 22))

    assert price is not None
    assert (price.rates.input, price.rates.output) == (Decimal(rates[0]), Decimal(rates[1]))
    assert price.low == low


def test_the_long_prices_rise_with_the_others() -> None:
    price = pricing.price("azure/eu/gpt-6-sol", date(2026, 11, 22))

    assert price is not None
    assert price.long is not None
    assert (price.long.input, price.long.output) == (Decimal("4.8"), 18)


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("github_copilot/gpt-4o", "billed by GitHub Copilot"),
        ("chatgpt/gpt-5.3-codex", "paid by a ChatGPT subscription"),
        ("openai/gpt-5:extended", ":extended has a price of its own at OpenRouter"),
        ("gpt-4o", None),
        ("my-deployment", None),
    ],
)
def test_somebody_elses_bill_is_not_charged_at_the_prices_of_the_vendor(name: str, who: str | None) -> None:
    assert pricing.billed_elsewhere(name) == who
    if who:
        assert pricing.price(name, date(2026, 11, 22)) is None


def test_a_price_of_the_users_for_the_whole_name_is_taken_as_it_is() -> None:
    for name in ("github_copilot/gpt-4o", "azure/us/gpt-4o"):
        mine = overrides.effective([f"{name}=1,2"], environment={})
        price = pricing.price(name, date(2026, 11, 22), None, mine)

        assert price is not None
        assert (price.rates.input, price.notes, price.low) == (1, (), ())


def test_a_moment_counts_by_its_day_in_utc() -> None:
    before_midnight = datetime(2024, 10, 1, 22, 0, tzinfo=timezone(-timedelta(hours=4)))
    price = pricing.price("gpt-4o", before_midnight)

    assert price is not None
    assert price == pricing.price("gpt-4o", datetime(2024, 10, 2, 2, tzinfo=UTC))
    assert price.rates.input == Decimal("2.5")


@pytest.mark.parametrize(
    ("name", "tier", "rates", "note"),
    [
        ("gpt-4.1", "batch", ("1", "4"), "cached input at the batch input rate"),
        ("gpt-5-search-api", "batch", ("0.625", "5"), "batch assumed at half the price"),
        ("gpt-5-search-api", "flex", ("0.625", "5"), "flex assumed at half the price"),
        ("gpt-6-luna", "flex", ("0.05", "0.25"), None),
        ("gpt-6-luna", "priority", ("0.2", "1"), None),
        ("gpt-6-luna", "fast", ("0.2", "1"), None),
        ("gpt-4o", "priority", ("4.25", "17"), None),
        ("gpt-6.1-sol", "ultrafast", ("12", "60"), None),
        ("gpt-3.5-turbo-1106", "batch", ("1", "2"), None),
        ("ft:gpt-4o-2024-08-06:a::b", "batch", ("2.225", "12.5"), None),
        ("gpt-3.5-turbo-instruct", "batch", ("1.5", "2"), "batch has no price of its own: standard rates"),
        ("gpt-3.5-turbo", "priority", ("0.5", "1.5"), "priority tier at standard rates"),
        ("gpt-4o", "default", ("2.5", "10"), None),
    ],
)
def test_a_tier_has_its_own_rates_and_notes_what_is_assumed(
    name: str, tier: str, rates: tuple[str, str], note: str | None
) -> None:
    price = pricing.price(name, date(2025, 6, 1), tier)

    assert price is not None
    assert (price.rates.input, price.rates.output) == (Decimal(rates[0]), Decimal(rates[1]))
    assert price.notes == ((note,) if note else ())


def test_long_context_prices_apply_in_batch_too() -> None:
    price = pricing.price("gpt-5.5", date(2026, 11, 22), "batch")

    assert price is not None
    assert request_usd(price, 272_001, 1_000) == Decimal("2.76501") / 2


def test_cached_input_and_cache_writes_are_parts_of_the_input() -> None:
    price = pricing.price("gpt-5.6-sol", date(2026, 11, 22))
    assert price is not None

    expected = Decimal("0.0004") + Decimal("0.00024") + Decimal("0.0015") + Decimal("0.0002")
    assert request_usd(price, 1000, 10, cached=600, written=300) == expected


def test_cached_tokens_without_a_cached_price_cost_what_input_costs() -> None:
    price = pricing.price("gpt-4", date(2025, 1, 1))
    assert price is not None

    assert request_usd(price, 1000, 0, cached=500) == Decimal("0.03")


def test_a_resolution_prices_like_its_name() -> None:
    name = "ft:gpt-4o-mini-2024-07-18:acme::abc"

    assert pricing.price(names.resolve(name), date(2025, 1, 1)) == pricing.price(name, date(2025, 1, 1))


def test_every_price_names_a_source() -> None:
    known = catalog.sources()

    for name in (*catalog.default().models, *catalog.default().fine_tunes):
        for row in catalog.default().price_rows(name):
            assert row.source, name
            assert set(row.source.split()) <= set(known)


def test_a_tier_without_a_known_price_is_a_lower_bound() -> None:
    urgent = pricing.price("gpt-3.5-turbo", date(2025, 6, 1), "priority")
    batch = pricing.price("gpt-3.5-turbo-instruct", date(2025, 6, 1), "batch")

    assert urgent is not None
    assert urgent.low == ("priority tier at standard rates",)
    assert batch is not None
    assert batch.low == ()


@pytest.mark.parametrize(
    ("name", "region", "factor"),
    [
        ("gpt-5.4", "eu", "1.1"),
        ("gpt-6-luna", "us", "1.1"),
        ("gpt-5.4", None, None),
        ("gpt-5.2", "eu", None),
    ],
)
def test_a_region_adds_to_the_price_of_models_since_march_2026(
    name: str, region: str | None, factor: str | None
) -> None:
    price = pricing.price(name, date(2026, 11, 22), region=region)

    assert price is not None
    assert price.regional == (Decimal(factor) if factor else None)


@pytest.mark.parametrize(
    ("tool", "name", "usd"),
    [
        ("web_search", "gpt-5-mini-2025-08-07", "0.01"),
        ("web_search", "openai/gpt-4o", "0.01"),
        ("web_search_preview", "gpt-4.1-mini", "0.025"),
        ("web_search_preview", "azure/gpt-4o-2024-08-06", "0.025"),
        ("web_search_preview", "o4-mini", "0.01"),
        ("file_search", "gpt-4o", "0.0025"),
        ("code_interpreter", "gpt-5", "0.03"),
        ("code_interpreter_4g", "gpt-5", "0.12"),
        ("search_model", "gpt-4o-mini-search-preview-2025-03-11", "0.025"),
        ("search_model", "gpt-5-search-api", "0.01"),
        ("computer_use", "computer-use-preview", "0"),
        ("search_model", "gpt-4o", None),
        ("image_generation", "gpt-5", None),
        ("file_search", "my-own-model", None),
    ],
)
def test_a_hosted_tool_has_the_published_fee_or_an_unknown_one(tool: str, name: str, usd: str | None) -> None:
    fee = pricing.fee(tool, name, date(2026, 11, 22))

    assert (None if fee is None else fee.each) == (None if usd is None else Decimal(usd))
