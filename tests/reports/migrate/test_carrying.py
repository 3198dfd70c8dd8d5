"""Parameters find their equivalents; what has none is lost with a reason, never in silence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.migration_records import GPT_4O, GPT_5, RESPONSES

from tokcount.reports.migrate.carrying import BATCHED, MISFIT, NOT_SCALED, REFUSED, UNKNOWN, ParameterMapper
from tokcount.reports.migrate.parameters import PARAMETERS
from tokcount.reports.migrate.target import MigrationTarget

NO_CHAT = "no equivalent in chat requests"
NO_RESPONSES = "no equivalent in Responses requests"


def mapped(
    request: dict[str, Any],
    target: MigrationTarget = GPT_4O,
    encoding: str | None = "p50k_base",
    **options: Any,
) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    parameters, losses = ParameterMapper(target=target, **options).map(request, encoding)
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
    assert mapped(request_) == (chat, [])
    assert mapped(request_, RESPONSES) == (responses, [])


@pytest.mark.parametrize(
    "request_",
    [
        {"stop": "\n"},
        {"stop": ["\n", "Human:"]},
        {"n": 2},
        {"seed": 7},
        {"presence_penalty": 0.5},
        {"frequency_penalty": -0.5},
    ],
)
def test_some_parameters_have_an_equivalent_in_chat_alone(request_: dict[str, Any]) -> None:
    (name,) = request_

    assert mapped(request_) == (request_, [])
    assert mapped(request_, RESPONSES) == ({}, [(name, "dropped", NO_RESPONSES)])


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
        {"temperature": 0.2},
        {"top_p": 0.5},
        {"presence_penalty": 1},
        {"frequency_penalty": 1},
        {"stop": "\n"},
        {"logprobs": 0},
        {"logit_bias": {"318": 5}},
    ],
)
def test_reasoning_models_refuse_sampling_parameters(request_: dict[str, Any]) -> None:
    (name,) = request_

    assert mapped(request_, GPT_5) == ({}, [(name, "dropped", REFUSED)])


def test_reasoning_models_take_the_rest() -> None:
    request = {"max_tokens": 100, "n": 2, "seed": 1, "user": "u"}

    assert mapped(request, GPT_5) == ({"max_completion_tokens": 100, "n": 2, "seed": 1, "user": "u"}, [])


@pytest.mark.parametrize(
    "request_",
    [
        {"temperature": 1},
        {"top_p": 1.0},
        {"presence_penalty": 0},
        {"stop": None},
        {"stop": []},
        {"logit_bias": {}},
        {"echo": False},
        {"best_of": 1},
        {"best_of": 3, "n": 3},
        {"suffix": None},
        {"suffix": ""},
        {"logprobs": None},
    ],
)
def test_a_default_that_is_not_carried_over_is_no_loss(request_: dict[str, Any]) -> None:
    assert mapped(request_, GPT_5)[1] == []


def test_a_batch_does_not_stream() -> None:
    request = {"stream": True, "stream_options": {"include_usage": True}}

    assert mapped(request) == (request, [])
    assert mapped(request, batch=True) == (
        {},
        [("stream", "dropped", BATCHED), ("stream_options", "dropped", BATCHED)],
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

    assert list(parameters.values()) == [carried]


def test_a_raised_limit_is_said() -> None:
    assert mapped({"max_tokens": 5}, RESPONSES)[1] == [
        ("max_tokens", "changed", "raised to 16, the least that the API takes")
    ]


def test_a_limit_whose_drift_is_not_known_is_carried_and_said() -> None:
    assert mapped({"max_tokens": 64}, encoding=None, factors={"p50k_base": 0.5}) == (
        {"max_completion_tokens": 64},
        [("max_tokens", "changed", NOT_SCALED)],
    )


@pytest.mark.parametrize(
    "request_",
    [
        {"temperature": "hot"},
        {"temperature": True},
        {"temperature": float("nan")},
        {"max_tokens": "many"},
        {"max_tokens": 1.5},
        {"n": [1]},
        {"seed": 10**30},
        {"stop": [1]},
        {"user": 3},
        {"stream": "yes"},
        {"stream_options": {"include_usage": "yes"}},
        {"logit_bias": [1]},
        {"logprobs": 99},
    ],
)
def test_a_value_that_the_api_would_refuse_is_dropped(request_: dict[str, Any]) -> None:
    (name,) = request_

    assert mapped(request_) == ({}, [(name, "dropped", MISFIT)])


def test_keys_that_are_no_parameters_are_named_unless_the_reader_took_them() -> None:
    request = {"model": "m", "prompt": "p", "response": "r", "timestamp": 1, "top_k": 3, "k" * 90: 1}

    assert mapped(request) == (
        {},
        [("top_k", "dropped", UNKNOWN), ("k" * 40 + "…", "dropped", UNKNOWN)],
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(st.sampled_from([row.name for row in PARAMETERS]), VALUES),
    st.sampled_from([GPT_4O, GPT_5, RESPONSES]),
)
def test_whatever_a_log_holds_each_parameter_is_carried_or_lost(
    request_: dict[str, Any], target: MigrationTarget
) -> None:
    parameters, losses = mapped(request_, target)

    lost = {name for name, _, _ in losses}
    for row in PARAMETERS:
        value = request_.get(row.name)
        names = set((row.chat if target.api == "chat" else row.responses).split(", "))
        silent = value is None or value == row.default or row.name == "best_of" or value is False
        assert silent or row.name in lost or names & set(parameters), row.name
