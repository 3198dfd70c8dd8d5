"""Tool calls and results in the history."""

from typing import Any

import pytest
from support.tokens import content_tokens, input_tokens, tok

from tokcount.framing.calls import Call, compact_arguments, parallel_calls, parallel_results, read_calls
from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import Layout
from tokcount.framing.rules import layout

ASK = {"role": "user", "content": "What is the weather in Paris?"}
CALL = {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'}}
OTHER = {
    "id": "b",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Zürich"}'},
}
RESULT = {"role": "tool", "tool_call_id": "a", "content": '{"temp": 21}'}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["city"],
        },
    },
}
EARLY, LATE = 1_767_225_600, 1_780_272_000  # January and June 2026


def laid(family: str, messages: list[Any], timestamp: float | None = EARLY, **request: Any) -> Layout:
    return layout("chat", {"messages": messages, **request}, FAMILIES[family], timestamp=timestamp)


def billed(family: str, encoding: str, *messages: Any, **request: Any) -> int:
    return input_tokens(laid(family, list(messages), **request), encoding)


@pytest.mark.parametrize(
    ("family", "encoding", "bare", "defined"),
    [("chat", "o200k_base", 42, 89), ("chat", "cl100k_base", 42, 90), ("gpt5", "o200k_base", 47, 176)],
)
def test_one_call_and_its_result(family: str, encoding: str, bare: int, defined: int) -> None:
    history = [ASK, {"role": "assistant", "content": None, "tool_calls": [CALL]}, RESULT]
    assert billed(family, encoding, *history) == bare
    assert billed(family, encoding, *history, tools=[WEATHER]) == defined


def test_the_older_function_call_costs_the_same() -> None:
    history = [
        ASK,
        {"role": "assistant", "content": None, "function_call": CALL["function"]},
        {"role": "function", "name": "get_weather", "content": RESULT["content"]},
    ]
    assert billed("chat", "o200k_base", *history, functions=[WEATHER["function"]]) == 89


@pytest.mark.parametrize(
    ("family", "encoding", "bare", "defined"),
    [("chat", "o200k_base", 89, 136), ("chat", "cl100k_base", 87, 135), ("gpt5", "o200k_base", 94, 223)],
)
def test_parallel_calls_are_merged_and_their_results_put_in_the_order_of_the_calls(
    family: str, encoding: str, bare: int, defined: int
) -> None:
    history = [
        ASK,
        {"role": "assistant", "content": None, "tool_calls": [CALL, OTHER]},
        {"role": "tool", "tool_call_id": "b", "content": "Grüezi, 18 degrees"},
        {"role": "tool", "tool_call_id": "a", "content": '{"temp":21}'},
    ]
    assert billed(family, encoding, *history) == bare
    assert billed(family, encoding, *history, tools=[WEATHER]) == defined


def test_results_of_parallel_calls_are_no_longer_escaped_since_march_2026() -> None:
    history = [
        {"role": "assistant", "tool_calls": [CALL, OTHER]},
        {"role": "tool", "tool_call_id": "a", "content": "Grüezi"},
        {"role": "tool", "tool_call_id": "b", "content": "Grüezi"},
    ]
    assert laid("chat", history, EARLY).texts[-1] == r'["Gr\u00fcezi", "Gr\u00fcezi"]'
    assert laid("chat", history, LATE).texts[-1] == '["Grüezi", "Grüezi"]'
    assert laid("chat", history, None).texts[-1] == '["Grüezi", "Grüezi"]'


def test_text_with_a_call_costs_four_tokens_more_and_is_estimated() -> None:
    history = [ASK, {"role": "assistant", "content": "Let me look.", "tool_calls": [CALL]}, RESULT]
    found = laid("chat", history, tools=[WEATHER])
    assert (input_tokens(found), found.basis) == (97, "estimated")


def test_on_o_series_models_a_call_costs_less_once_the_user_has_spoken_again() -> None:
    history = [ASK, {"role": "assistant", "tool_calls": [CALL]}, RESULT]
    open_turn = laid("o", history)
    closed = laid("o", [*history, {"role": "user", "content": "Thanks!"}])
    assert input_tokens(open_turn) == 47
    assert input_tokens(closed) == 47 - 6 + 4 + tok("Thanks!")
    assert open_turn.basis == closed.basis == "estimated"


def test_the_text_of_results_is_content_and_the_rest_is_framing() -> None:
    history = [ASK, {"role": "assistant", "tool_calls": [CALL]}, RESULT]
    assert content_tokens(laid("chat", history)) == tok(ASK["content"]) + tok(RESULT["content"])


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ([ASK, RESULT], "a tool result without its call"),
        (
            [{"role": "assistant", "tool_calls": [CALL]}, RESULT, RESULT],
            "tool calls and results that do not match",
        ),
    ],
)
def test_calls_without_matching_results_are_estimated(history: list[Any], reason: str) -> None:
    found = laid("chat", history)
    assert (found.basis, found.reasons) == ("estimated", (reason,))


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('{"city": "Paris"}', '{"city":"Paris"}'),
        ('{"a": 1.50, "b": "é"}', '{"a":1.5,"b":"é"}'),
        ("not JSON", "not JSON"),
        ("", ""),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_arguments_that_are_json_are_reserialised_without_spaces(arguments: str, shown: str) -> None:
    assert compact_arguments(arguments) == shown


def test_calls_are_read_from_both_fields_and_junk_is_passed_over() -> None:
    message = {
        "tool_calls": [CALL, None, {"function": "x"}, {"id": 3, "function": {"arguments": {"a": 1}}}],
        "function_call": {"name": "f", "arguments": None},
    }
    assert read_calls(message) == [
        Call("get_weather", '{"city": "Paris"}', "a"),
        Call("", '{"a":1}', ""),
        Call("f", "", ""),
    ]


def test_parallel_texts() -> None:
    assert parallel_calls([Call("f", '{"a": 1}', ""), Call("g", "raw", "")]) == (
        '{"tool_uses":[{"recipient_name":"functions.f","parameters":{"a":1}},'
        '{"recipient_name":"functions.g","parameters":"raw"}]}'
    )
    assert parallel_results(["1", "x é"], escaped=False) == '[1, "x é"]'


def test_a_call_of_a_custom_tool_is_a_call_with_its_input() -> None:
    entry = {"id": "c1", "type": "custom", "custom": {"name": "grep", "input": "a b c"}}

    assert read_calls({"tool_calls": [entry]}) == [Call("grep", "a b c", "c1")]
