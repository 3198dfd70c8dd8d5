"""What is billed differently for some models, or was at some time, in Chat Completions and in Responses."""

from datetime import UTC, datetime
from typing import Any

import pytest
from support.families import family_of
from support.tokens import input_tokens, tok

from tokcount.framing.rules import layout
from tokcount.models.resolve import find

USER = {"role": "user", "content": "Which museums are open on Mondays?"}
SAID = {"role": "assistant", "content": "Two of them are."}
LOOK_UP = {
    "name": "look_up",
    "description": "Look up opening hours.",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]},
}
FLAT = {"type": "function", **LOOK_UP}
NESTED = {"type": "function", "function": LOOK_UP}


def on(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def counted(kind: str, model: str, day: str = "", **request: Any) -> int:
    """The input tokens of a request to a model."""
    found = find(model)
    assert found is not None
    laid = layout(kind, request, family_of(model), model=found.model.name, timestamp=on(day) if day else None)
    return input_tokens(laid, found.model.encoding)


def chat(model: str, *messages: Any, day: str = "", **more: Any) -> int:
    return counted("chat", model, day, messages=[USER, *messages], **more)


def responses(model: str, *items: Any, day: str = "", **more: Any) -> int:
    return counted("responses", model, day, input=[USER, *items], **more)


@pytest.mark.parametrize("count", [chat, responses])
@pytest.mark.parametrize("model", ["gpt-5-chat-latest", "gpt-5-chat-2025-10-03"])
def test_gpt_5_chat_is_framed_as_a_chat_model(count: Any, model: str) -> None:
    assert count(model, SAID, USER) == count("gpt-4o", SAID, USER)


@pytest.mark.parametrize("count", [chat, responses])
def test_an_assistant_text_costs_two_more_on_o3_o4_mini_and_codex_mini(count: Any) -> None:
    costs = {
        model: count(model, SAID, USER) - count(model, USER) for model in ("o1", "o3-mini", "o3", "o4-mini")
    }
    plain = 4 + tok(SAID["content"])
    assert costs == {"o1": plain, "o3-mini": plain, "o3": plain + 2, "o4-mini": plain + 2}
    assert count("codex-mini-latest", SAID, USER) == count("o4-mini", SAID, USER)


def test_codex_mini_shows_tools_with_one_token_more_than_o4_mini() -> None:
    assert responses("codex-mini-latest", tools=[FLAT]) == responses("o4-mini", tools=[FLAT]) + 1


def test_responses_ignores_a_definition_that_is_nested_as_in_chat() -> None:
    bare = {"type": "function", "name": "look_up"}
    assert responses("gpt-4o", tools=[{**bare, "function": LOOK_UP}]) == responses("gpt-4o", tools=[bare])
    assert responses("gpt-4o", tools=[{**FLAT, "function": {"name": "x"}}]) == responses(
        "gpt-4o", tools=[FLAT]
    )
    assert responses("gpt-4o", tools=[NESTED]) == responses("gpt-4o", tools=[FLAT])


def test_chat_reads_a_nested_definition() -> None:
    bare = {"type": "function", "name": "look_up", "function": LOOK_UP}
    assert chat("gpt-4o", tools=[bare]) == chat("gpt-4o", tools=[NESTED])


@pytest.mark.parametrize(
    ("model", "day", "extra"),
    [
        ("gpt-4o", "2024-09-12", 2),
        ("gpt-4o", "2024-10-24", 0),
        ("gpt-4o", "", 0),
        ("gpt-4o-2024-11-20", "", 0),
        ("gpt-3.5-turbo-0125", "2024-11-08", 2),
        ("gpt-3.5-turbo-0125", "2025-07-20", 0),
        ("gpt-4-0613", "2025-01-31", 2),
        ("gpt-5", "2025-09-01", 0),
    ],
)
def test_a_required_call_cost_two_tokens_in_chat_until_october_2024(model: str, day: str, extra: int) -> None:
    asked = {"day": day, "tools": [NESTED]}
    assert chat(model, tool_choice="required", **asked) == chat(model, **asked) + extra


@pytest.mark.parametrize(
    ("model", "day", "extra"),
    [
        ("gpt-5", "2025-09-16", 0),
        ("gpt-5", "2025-10-07", 3),
        ("gpt-5-2025-08-07", "2025-10-17", 3),
        ("gpt-5-codex", "2025-10-05", 3),
        ("gpt-5", "2025-10-24", 0),
        ("gpt-5", "", 0),
        ("gpt-5-mini", "2025-10-07", 0),
        ("gpt-5-nano", "2025-10-07", 0),
    ],
)
def test_tools_of_gpt_5_in_responses_cost_three_more_in_october_2025(
    model: str, day: str, extra: int
) -> None:
    assert responses(model, day=day, tools=[FLAT]) == responses("gpt-5-mini", tools=[FLAT]) + extra


@pytest.mark.parametrize(
    ("day", "plain", "tools"), [("2025-03-20", 18, 216), ("2025-04-01", 0, 0), ("", 0, 0)]
)
def test_responses_of_gpt_4o_had_hidden_text_in_march_2025(day: str, plain: int, tools: int) -> None:
    assert responses("gpt-4o", day=day) == responses("gpt-4.1") + plain
    assert responses("gpt-4o", day=day, tools=[FLAT]) == responses("gpt-4.1", tools=[FLAT]) + tools


def test_o1_preview_had_hidden_text_in_its_first_weeks() -> None:
    assert chat("o1-preview", day="2024-09-24") == chat("gpt-4o") + 2 * 12
    assert chat("o1-preview", day="2024-09-26") == chat("o1-preview") == chat("gpt-4o")


def test_gpt_4_of_june_2023_is_primed_with_one_token_less_in_responses() -> None:
    assert responses("gpt-4-0613") == responses("gpt-4-turbo") - 1


def test_a_call_and_its_result_cost_nine_tokens_on_gpt_4_of_june_2023() -> None:
    call = {
        "role": "assistant",
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": '{"x":1}'}}],
    }
    result = {"role": "tool", "tool_call_id": "a", "content": "7"}
    assert chat("gpt-4-0613", call, result) == chat("gpt-4-turbo", call, result) - 3


@pytest.mark.parametrize(("model", "wrapper"), [("gpt-5", 0), ("gpt-5-nano", 0), ("gpt-5.4", 10)])
def test_several_calls_in_one_turn_cost_a_wrapper_only_on_later_models(model: str, wrapper: int) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "look_up", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": "open"}
    assert (
        responses(model, call, call, output, output) == responses(model, call, output, call, output) + wrapper
    )


def test_an_assistant_message_without_parts_is_not_shown_in_responses() -> None:
    assert responses("gpt-4.1", {"role": "assistant", "content": []}) == responses("gpt-4.1")
    assert responses("gpt-4.1", {"role": "assistant", "content": ""}) == responses("gpt-4.1") + 4


def test_an_empty_assistant_text_costs_what_a_text_adds() -> None:
    empty = {"role": "assistant", "content": ""}
    assert chat("gpt-5-nano", empty) == chat("gpt-5-nano") + 6
    assert chat("gpt-5-nano", {"role": "assistant", "content": None}) == chat("gpt-5-nano") + 4
    assert chat("gpt-4o", empty) == chat("gpt-4o") + 4


def test_a_named_text_with_a_call_is_a_message_of_its_own_with_the_name() -> None:
    call = {
        "role": "assistant",
        "name": "planner",
        "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}],
    }
    named = {**call, "content": "Let me look."}
    unnamed = [{key: value for key, value in message.items() if key != "name"} for message in (call, named)]
    name = tok(":planner")
    assert chat("gpt-4.1", call) == chat("gpt-4.1", unnamed[0]) + name
    assert chat("gpt-4.1", named) == chat("gpt-4.1", unnamed[1]) + 2 * name
