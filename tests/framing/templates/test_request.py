"""Requests to other vendors' models: what their chat templates add, as recorded calls were billed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import UNDATED, Layout
from tokcount.framing.rules import layout, unlabelled
from tokcount.framing.templates.request import OTHER_THINKING, SERVER_STATE, UNKNOWN_SCHEMA, UNKNOWN_TOOLS

TEMPLATES = [name for name in FAMILIES if FAMILIES[name].template is not None]
USER = {"role": "user", "content": "Hi"}
SYSTEM = {"role": "system", "content": "Be brief."}
REPLY = {"role": "assistant", "content": "Hello!"}
WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Now.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "1", "function": {"name": "weather", "arguments": '{"city":"Rome"}'}}],
}
RESULT = {"role": "tool", "tool_call_id": "1", "content": "sunny"}


def lay(family: str, *messages: dict[str, Any], model: str = "", **more: Any) -> Layout:
    return unlabelled("chat", {"messages": list(messages), **more}, FAMILIES[family], model=model)


@pytest.mark.parametrize(
    ("family", "model", "alone", "with_system", "three_turns"),
    [
        ("claude", "claude-sonnet-4-5", 7, 7, 13),
        ("claude", "claude-sonnet-4-6", 7, 8, 13),
        ("claude4_7", "claude-opus-4-8", 6, 6, 12),
        ("gemini", "gemini-2.5-flash", 1, 2, 3),
        ("gemini", "gemini-2.0-flash", 0, 0, 0),
        ("gemini-vertex", "gemini-2.5-flash", 0, 0, 0),
        ("mistral", "mistral-large-latest", 3, 5, 6),
        ("gpt-oss", "gpt-oss-120b", 67, 74, 77),
        ("gpt-oss-groq", "gpt-oss-120b", 71, 74, 81),
        ("llama3", "llama-3.3-70b-versatile", 35, 35, 45),
        ("llama3", "llama-4-scout-17b-16e-instruct", 10, 15, 20),
        ("qwen", "qwen3-32b", 8, 13, 18),
        ("deepseek", "deepseek-v4-flash", 4, 4, 8),
        ("deepseek", "deepseek-chat", 3, 3, 7),
        ("glm", "glm-4.6", 5, 7, 9),
    ],
)
def test_messages_cost_what_recorded_calls_were_billed_in_addition_to_their_text(
    family: str, model: str, alone: int, with_system: int, three_turns: int
) -> None:
    requests = ([USER], [SYSTEM, USER], [USER, REPLY, USER])
    counted = [lay(family, *messages, model=model).constant for messages in requests]
    assert counted == [alone, with_system, three_turns]


def test_messages_of_one_role_that_follow_each_other_are_one_where_the_api_merges_them() -> None:
    assert lay("claude", USER, USER, REPLY, USER).constant == lay("claude", USER, REPLY, USER).constant
    assert lay("qwen", USER, USER).constant > lay("qwen", USER).constant


def test_the_start_of_a_reply_costs_its_text_alone_on_claude() -> None:
    assert lay("claude", USER, REPLY).constant == lay("claude", USER).constant
    assert lay("mistral", USER, REPLY).constant == lay("mistral", USER).constant + 1


def test_white_space_at_the_end_of_a_system_prompt_is_not_shown_to_claude() -> None:
    assert lay("claude", {**SYSTEM, "content": "Be brief. \n"}, USER).texts == ["Be brief.", "Hi"]


def test_tools_of_claude_add_a_hidden_text_whose_length_depends_on_the_generation() -> None:
    added = {
        model: lay("claude", USER, model=model, tools=[WEATHER]).constant - 7
        for model in ("claude-sonnet-4-5", "us.anthropic.claude-sonnet-4-20250514-v1:0", "claude-opus-4-1")
    }
    assert list(added.values()) == [489, 306, 306]


def test_a_forced_function_of_claude_costs_its_name_and_more() -> None:
    choice = {"type": "function", "function": {"name": "weather"}}
    free, forced = (lay("claude", USER, tools=[WEATHER], tool_choice=chosen) for chosen in ("auto", choice))
    assert forced.constant - free.constant == 94
    assert forced.texts.count("weather") == 1
    assert lay("claude", USER, tools=[WEATHER], tool_choice="required").constant - free.constant == 92


def test_thinking_adds_tokens_only_when_it_is_enabled() -> None:
    asked = {"type": "enabled", "budget_tokens": 1024}
    thinking = lay("claude", USER, thinking=asked)
    assert (thinking.constant, thinking.reasons) == (7 + 29, (UNDATED,))
    assert "thinking" in thinking.features
    assert lay("claude", USER, additionalModelRequestFields={"thinking": asked}).constant == 7 + 29
    assert lay("claude", USER, reasoning_effort="low").reasons == (OTHER_THINKING,)
    november = unlabelled(
        "chat", {"messages": [USER], "thinking": asked}, FAMILIES["claude"], timestamp=1_763_000_000
    )
    assert november.constant == 7 + 28
    assert lay("claude", USER, thinking={"type": "adaptive"}).constant == 7


def test_definitions_are_left_out_where_no_tool_may_be_called() -> None:
    assert lay("mistral", USER, tools=[WEATHER], tool_choice="none").texts == ["Hi"]
    assert len(lay("claude", USER, tools=[WEATHER], tool_choice="none").texts) == 2


def test_gemini_counts_names_and_values_of_a_result_and_of_arguments() -> None:
    texts = lay("gemini-vertex", USER, CALL, {**RESULT, "content": '{"sky": "blue"}'}).texts
    assert texts == ["Hi", "weather", "city", "Rome", "sky", "blue"]


def test_mistral_shows_a_call_as_json_with_spaces() -> None:
    laid = lay("mistral", USER, CALL, RESULT, tools=[WEATHER])
    assert laid.texts[-3:] == ["weather", '{"city": "Rome"}', "sunny"]
    assert laid.constant == lay("mistral", USER, tools=[WEATHER]).constant + 5


def test_calls_whose_arguments_are_no_object_are_counted_as_they_are() -> None:
    call = {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "[1"}}]}
    laid = lay("claude", USER, call)
    assert laid.texts[-1] == "[1"
    assert "arguments that are not an object" in laid.features


@pytest.mark.parametrize("family", ["llama3", "other"])
def test_tools_are_partial_where_nobody_knows_how_the_model_sees_them(family: str) -> None:
    laid = lay(family, USER, tools=[WEATHER])
    assert (laid.basis, UNKNOWN_TOOLS in laid.reasons) == ("partial", True)
    assert laid.texts[0].startswith('{"name":"weather"')


def test_a_json_schema_is_free_on_gemini_and_partial_where_its_cost_is_not_known() -> None:
    shape = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    free = lay("gemini-api", USER, response_format=shape)
    assert (free.basis, free.constant, free.texts) == ("exact", 1, ["Hi"])
    assert UNKNOWN_SCHEMA in lay("claude", USER, response_format=shape).reasons


def test_images_and_state_on_a_server_make_the_count_partial() -> None:
    image = {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}],
    }
    assert lay("claude", image).basis == "partial"
    laid = unlabelled("responses", {"input": "Hi", "previous_response_id": "r"}, FAMILIES["claude"])
    assert laid.reasons == (SERVER_STATE,)


def test_a_responses_request_costs_what_its_messages_cost() -> None:
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "function_call", "call_id": "1", "name": "weather", "arguments": '{"city":"Rome"}'},
        {"type": "function_call_output", "call_id": "1", "output": "sunny"},
    ]
    request = {
        "instructions": "Be brief.",
        "input": items,
        "tools": [{**WEATHER["function"], "type": "function"}],
    }
    laid = unlabelled("responses", request, FAMILIES["claude"])
    chat = lay("claude", SYSTEM, USER, CALL, RESULT, tools=[WEATHER])
    assert (laid.constant, laid.texts, laid.content) == (chat.constant, chat.texts, chat.content)


def test_a_prompt_is_one_user_message() -> None:
    laid = layout("completions", {"prompt": ["Hi", "Ho"]}, FAMILIES["mistral"], model="mistral-large-latest")
    assert (laid.constant, laid.texts) == (6, ["Hi", "Ho"])


def test_the_basis_is_estimated_without_recordings() -> None:
    laid = layout("chat", {"messages": [USER]}, FAMILIES["other"], model="acme-1")
    assert laid.basis == "estimated"
    assert laid.reasons[0] == FAMILIES["other"].estimated


@given(
    st.lists(
        st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), st.text(max_size=9)), max_size=6
    )
)
def test_every_family_counts_every_text_once_and_never_less_than_the_text(
    said: list[tuple[str, str]],
) -> None:
    messages = [{"role": role, "content": text} for role, text in said]
    for name in TEMPLATES:
        laid = lay(name, *messages)
        assert [text.rstrip() for text in laid.content] == [
            text.rstrip() for _, text in said if text.rstrip() or text in laid.content
        ]
        assert laid.constant >= 0
