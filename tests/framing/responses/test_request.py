"""Responses requests are laid out as the API bills them; totals are worked examples or recorded shapes."""

from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.families import family_of

from tokcount.framing import features
from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import Layout
from tokcount.framing.responses.request import layout_responses
from tokcount.framing.rules import layout
from tokcount.tokens.encodings import get

SYSTEM, QUESTION = "You are a helpful assistant.", "What is the weather in Paris?"
USER = {"role": "user", "content": QUESTION}
WEATHER = {
    "type": "function",
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
}
TIME = {"type": "function", "name": "get_time", "parameters": {"type": "object", "properties": {}}}
SCHEMA = {
    "type": "json_schema",
    "name": "answer",
    "description": "The answer",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "City name", "minLength": 1},
            "score": {"type": "number", "minimum": 0, "default": 1},
        },
        "required": ["city", "score"],
        "additionalProperties": False,
    },
}
MODELS = ("gpt-4o", "gpt-5", "gpt-5.4", "o4-mini")


def call(arguments: str = '{"city":"Paris"}', name: str = "get_weather", **more: Any) -> dict[str, Any]:
    return {"type": "function_call", "call_id": "c1", "name": name, "arguments": arguments, **more}


def output(text: Any = "sunny") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": "c1", "output": text}


def ask(*items: Any, **more: Any) -> dict[str, Any]:
    return {"input": [USER, *items], **more}


def lay(request: dict[str, Any], model: str, **options: Any) -> Layout:
    return layout_responses(request, family_of(model), model=model, **options)


@cache
def tok(text: str) -> int:
    return len(get("o200k_base").encode_ordinary(text))


def total(request: dict[str, Any], model: str) -> int:
    layout = lay(request, model)
    return layout.constant + sum(map(tok, layout.texts))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param({"instructions": SYSTEM, "input": QUESTION}, (24, 23, 23, 23), id="instructions"),
        pytest.param(ask(tools=[WEATHER]), (55, 60, 60, 57), id="tool"),
        pytest.param(ask(text={"format": SCHEMA}), (52, 50, 50, 50), id="schema"),
        pytest.param(ask(call(), output(), tools=[WEATHER]), (77, 88, 91, 85), id="call"),
        pytest.param(ask(call(id="fc_1"), output(), tools=[WEATHER]), (80, 88, 91, 85), id="call with id"),
        pytest.param(
            ask(call(id="fc_1"), output(), tools=[WEATHER], store=False), (77, 88, 91, 85), id="not stored"
        ),
        pytest.param(ask(call('{"city": "Paris"}'), output()), (37, 41, 44, 41), id="arguments with blanks"),
        pytest.param(
            ask({"role": "assistant", "content": "It is sunny."}, {"role": "user", "content": "Thanks!"}),
            (28, 29, 29, 29),
            id="history",
        ),
        pytest.param(
            ask(tools=[WEATHER], tool_choice={"type": "function", "name": "get_weather"}),
            (64, 60, 60, 57),
            id="forced",
        ),
        pytest.param(ask(tools=[WEATHER], tool_choice="required"), (64, 60, 60, 57), id="required of one"),
        pytest.param(
            ask(tools=[WEATHER, TIME], tool_choice="required"), (63, 68, 68, 65), id="required of two"
        ),
        pytest.param(ask(tools=[WEATHER], tool_choice="none"), (56, 60, 60, 57), id="none"),
        pytest.param(
            ask(tools=[WEATHER], parallel_tool_calls=False), (55, 138, 138, 57), id="one call at a time"
        ),
        pytest.param(ask(tools=[TIME]), (32, 36, 36, 34), id="tool without description"),
        pytest.param(ask(tools=[{"type": "web_search_preview"}]), (308, 13, 13, 13), id="web search"),
    ],
)
def test_totals(request_: dict[str, Any], expected: tuple[int, ...]) -> None:
    assert tuple(total(request_, model) for model in MODELS) == expected


def test_calls_of_one_turn_cost_a_wrapper_on_gpt5_and_nothing_on_chat_models() -> None:
    apart, together = ask(call(), output(), call(), output()), ask(call(), call(), output(), output())
    assert total(together, "gpt-5.4") - total(apart, "gpt-5.4") == 10
    assert total(together, "gpt-4o") == total(apart, "gpt-4o")


def test_a_result_is_shown_under_the_full_name_of_its_function() -> None:
    layout = lay(ask(call(name="step_one"), output()), "gpt-4o")
    assert layout.texts.count("functions.step_one") == 2


def test_reasoning_from_before_the_last_question_costs_nothing_until_gpt_5_5() -> None:
    old = ask({"type": "reasoning", "summary": []}, {"role": "assistant", "content": "Yes."}, USER)
    without = ask({"role": "assistant", "content": "Yes."}, USER)
    assert total(old, "gpt-5.4") == total(without, "gpt-5.4")
    assert lay(old, "gpt-5.4").basis == "exact"
    assert lay(old, "gpt-5.6-luna").basis == "partial"


def test_reasoning_of_the_turn_is_named_as_not_counted() -> None:
    layout = lay(ask({"type": "reasoning", "summary": []}, call(), output()), "gpt-5.4")
    assert layout.basis == "partial"
    assert "reasoning" in layout.reasons[0]


def test_an_assistant_text_before_a_call_costs_one_more_on_gpt5() -> None:
    said = {"role": "assistant", "content": "Let me look."}
    assert total(ask(said, call(), output()), "gpt-5.4") == total(ask(call(), output(), said), "gpt-5.4") + 1
    assert total(ask(said, call(), output()), "gpt-4o") == total(ask(call(), output(), said), "gpt-4o")


def test_an_assistant_text_before_another_costs_one_more_on_gpt5() -> None:
    said = {"role": "assistant", "content": "Yes."}
    assert total(ask(said, said, USER), "gpt-5.4") == total(ask(said, USER, said), "gpt-5.4") + 1


def test_items_before_a_compaction_are_gone() -> None:
    long = {"role": "assistant", "content": "word " * 100}
    layout = lay(ask(long, {"type": "compaction", "encrypted_content": "x"}, USER), "gpt-4.1")
    assert layout.basis == "partial"
    assert layout.content == [QUESTION]


@pytest.mark.parametrize(
    "request_",
    [
        {"input": QUESTION, "previous_response_id": "resp_1"},
        {"input": QUESTION, "conversation": {"id": "conv_1"}},
        {"prompt": {"id": "pmpt_1"}},
        {"input": QUESTION, "tools": [{"type": "mcp", "server_label": "x"}]},
        {"input": QUESTION, "tools": [{"type": "web_search"}]},
        {"input": QUESTION, "reasoning": {"mode": "pro"}},
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        {"input": [{"type": "computer_call_output", "output": {}}]},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file_1"}]}]},
    ],
)
def test_what_only_the_server_knows_makes_a_floor_with_a_reason(request_: dict[str, Any]) -> None:
    layout = lay(request_, "gpt-4.1")
    assert layout.basis == "partial"
    assert all(layout.reasons)


@pytest.mark.parametrize(
    "request_",
    [
        {"input": [output()]},
    ],
)
def test_unexpected_forms_are_estimated(request_: dict[str, Any]) -> None:
    assert layout("responses", request_, family_of("gpt-4.1"), model="gpt-4.1").basis == "estimated"


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"input": [{"role": "user", "content": {"a": 1}}]}, "input[].content.a"),
        ({"input": [3]}, "input[]"),
        ({"input": 5}, "input"),
    ],
)
def test_forms_that_are_not_read_make_a_floor_that_names_them(request_: dict[str, Any], field: str) -> None:
    layout = lay(request_, "gpt-4.1")

    assert (layout.basis, layout.not_read) == ("partial", (f"not read: {field}",))


def test_tools_offered_by_an_item_are_a_feature_of_their_own() -> None:
    request = ask({"type": "additional_tools", "role": "developer", "tools": [WEATHER]})
    assert total(request, "gpt-5.6") == 13 + 38 + 91
    assert features.GIVEN_TOOLS in lay(request, "gpt-5.6").features
    assert lay(request, "gpt-4.1").basis == "partial"


def test_reasoning_options_and_text_formats_keep_the_plain_path() -> None:
    request = {"input": QUESTION, "reasoning": {"effort": "low"}, "text": {"format": {"type": "text"}}}
    layout = lay(request, "gpt-5")
    assert layout.texts is layout.content
    assert (layout.constant, layout.basis) == (6, "exact")


@pytest.mark.parametrize("family", ["0301", "o1mini"])
def test_a_family_without_recordings_of_responses_is_estimated(family: str) -> None:
    assert layout("responses", {"input": QUESTION}, FAMILIES[family]).basis == "estimated"


def test_texts_among_the_items_are_user_messages_and_instructions_may_be_items() -> None:
    loose = {"instructions": [{"role": "system", "content": SYSTEM}], "input": [QUESTION]}
    layout = lay(loose, "gpt-4o", roles=True)
    assert (layout.roles, layout.content) == (["system", "user"], [SYSTEM, QUESTION])
    assert total(loose, "gpt-4o") == total({"instructions": SYSTEM, "input": QUESTION}, "gpt-4o")
    assert lay({"instructions": 5, "input": QUESTION}, "gpt-4o").content == [QUESTION]


def test_an_item_that_offers_no_tools_costs_nothing() -> None:
    assert total(ask({"type": "additional_tools", "tools": []}), "gpt-5.6") == total(ask(), "gpt-5.6")


def test_every_content_text_has_its_role() -> None:
    plain = lay({"instructions": SYSTEM, "input": QUESTION}, "gpt-4o", roles=True)
    assert plain.roles == ["system", "user"]
    history = lay(ask(call(), output(), instructions=SYSTEM, tools=[WEATHER]), "gpt-4o", roles=True)
    assert (history.roles, history.content) == (["system", "user", "tool"], [SYSTEM, QUESTION, "sunny"])


WORDS = st.sampled_from(
    [
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "compaction",
        "web_search",
        "additional_tools",
        "function",
        "user",
        "assistant",
        "input_text",
        "input_image",
        "json_schema",
        "required",
        "none",
        "pro",
        "x",
    ]
)
KEYS = st.sampled_from(
    [
        "type",
        "role",
        "content",
        "name",
        "arguments",
        "call_id",
        "output",
        "id",
        "text",
        "format",
        "schema",
        "properties",
        "parameters",
        "image_url",
        "detail",
        "url",
        "mode",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | WORDS | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
REQUESTS = st.dictionaries(
    st.sampled_from(
        [
            "input",
            "instructions",
            "tools",
            "tool_choice",
            "text",
            "reasoning",
            "store",
            "parallel_tool_calls",
            "previous_response_id",
            "prompt",
            "context_management",
        ]
    ),
    JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=5), max_size=4),
    max_size=6,
)


@settings(max_examples=100, deadline=None)
@given(REQUESTS, st.sampled_from(MODELS))
@example({"input": [{"type": [None]}], "tools": [{"type": [None]}]}, "gpt-4o")
def test_any_json_is_laid_out_without_raising(request_: dict[str, Any], model: str) -> None:
    layout = lay(request_, model, roles=True)
    assert layout.roles is not None
    assert len(layout.roles) == len(layout.content)
    assert layout.constant >= 0
    assert all(isinstance(text, str) for text in [*layout.texts, *layout.content])
    assert (layout.basis == "exact") == (not layout.reasons)
