"""Exports of numbers: the numbers of a row, how many calls it covers, and which rows are empty."""

from typing import Any

import pytest
from support.reading import items, reasons, record, records, row, used

from tokcount.logs.record import Skipped

USAGE = {
    "start_time": "1759622400",
    "end_time": "1759708800",
    "num_model_requests": "10.0",
    "project_id": "proj_x",
    "user_id": "user-x",
    "model": "gpt-4o-2024-08-06",
    "batch": "FALSE",
    "service_tier": "default",
    "input_tokens": "59,200.0",
    "output_tokens": "10646.0",
    "input_cached_tokens": "5760.0",
}


def test_a_usage_row_counts_its_calls() -> None:
    found = record(row(**USAGE))

    assert (found.format, found.kind, found.model) == ("openai.usage", "usage", "gpt-4o-2024-08-06")
    assert (used(found).input, used(found).output, used(found).cached_input) == (59200, 10646, 5760)
    assert (used(found).requests, used(found).source, found.tier) == (10, "csv", None)
    assert (found.user, found.timestamp) == ("user-x", 1759622400.0)


def test_batch_rows_have_their_tier() -> None:
    assert record(row(**USAGE | {"batch": "TRUE"})).tier == "batch"
    assert record(row(**USAGE | {"service_tier": "flex"})).tier == "flex"


def test_rows_without_numbers_are_empty() -> None:
    empty = dict.fromkeys(USAGE, "") | {"start_time": "1759881600"}

    assert reasons(row(**empty)) == [("empty", "openai.usage")]


def test_pages_of_buckets_are_read_result_by_result() -> None:
    result = {"object": "organization.usage.completions.result", "input_tokens": 100, "output_tokens": 5}
    buckets = [
        {
            "object": "bucket",
            "start_time": 1730419200,
            "results": [result | {"num_model_requests": 3}, result],
        },
        {"object": "bucket", "start_time": 1730505600, "results": []},
    ]
    page: dict[str, Any] = {"object": "page", "data": buckets, "has_more": False}

    found = records(page | {"data": buckets[:1]})
    assert [used(item).requests for item in found] == [3, 1]
    assert {item.timestamp for item in found} == {1730419200.0}
    assert len(records(buckets[0])) == 2
    assert [item.reason for item in items(page) if isinstance(item, Skipped)] == ["empty"]


def test_costs_are_money_without_tokens() -> None:
    columns = {
        "start_time": "1759622400",
        "amount_value": "0.1234",
        "amount_currency": "usd",
        "line_item": "gpt-4o",
    }
    result = {
        "object": "organization.costs.result",
        "amount": {"value": 0.06, "currency": "usd"},
        "line_item": "x",
    }
    page = {"object": "page", "data": [{"object": "bucket", "start_time": 1730419200, "results": [result]}]}

    assert (record(row(**columns)).format, used(record(row(**columns))).cost_usd) == (
        "openai.costs",
        "0.1234",
    )
    assert (record(page).format, used(record(page)).cost_usd) == ("openai.costs", "0.06")


OPENROUTER = {
    "generation_id": "gen-1",
    "created_at": "2026-06-28 03:46:57.713",
    "cost_total": "0.00012",
    "tokens_prompt": "240",
    "tokens_completion": "20",
    "tokens_reasoning": "8",
    "tokens_cached": "100",
    "model_permaslug": "openai/gpt-4o-2024-11-20",
    "provider_name": "Azure",
    "app_name": "MyApp",
    "user": "",
}


def test_openrouter_activity_is_a_call_a_row() -> None:
    found = record(row(**OPENROUTER))

    assert (found.format, found.id, found.model) == (
        "openrouter.activity",
        "gen-1",
        "openai/gpt-4o-2024-11-20",
    )
    assert (used(found).input, used(found).reasoning, used(found).cached_input) == (240, 8, 100)
    assert (found.timestamp, found.tags, found.flags) == (None, ("MyApp",), ("no_text",))


def test_openrouters_aggregated_rows_count_their_calls() -> None:
    value = {
        "date": "2026-06-28",
        "model": "openai/gpt-4o",
        "model_permaslug": "openai/gpt-4o-2024-11-20",
        "usage": 0.5,
        "requests": 12,
        "prompt_tokens": 4000,
        "completion_tokens": 300,
        "reasoning_tokens": 0,
    }

    assert (used(record(value)).requests, used(record(value)).input) == (12, 4000)
    assert len(records({"data": [value, value], "total": 2})) == 2


CLOUDFLARE: dict[str, Any] = {
    "id": "01J",
    "created_at": "2024-10-20T00:00:00Z",
    "provider": "openai",
    "model": "gpt-4o-mini",
    "path": "chat/completions",
    "status_code": 200,
    "success": True,
    "cached": False,
    "tokens_in": 24,
    "tokens_out": 2,
    "metadata": '{"team":"AI"}',
    "cost": 4.8e-06,
}


def test_cloudflare_rows_are_usage() -> None:
    found = record(CLOUDFLARE | {"cached": True})

    assert (found.format, found.kind, found.tags) == ("cloudflare.logs", "usage", ("team:AI",))
    assert found.flags == ("cached_reply", "no_text")
    assert used(found).cost_usd == "4.8e-06"


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"success": False}, "error"), ({"status_code": 500}, "error"), ({"path": "embeddings"}, "not_llm")],
)
def test_cloudflare_rows_that_are_no_calls(change: dict[str, Any], reason: str) -> None:
    assert reasons(CLOUDFLARE | change) == [(reason, "cloudflare.logs")]


def test_logpush_is_encrypted_and_says_what_to_do() -> None:
    sealed = {"type": "encrypted", "key": "k", "iv": "i", "data": "d"}
    value = {"Provider": "openai", "RequestBody": sealed, "ResponseBody": sealed, "Metadata": sealed}

    (item,) = items(value)

    assert isinstance(item, Skipped)
    assert (item.format, item.reason) == ("cloudflare.logpush", "encrypted")
    assert "decrypt" in item.detail


def test_logpush_that_was_decrypted_is_read() -> None:
    body = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}'
    value = {
        "Provider": "openai",
        "Model": "gpt-4o",
        "Endpoint": "chat/completions",
        "RequestBody": body,
        "ResponseBody": "{}",
    }

    assert (record(value).format, record(value).kind) == ("cloudflare.logpush", "chat")


def test_pages_of_other_things_are_no_usage() -> None:
    assert [reason for reason, _ in reasons({"object": "page", "data": [5]})] == ["unparsed"]
    images = {
        "object": "bucket",
        "results": [{"object": "organization.vector_stores.result", "usage_bytes": 1}],
    }
    assert [name for _, name in reasons(images)] == ["unrecognised"]
