"""Usage under every spelling is the same usage: input with cached and written tokens, output with reasoning."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import record, used

from tokcount.logs.adapt.metadata import metadata_around
from tokcount.logs.adapt.usage import BODY_USAGE, body_usage, usage_from, whole
from tokcount.logs.record import Usage

CALL = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hi."}]}
WHOLE: list[dict[str, Any]] = [
    {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30}},
    {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30}},
    {"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 60, "cache_creation_tokens": 30}},
    {"input_tokens": 100, "input_token_details": {"cache_read": 60, "cache_creation": 30}},
    {"prompt_tokens": 100, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 30},
    {
        "prompt_tokens": 100,
        "prompt_tokens_details": {
            "cached_tokens": 60,
            "cache_write_30m_tokens": 20,
            "cache_write_12h_tokens": 10,
        },
    },
]
APART: list[dict[str, Any]] = [
    {"input_tokens": 10, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 30},
    {
        "input_tokens": 10,
        "cache_read_input_tokens": 60,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
    },
    {
        "input_tokens": 10,
        "cache_read_input_tokens": 60,
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
    },
    {"inputTokens": 10, "cacheReadInputTokens": 60, "cacheWriteInputTokens": 30},
]


def parts(usage: Usage | None) -> tuple[int | None, ...]:
    assert usage is not None
    return usage.input, usage.cached_input, usage.cache_write


@pytest.mark.parametrize("logged", WHOLE)
def test_an_input_that_includes_its_parts_stays_as_it_is(logged: dict[str, Any]) -> None:
    usage = body_usage({**logged, "completion_tokens": 5})

    assert parts(usage) == (100, 60, 30)
    assert usage is not None
    assert usage.apart_input == 0


@pytest.mark.parametrize("logged", APART)
def test_an_input_without_its_parts_gets_them(logged: dict[str, Any]) -> None:
    usage = body_usage({**logged, "output_tokens": 5})

    assert parts(usage) == (100, 60, 30)
    assert usage is not None
    assert usage.apart_input == 90


def test_parts_of_a_row_of_ones_own_are_read_in_either_convention() -> None:
    anthropic = {
        "model": "claude-sonnet-4",
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_input_tokens": 90,
    }
    openai = {"model": "gpt-5", "prompt_tokens": 100, "completion_tokens": 5, "cached_tokens": 90}

    assert parts(metadata_around(anthropic).usage) == parts(metadata_around(openai).usage) == (100, 90, None)


@pytest.mark.parametrize(
    ("total", "expected"),
    [(115, (100, 15)), (175, (160, 15)), (122, (100, 22)), (182, (160, 22)), (999, (100, 15))],
)
def test_the_total_shows_what_is_written_apart(total: int, expected: tuple[int, int]) -> None:
    usage = whole(Usage(input=100, output=15, total=total, cached_input=60, reasoning=7))

    assert (usage.input, usage.output) == expected


def test_another_vendors_input_that_is_less_than_its_parts_does_not_include_them() -> None:
    row = {
        **CALL,
        "model": "claude-sonnet-4",
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "cached_tokens": 90,
    }

    assert parts(used(record(row))) == (100, 90, None)


def test_every_field_of_the_details_is_read() -> None:
    usage = body_usage(
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "prompt_tokens_details": {"audio_tokens": 3, "image_tokens": 4},
            "completion_tokens_details": {
                "reasoning_tokens": 8,
                "audio_tokens": 2,
                "accepted_prediction_tokens": 5,
                "rejected_prediction_tokens": 6,
            },
        }
    )

    assert usage == Usage(
        input=100,
        output=50,
        audio_input=3,
        image_input=4,
        reasoning=8,
        audio_output=2,
        accepted_prediction=5,
        rejected_prediction=6,
    )


@given(
    st.fixed_dictionaries(
        {},
        optional={
            path: st.integers(0, 10**6) for paths in BODY_USAGE.values() for path in paths if "." not in path
        },
    )
)
def test_both_ways_of_reading_a_table_agree_on_flat_names(logged: dict[str, int]) -> None:
    """Where a usage has two names of one field, each way may take another."""
    fields = [field for field, paths in BODY_USAGE.items() for path in paths if path in logged]
    if len(fields) == len(set(fields)):
        seen, expected = body_usage(logged), usage_from(logged, BODY_USAGE, "response")
        if seen is None or seen.apart_input == seen.apart_output == 0:
            assert seen == expected


@given(*[st.none() | st.integers(0, 1000)] * 6)
def test_nothing_is_added_twice(
    asked: int | None,
    answered: int | None,
    total: int | None,
    cached: int | None,
    written: int | None,
    thought: int | None,
) -> None:
    usage = whole(
        Usage(
            input=asked,
            output=answered,
            total=total,
            cached_input=cached,
            cache_write=written,
            reasoning=thought,
        )
    )
    before = (usage.input, usage.output)

    assert (whole(usage).input, whole(usage).output) == before
    assert (usage.input or 0) - usage.apart_input == (asked or 0)
    assert (usage.output or 0) - usage.apart_output == (answered or 0)


@pytest.mark.parametrize(
    "logged",
    [
        {
            "input_tokens": 100,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
        },
        {
            "input_tokens": 100,
            "input_tokens_details": {
                "cached_tokens": 0,
                "cache_write_tokens": 30,
                "cache_write_tokens_details": {"ttl_12h_tokens": 10, "ttl_30m_tokens": 20},
            },
        },
        {
            "prompt_tokens": 100,
            "prompt_tokens_details": {
                "cache_creation_tokens": 30,
                "cache_creation_token_details": {
                    "ephemeral_5m_input_tokens": 20,
                    "ephemeral_1h_input_tokens": 10,
                },
            },
        },
        {
            "prompt_tokens": 100,
            "prompt_tokens_details": {"cache_write_30m_tokens": 20, "cache_write_12h_tokens": 10},
        },
    ],
)
def test_what_was_written_for_hours_is_known_apart(logged: dict[str, Any]) -> None:
    usage = body_usage({**logged, "output_tokens": 5})

    assert usage is not None
    assert (usage.cache_write, usage.cache_write_long) == (30, 10)


@pytest.mark.parametrize(
    "logged",
    [
        {"server_tool_use": {"web_search_requests": 3}},
        {"prompt_tokens_details": {"web_search_requests": 3}},
        {"web_search_requests": 3},
    ],
)
def test_searches_are_part_of_the_usage(logged: dict[str, Any]) -> None:
    usage = body_usage({"input_tokens": 100, "output_tokens": 5, **logged})

    assert usage is not None
    assert (usage.input, usage.web_searches) == (100, 3)
