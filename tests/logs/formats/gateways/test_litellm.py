"""LiteLLM: the kind comes from the call type, cut and hidden texts are flagged."""

from typing import Any

import pytest
from support.reading import CHAT_RESPONSE, TEXT_RESPONSE, answered, asked, reasons, record, records, row, used

PAYLOAD: dict[str, Any] = {
    "id": "chatcmpl-1",
    "litellm_call_id": "call-1",
    "call_type": "acompletion",
    "status": "success",
    "custom_llm_provider": "openai",
    "startTime": 1795346980.5,
    "endTime": 1795346982.0,
    "model": "gpt-4o-mini",
    "model_group": "prod-mini",
    "response_cost": 4.8e-06,
    "prompt_tokens": 24,
    "completion_tokens": 2,
    "total_tokens": 26,
    "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 10}}},
    "messages": [{"role": "user", "content": "Hi"}],
    "response": CHAT_RESPONSE,
    "model_parameters": {"temperature": 0, "tools": [{"type": "function", "function": {"name": "f"}}]},
    "request_tags": ["team:search"],
    "end_user": "u1",
    "cache_hit": None,
}

SPEND: dict[str, str] = {
    "request_id": "chatcmpl-1",
    "call_type": "acompletion",
    "spend": "4.8e-06",
    "total_tokens": "26",
    "prompt_tokens": "24",
    "completion_tokens": "2",
    "startTime": "2026-06-01 12:00:00",
    "model": "gpt-4o-mini",
    "model_group": "prod-mini",
    "custom_llm_provider": "openai",
    "metadata": '{"usage_object": {"prompt_tokens_details": {"cached_tokens": 8}}}',
    "cache_hit": "False",
    "request_tags": '["env:prod"]',
    "end_user": "u1",
    "messages": "{}",
    "response": "{}",
    "status": "success",
    "proxy_server_request": "{}",
}


def test_a_payload_keeps_names_tags_usage_and_the_tools_of_its_parameters() -> None:
    found = record(PAYLOAD)

    assert (found.format, found.kind, found.id) == ("litellm.standard", "chat", "call-1")
    assert (found.model, found.served_model) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert (found.deployment, found.user, found.tags) == ("prod-mini", "u1", ("team:search",))
    assert found.timestamp == 1795346980.5
    assert asked(found)["tools"][0]["function"]["name"] == "f"
    assert (used(found).input, used(found).cached_input, used(found).cost_usd) == (24, 10, "4.8e-06")


@pytest.mark.parametrize("call_type", ["text_completion", "atext_completion"])
def test_a_rewrapped_legacy_prompt_is_a_completions_prompt_again(call_type: str) -> None:
    found = record(PAYLOAD | {"call_type": call_type, "response": TEXT_RESPONSE, "model": "davinci-002"})

    assert found.kind == "completions"
    assert asked(found)["prompt"] == "Hi"
    assert "messages" not in asked(found)
    assert answered(found) == [" a joke"]


def test_several_rewrapped_prompts_are_a_list_of_prompts() -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]

    assert asked(record(PAYLOAD | {"call_type": "text_completion", "messages": messages}))["prompt"] == [
        "a",
        "b",
    ]


def test_a_responses_call_keeps_its_input() -> None:
    found = record(PAYLOAD | {"call_type": "aresponses", "messages": "Hi", "response": None})

    assert (found.kind, asked(found)["input"]) == ("responses", "Hi")


def test_the_payload_may_be_wrapped() -> None:
    assert record({"kwargs": {}, "standard_logging_object": PAYLOAD}).id == "call-1"


def test_an_answer_may_be_a_string() -> None:
    assert answered(record(PAYLOAD | {"response": "Paris."})) == ["Paris."]


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"messages": [{"role": "user", "content": "redacted-by-litellm"}]}, "redacted"),
        (
            {"messages": [{"role": "user", "content": "a... (litellm_truncated skipped 9 chars) ...b"}]},
            "truncated",
        ),
        ({"cache_hit": True}, "cached_reply"),
        ({"model": "claude-3-haiku", "custom_llm_provider": "anthropic", "response": "Hi"}, "non_openai"),
        ({"messages": [], "response": {}}, "no_text"),
    ],
)
def test_what_a_payload_lacks_is_flagged(change: dict[str, Any], flag: str) -> None:
    assert flag in record(PAYLOAD | change).flags


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "failure", "error_information": {"error_class": "RateLimitError"}}, "error"),
        ({"call_type": "aembedding"}, "not_llm"),
        ({"call_type": "rerank"}, "not_llm"),
    ],
)
def test_failures_and_other_calls_are_skipped(change: dict[str, Any], reason: str) -> None:
    assert reasons(PAYLOAD | change) == [(reason, "litellm.standard")]


def test_a_spend_row_without_text_is_usage() -> None:
    found = record(row(**SPEND))

    assert (found.format, found.kind, found.flags) == ("litellm.spendlogs", "usage", ("no_text",))
    assert (used(found).input, used(found).output, used(found).cached_input) == (24, 2, 8)
    assert found.timestamp == 1780315200.0
    assert found.tags == ("env:prod",)


def test_a_spend_row_with_cut_text_keeps_its_kind_and_says_so() -> None:
    messages = '[{"role": "user", "content": "a... (litellm_truncated skipped 5000 chars) ...b"}]'
    found = record(row(**SPEND | {"call_type": "atext_completion", "messages": messages}))

    assert (found.kind, found.flags) == ("completions", ("truncated",))


def test_the_prompt_may_be_in_the_request_of_the_proxy() -> None:
    sent = '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0}'
    found = record(row(**SPEND | {"proxy_server_request": sent}))

    assert found.kind == "chat"
    assert asked(found)["messages"] == [{"role": "user", "content": "Hi"}]


def test_a_page_of_spend_logs_is_read_row_by_row() -> None:
    page = {"data": [SPEND, SPEND | {"request_id": "chatcmpl-2"}], "total": 2, "page": 1, "page_size": 50}

    assert [found.id for found in records(page)] == ["chatcmpl-1", "chatcmpl-2"]
