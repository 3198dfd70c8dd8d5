"""Rows with token numbers and no text, by every spelling of the conventional names."""

from typing import Any

import pytest
from support.reading import items, reasons, record, row, used

from tokcount.logs.adapt import NAMES
from tokcount.logs.formats.usage_rows import spellings


@pytest.mark.parametrize(
    "value",
    [
        {"ts": 1735689600, "model": "gpt-4o", "prompt_tokens": 100, "completion_tokens": 20},
        {"time": "2025-01-01T00:00:00Z", "model": "gpt-4o", "promptTokens": 100, "completionTokens": 20},
        {"createdAt": "2025-01-01", "modelName": "gpt-4o", "InputTokens": "100", "OutputTokens": "20"},
        {"date": "2025-01-01", "model": "gpt-4o", "usage": {"input": 100, "output": 20}},
        {"timestamp": 1735689600, "model": "gpt-4o", "tokens": {"prompt": 100, "completion": 20}},
        {
            "timestamp": 1735689600000,
            "engine": "gpt-4o",
            "token_usage": '{"inputTokens": 100, "outputTokens": 20}',
        },
        row(
            **{"Timestamp": "1735689600", "Model": "gpt-4o", "Request tokens": "100", "Response tokens": "20"}
        ),
        row(**{"Date": "2025-01-01", "MODEL": "gpt-4o", "Tokens In": "100", "Tokens Out": "20"}),
    ],
)
def test_a_model_and_token_numbers_are_a_record(value: Any) -> None:
    found = record(value)

    assert (found.format, found.kind, found.model, found.timestamp) == (
        "generic.usage",
        "usage",
        "gpt-4o",
        1735689600,
    )
    assert (used(found).input, used(found).output) == (100, 20)


@pytest.mark.parametrize("meaning", ["input", "output"])
def test_every_name_of_a_number_is_found_in_every_spelling(meaning: str) -> None:
    for name in NAMES[meaning]:
        for key in spellings(name):
            assert getattr(used(record({"model": "gpt-4o", key: 7})), meaning) == 7


def test_all_numbers_of_a_row_are_read() -> None:
    usage = used(
        record(
            {
                "model": "gpt-4o",
                "input_tokens": 100,
                "output_tokens": 20,
                "cached_tokens": 30,
                "cache_write_tokens": 5,
                "reasoningTokens": 12,
                "costUsd": 0.001,
                "num_requests": 4,
            }
        )
    )

    assert (usage.cached_input, usage.cache_write, usage.reasoning, usage.cost_usd, usage.requests) == (
        30,
        5,
        12,
        "0.001",
        4,
    )


def test_a_total_alone_needs_a_model() -> None:
    assert used(record({"model": "gpt-4o", "total_tokens": 9})).total == 9
    assert items({"total_tokens": 9})[0].format == "unrecognised"


def test_numbers_without_a_model_need_a_time() -> None:
    assert used(record({"time": 1735689600, "input_tokens": 9})).input == 9
    assert items({"file": "x", "usage": {"input": 9, "output": 1}})[0].format == "unrecognised"


def test_calls_without_text_are_named() -> None:
    assert reasons({"model": "text-embedding-3-small", "prompt_tokens": 9}) == [("not_llm", "generic.usage")]


def test_usage_columns_next_to_text_are_its_usage() -> None:
    messages = [{"role": "user", "content": "Hi"}]

    for value in (
        {"model": "gpt-4o", "messages": messages, "prompt_tokens": 8, "completion_tokens": 1},
        {"model": "gpt-4o", "question": "Hi", "answer": "Ho", "inputTokens": 8, "outputTokens": 1},
        {
            "request": {"model": "gpt-4o", "messages": messages},
            "response": "Ho",
            "tokens_in": 8,
            "tokens_out": 1,
        },
        row(
            model="gpt-4o",
            request='{"messages": [{"role": "user", "content": "Hi"}]}',
            tokens_in="8",
            tokens_out="1",
        ),
    ):
        assert (used(record(value)).input, used(record(value)).output) == (8, 1)


def test_a_date_without_a_time_is_that_day_and_a_time_without_a_zone_is_unknown() -> None:
    assert record({"model": "gpt-4o", "date": "2025-01-01", "input_tokens": 1}).timestamp == 1735689600
    assert record({"model": "gpt-4o", "time": "2025-01-01 10:00:00", "input_tokens": 1}).timestamp is None
