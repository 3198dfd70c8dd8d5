"""Parameters find their equivalents; what has none is lost with a reason, never in silence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.migration_records import GPT_4O, RESPONSES

from tokcount.reports.migrate.parameters.mapping import (
    BATCHED,
    MISFIT,
    NEVER_STORED,
    NOT_SCALED,
    NOT_STORED,
    UNKNOWN,
    ParameterMapper,
    Source,
)
from tokcount.reports.migrate.parameters.table import PARAMETERS
from tokcount.reports.migrate.target import MigrationTarget

NO_CHAT = "no equivalent in chat requests"
NO_RESPONSES = "no equivalent in Responses requests"


def mapped(
    request: dict[str, Any],
    target: MigrationTarget = GPT_4O,
    encoding: str | None = "p50k_base",
    source: Source = "completions",
    **options: Any,
) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    mapper = ParameterMapper(target=target, **options)
    parameters, losses, _ = mapper.map(request, source, target.endpoint or "chat", encoding)
    return parameters, [(loss.parameter, loss.effect, loss.reason) for loss in losses]


@pytest.mark.parametrize(
    ("request_", "chat", "responses"),
    [
        ({"max_tokens": 256}, {"max_completion_tokens": 256}, {"max_output_tokens": 256}),
        ({"max_tokens": 256.0}, {"max_completion_tokens": 256}, {"max_output_tokens": 256}),
        (
            {"temperature": 0.7, "top_p": 1},
            {"temperature": 0.7, "top_p": 1},
            {"temperature": 0.7, "top_p": 1},
        ),
        ({"user": "u", "stream": True}, {"user": "u", "stream": True}, {"user": "u", "stream": True}),
        (
            {"logprobs": 3},
            {"logprobs": True, "top_logprobs": 3},
            {"include": ["message.output_text.logprobs"], "top_logprobs": 3},
        ),
    ],
)
def test_parameters_get_their_new_names(
    request_: dict[str, Any], chat: dict[str, Any], responses: dict[str, Any]
) -> None:
    assert mapped(request_)[0] == chat
    assert mapped(request_, RESPONSES)[0] == responses | {"store": False}
    assert {effect for _, effect, _ in mapped(request_)[1]} <= {"rewritten"}


@pytest.mark.parametrize(
    "request_",
    [
        {"stop": "\n"},
        {"stop": ["\n", "Human:"]},
        {"seed": 7},
        {"presence_penalty": 0.5},
        {"frequency_penalty": -0.5},
    ],
)
def test_some_parameters_have_an_equivalent_in_chat_alone(request_: dict[str, Any]) -> None:
    (name,) = request_

    assert mapped(request_) == (request_, [])
    assert mapped(request_, RESPONSES) == ({"store": False}, [(name, "dropped", NO_RESPONSES)])


@pytest.mark.parametrize(
    "request_", [{"suffix": "end"}, {"echo": True}, {"best_of": 3}, {"best_of": 3, "n": 2}]
)
def test_some_parameters_have_no_equivalent_anywhere(request_: dict[str, Any]) -> None:
    name = next(iter(request_))

    assert (name, "dropped", NO_CHAT) in mapped(request_)[1]
    assert (name, "dropped", NO_RESPONSES) in mapped(request_, RESPONSES)[1]


@pytest.mark.parametrize(
    "request_",
    [
        {"stop": None},
        {"stop": []},
        {"presence_penalty": 0},
        {"logit_bias": {}},
        {"echo": False},
        {"best_of": 1},
        {"best_of": 3, "n": 3},
        {"suffix": None},
        {"suffix": ""},
        {"logprobs": None},
        {"n": 1},
    ],
)
def test_a_default_that_is_not_carried_over_is_no_loss(request_: dict[str, Any]) -> None:
    assert [loss for loss in mapped(request_, RESPONSES)[1] if loss[1] != "rewritten"] == []


def test_a_batch_does_not_stream() -> None:
    request = {"stream": True, "stream_options": {"include_usage": True}}

    assert mapped(request) == (request, [])
    assert mapped(request, batch=True) == (
        {},
        [("stream", "dropped", BATCHED), ("stream_options.include_usage", "dropped", BATCHED)],
    )
    assert mapped({"stream": False}, batch=True) == ({}, [])


@pytest.mark.parametrize(
    ("limit", "factor", "target", "carried"),
    [
        (100, 0.5, GPT_4O, 50),
        (100, 0.801, GPT_4O, 81),
        (3, 1.34, GPT_4O, 5),
        (0, 1.0, GPT_4O, 1),
        (5, 1.0, RESPONSES, 16),
    ],
)
def test_limits_are_scaled_up_to_whole_tokens_and_to_the_least_that_is_taken(
    limit: int, factor: float, target: MigrationTarget, carried: int
) -> None:
    parameters, _ = mapped({"max_tokens": limit}, target, factors={"p50k_base": factor})

    assert next(iter(parameters.values())) == carried


def test_a_raised_limit_is_said() -> None:
    assert mapped({"max_tokens": 5}, RESPONSES)[1][0] == (
        "max_tokens",
        "changed",
        "raised to 16, the least that the API takes",
    )


def test_a_limit_whose_drift_is_not_known_is_carried_and_said() -> None:
    assert mapped({"max_tokens": 64}, encoding=None, factors={"p50k_base": 0.5}) == (
        {"max_completion_tokens": 64},
        [("max_tokens", "changed", NOT_SCALED), ("max_tokens", "rewritten", "becomes max_completion_tokens")],
    )


@pytest.mark.parametrize(
    "request_",
    [
        {"temperature": "hot"},
        {"temperature": True},
        {"temperature": float("nan")},
        {"n": 0},
        {"n": 129},
        {"stop": ["a", ""]},
        {"max_tokens": "many"},
        {"max_tokens": 1.5},
        {"n": [1]},
        {"seed": 10**30},
        {"stop": [1]},
        {"user": 3},
        {"stream": "yes"},
        {"stream_options": "yes"},
        {"logit_bias": [1]},
        {"logprobs": "many"},
    ],
)
def test_a_value_that_the_api_would_refuse_is_dropped(request_: dict[str, Any]) -> None:
    (name,) = request_

    assert mapped(request_) == ({}, [(name, "dropped", MISFIT)])


def test_keys_that_are_no_parameters_are_named_unless_the_reader_took_them() -> None:
    request = {
        "model": "m",
        "prompt": "p",
        "response": "r",
        "timestamp": 1,
        "top_k": 3,
        "system_prompt": "Be kind.",
    }

    assert mapped(request) == (
        {},
        [("top_k", "dropped", UNKNOWN), ("system_prompt", "dropped", UNKNOWN)],
    )


@pytest.mark.parametrize(
    ("source", "request_", "chat", "responses"),
    [
        ("chat", {"max_tokens": 99}, {"max_completion_tokens": 99}, {"max_output_tokens": 99}),
        ("chat", {"reasoning_effort": "low"}, {"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}),
        ("chat", {"verbosity": "low"}, {"verbosity": "low"}, {"text": {"verbosity": "low"}}),
        (
            "chat",
            {"logprobs": True, "top_logprobs": 2},
            {"logprobs": True, "top_logprobs": 2},
            {"include": ["message.output_text.logprobs"], "top_logprobs": 2},
        ),
        (
            "chat",
            {"logprobs": True},
            {"logprobs": True},
            {"include": ["message.output_text.logprobs"]},
        ),
        (
            "responses",
            {"max_output_tokens": 99, "reasoning": {"effort": "high"}, "text": {"verbosity": "high"}},
            {"max_completion_tokens": 99, "reasoning_effort": "high", "verbosity": "high"},
            {"max_output_tokens": 99, "reasoning": {"effort": "high"}, "text": {"verbosity": "high"}},
        ),
        (
            "responses",
            {"include": ["message.output_text.logprobs"], "top_logprobs": 3},
            {"logprobs": True, "top_logprobs": 3},
            {"include": ["message.output_text.logprobs"], "top_logprobs": 3},
        ),
    ],
)
def test_parameters_of_chat_and_responses_find_their_counterparts(
    source: Source, request_: dict[str, Any], chat: dict[str, Any], responses: dict[str, Any]
) -> None:
    assert mapped(request_, source=source)[0] == chat
    assert mapped(request_, RESPONSES, source=source)[0] == responses | {"store": False}


def test_several_answers_become_several_responses_requests() -> None:
    mapper = ParameterMapper(target=RESPONSES)

    assert mapper.map({"n": 3}, "chat", "responses").requests == 3
    assert mapper.map({"n": 3}, "chat", "chat").parameters == {"n": 3}


def test_a_response_is_never_stored_and_a_stored_one_was_changed() -> None:
    assert mapped({"store": True}, RESPONSES, source="chat") == (
        {"store": False},
        [("store", "changed", NEVER_STORED)],
    )
    assert mapped({}, RESPONSES, source="responses") == ({"store": False}, [])
    assert mapped({"store": True}, source="chat") == ({"store": True}, [])


def test_metadata_needs_a_stored_chat() -> None:
    metadata = {"metadata": {"team": "a"}}

    assert mapped(metadata | {"store": True}, source="chat")[0] == metadata | {"store": True}
    assert mapped(metadata, source="chat") == ({}, [])
    assert mapped(metadata, source="responses") == ({}, [("metadata", "dropped", NOT_STORED)])
    assert mapped(metadata, RESPONSES, source="responses")[0] == metadata | {"store": False}


def test_options_of_a_client_are_no_parameters() -> None:
    assert mapped({"api_key": "secret", "extra_headers": {"a": "b"}, "timeout": 3}, source="chat") == ({}, [])


def test_a_limit_beyond_the_longest_output_is_lowered() -> None:
    assert mapped({"max_tokens": 10**6}, GPT_4O) == (
        {"max_completion_tokens": 16_384},
        [
            ("max_tokens", "changed", "lowered to 16384, the longest output of the model"),
            ("max_tokens", "rewritten", "becomes max_completion_tokens"),
        ],
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
SOURCES: tuple[Source, ...] = ("completions", "chat", "responses")


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(SOURCES), st.sampled_from([GPT_4O, RESPONSES]))
def test_whatever_a_log_holds_each_parameter_is_carried_or_lost(
    data: st.DataObject, source: Source, target: MigrationTarget
) -> None:
    rows = {str(getattr(row, source)): row for row in PARAMETERS if getattr(row, source)}
    flat = [name for name in rows if "." not in name]
    request = data.draw(st.dictionaries(st.sampled_from(flat), VALUES))
    parameters, losses = mapped(request, target, source=source)

    lost = {name for name, _, _ in losses}
    for name, value in request.items():
        row = rows[name]
        written = str(getattr(row, target.endpoint or "chat")).split(".")[0]
        silent = (
            value is None
            or value in (row.default, [], "", False)
            or row.name in ("best_of", "metadata", "include", "parallel_tool_calls", "top_logprobs")
        )
        assert silent or name in lost or written in parameters, name
