"""What is charged in addition to plain tokens: parts at their own rates, regions, fees, and what has no number."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from tokcount.models import overrides
from tokcount.models.catalog import Catalog, default
from tokcount.reports.cost.charges import CostOptions, charge
from tokcount.reports.cost.compute import costs

TODAY = date(2026, 11, 22)
TEXTS = ("source", "kind", "model", "tier", "tags", "flags", "region", "tool_calls")
NUMBERS = (
    *("requests", "billed_input_tokens", "billed_output_tokens", "billed_cached_tokens"),
    *("billed_cache_write_tokens", "billed_cache_write_long_tokens", "billed_reasoning_tokens"),
    *(
        "billed_audio_tokens",
        "billed_audio_output_tokens",
        "billed_image_tokens",
        "billed_image_output_tokens",
    ),
    *("billed_rejected_prediction_tokens", "container_id", "own:input_tokens", "own:output_tokens"),
    *("gpt-6-luna:input_tokens", "gpt-6-luna:output_tokens", "gpt-4.1:input_tokens", "gpt-4.1:output_tokens"),
)


def call(model: str = "gpt-5.4", tokens_in: int = 1000, tokens_out: int = 100, **more: Any) -> dict[str, Any]:
    """One call, counted like it was billed."""
    row: dict[str, Any] = dict.fromkeys((*TEXTS, *NUMBERS))
    row |= {"source": "log", "kind": "responses", "model": model, "tags": "", "flags": "", "requests": 1}
    row |= {name: tokens_in for name in NUMBERS if name.endswith("input_tokens")}
    row |= {name: tokens_out for name in NUMBERS if name.endswith(":output_tokens")}
    return row | {"billed_output_tokens": tokens_out, "container_id": 0, **more}


def entries(
    *calls: dict[str, Any], targets: tuple[str, ...] = (), catalog: Catalog | None = None, **options: Any
) -> list[dict[str, Any]]:
    schema = dict.fromkeys(TEXTS, pl.String) | dict.fromkeys(NUMBERS, pl.Int64)
    log = pl.DataFrame(list(calls), schema=schema).with_columns(timestamp=datetime(2026, 11, 1, tzinfo=UTC))
    found = costs(charge(log, CostOptions(targets=targets, today=TODAY, **options), catalog))
    made: list[dict[str, Any]] = msgspec.to_builtins(found)["references"]
    return made


def own(*calls: dict[str, Any], **options: Any) -> dict[str, Any]:
    return entries(*calls, **options)[0]


def parts(entry: dict[str, Any]) -> dict[str, str | None]:
    return {part["component"]: part["cost_usd"] for part in entry["components"]}


def test_components_add_up_to_the_cost() -> None:
    entry = own(
        call(billed_cached_tokens=400, billed_reasoning_tokens=60, region="eu", tool_calls="web_search:2"),
        call(billed_cached_tokens=100),
    )

    assert parts(entry) == {
        "input": "0.00375",
        "cached_input": "0.000125",
        "output": "0.0021",
        "reasoning": "0.0009",
        "regional": "0.00031",
        "web_search": "0.02",
    }
    assert sum(map(Decimal, parts(entry).values())) == Decimal(entry["cost_usd"])
    assert (entry["regional_cost_usd"], entry["tool_cost_usd"]) == ("0.00031", "0.02")


def test_a_component_has_its_rate_where_all_records_pay_the_same() -> None:
    entry = own(call(), call("gpt-5.5"), call(tool_calls="file_search:3"))

    rates = {part["component"]: part["rate_usd"] for part in entry["components"]}
    assert rates == {"input": None, "output": None, "file_search": "0.0025"}
    assert own(call())["components"][0] == {
        "component": "input",
        "unit": "tokens",
        "quantity": 1000,
        "rate_usd": "2.5",
        "cost_usd": "0.0025",
    }


def test_a_part_has_no_more_tokens_than_its_side() -> None:
    entry = own(
        call(tokens_in=100, billed_cached_tokens=900, billed_image_tokens=900, billed_reasoning_tokens=900)
    )

    assert {part["component"]: part["quantity"] for part in entry["components"]} == {
        "cached_input": 100,
        "reasoning": 100,
    }


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"billed_audio_tokens": 5}, "audio tokens at the rate of text"),
        ({"billed_audio_output_tokens": 5}, "audio tokens at the rate of text"),
        ({"billed_image_output_tokens": 5}, "image tokens at the rate of text"),
        (
            {"billed_cache_write_tokens": 5, "billed_cache_write_long_tokens": 5},
            "long cache writes at the rate of short ones",
        ),
        ({"tool_calls": "image_generation:1"}, "fee of image_generation not known"),
        ({"tool_calls": "web_search_options:1"}, "fee of web_search_options not known"),
        ({"tier": "scale"}, "scale tier at standard rates"),
    ],
)
def test_what_has_no_number_makes_the_cost_a_lower_bound(more: dict[str, Any], reason: str) -> None:
    entry = own(call("gpt-5.4"), call("gpt-5.4", **more))

    assert (entry["floor"], entry["low"]) == (True, {reason: 1})


@pytest.mark.parametrize(
    "more", [{"billed_image_tokens": 5}, {"tool_calls": "computer_use:1,mcp:2"}, {"region": "eu"}]
)
def test_what_is_known_to_cost_nothing_more_is_no_lower_bound(more: dict[str, Any]) -> None:
    entry = own(call("gpt-5.2", **more))

    assert (entry["floor"], entry["cost_usd"]) == (False, "0.00315")


def test_a_record_can_have_several_missing_charges() -> None:
    entry = own(call(billed_audio_tokens=5, tool_calls="image_generation:1", tier="scale"))

    assert sorted(entry["low"].items()) == [
        ("audio tokens at the rate of text", 1),
        ("fee of image_generation not known", 1),
        ("scale tier at standard rates", 1),
    ]


def test_a_container_is_paid_for_once() -> None:
    shared = {"tool_calls": "code_interpreter:1", "container_id": 77}
    entry = own(call(**shared), call(**shared), call(tool_calls="code_interpreter:1"), call(**shared))

    (container,) = [part for part in entry["components"] if part["unit"] == "containers"]
    assert (container["quantity"], container["cost_usd"]) == (2, "0.06")


def test_an_answer_from_a_gateways_cache_pays_no_fee() -> None:
    entry = own(call(tool_calls="web_search:1,image_generation:1", flags="cached_reply"))

    assert (entry["cost_usd"], entry["floor"]) == ("0", False)


def test_targets_pay_their_own_fees_and_surcharges() -> None:
    log = [call("gpt-4.1", tool_calls="web_search_preview:2", region="eu", billed_cached_tokens=500)]
    first, luna, same = entries(*log, targets=("gpt-6-luna", "gpt-4.1"))

    assert (parts(first)["web_search_preview"], parts(luna)["web_search_preview"]) == ("0.05", "0.02")
    assert ("regional" in parts(first), "regional" in parts(luna)) == (False, True)
    assert same["difference_usd"] == "0"
    assert Decimal(luna["token_effect_usd"]) == 0
    assert Decimal(luna["difference_usd"]) == Decimal(luna["cost_usd"]) - Decimal(first["cost_usd"])


def test_a_fee_that_a_target_does_not_have_is_a_missing_charge() -> None:
    log = [call("gpt-4o-search-preview", tool_calls="search_model:1", kind="chat")]
    first, luna = entries(*log, targets=("gpt-6-luna",))

    assert parts(first)["search_model"] == "0.025"
    assert parts(luna)["search_model"] is None
    assert (luna["floor"], luna["low"]) == (True, {"fee of search_model not known": 1})


@pytest.mark.parametrize(
    ("logged", "asked", "usd"),
    [(None, "eu", "0.0044"), ("eu", "none", "0.004"), ("eu", None, "0.0044"), (None, None, "0.004")],
)
def test_a_region_of_the_options_wins_over_the_logged_one(
    logged: str | None, asked: str | None, usd: str
) -> None:
    assert own(call(region=logged), region=asked)["cost_usd"] == usd


def test_a_fee_of_the_user_is_paid(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[[fees]]\ntool = "image_generation"\nusd = 0.04\n', encoding="utf-8")
    catalog = overrides.with_file(default(), prices)

    assert parts(own(call(tool_calls="image_generation:3"), catalog=catalog))["image_generation"] == "0.12"
