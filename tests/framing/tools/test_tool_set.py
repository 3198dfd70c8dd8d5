"""Tools of a request: read from both fields, rendered once, joined to the first message."""

import math
from typing import Any

import pytest
from support.tokens import input_tokens

from tokcount.framing.families import FAMILIES
from tokcount.framing.features import GRAMMAR
from tokcount.framing.rules import layout
from tokcount.framing.tools.tool_set import forced_name, offered_functions, tool_set

SYSTEM = {"role": "system", "content": "You are a helpful assistant."}
USER = {"role": "user", "content": "What is the weather in Paris?"}
FUNCTION: dict[str, Any] = {
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
TIME = {"name": "get_time", "description": "Get the time.\nUses UTC.", "parameters": {"properties": {}}}
TOOL = {"type": "function", "function": FUNCTION}
BY_NAME = {"type": "function", "function": {"name": "get_weather"}}
PLACE = {
    **FUNCTION,
    "parameters": {
        **FUNCTION["parameters"],
        "properties": {
            **FUNCTION["parameters"]["properties"],
            "where": {
                "type": "object",
                "description": "Place",
                "properties": {"zip": {"type": "string", "description": "Postal code"}},
                "required": ["zip"],
            },
        },
    },
}
MODELS = (("chat", "o200k_base"), ("chat", "cl100k_base"), ("gpt5", "o200k_base"), ("o", "o200k_base"))


def billed(messages: list[Any], family: str = "chat", encoding: str = "o200k_base", **request: Any) -> int:
    return input_tokens(layout("chat", {"messages": messages, **request}, FAMILIES[family]), encoding)


@pytest.mark.parametrize(
    ("messages", "request_", "tokens"),
    [
        ([USER], {"tools": [TOOL]}, (61, 62, 142, 61)),
        ([SYSTEM, USER], {"tools": [TOOL]}, (67, 68, 151, 70)),
        ([USER, SYSTEM], {"tools": [TOOL]}, (71, 72, 152, 71)),
        ([USER], {"functions": [{**FUNCTION, "description": ""}]}, (56, 56, 136, 56)),
        ([USER], {"tools": [TOOL], "tool_choice": BY_NAME}, (70, 71, 142, 61)),
        ([USER], {"functions": [FUNCTION], "function_call": {"name": "get_weather"}}, (70, 71, 142, 61)),
        ([USER], {"tools": [TOOL], "tool_choice": "required"}, (61, 62, 142, 61)),
        ([USER], {"tools": [TOOL], "tool_choice": "none"}, (62, 63, 142, 61)),
        ([USER], {"functions": [TIME]}, (45, 47, 126, 45)),
        ([USER], {"functions": [FUNCTION, TIME]}, (76, 79, 157, 76)),
    ],
)
def test_what_tools_add(messages: list[Any], request_: dict[str, Any], tokens: Any) -> None:
    assert tuple(billed(messages, family, encoding, **request_) for family, encoding in MODELS) == tokens


def test_a_developer_message_takes_the_tools_as_a_system_message_does() -> None:
    assert billed([{**SYSTEM, "role": "developer"}, USER], tools=[TOOL]) == 67


def test_the_models_of_june_2023_render_otherwise_and_charge_less_for_a_choice() -> None:
    request = {"functions": [PLACE]}
    choice = {"name": "get_weather"}
    assert billed([USER], "chat/0613", "cl100k_base", **request) == 74
    assert billed([USER], "chat/0613", "cl100k_base", **request, function_call=choice) == 80
    assert (
        billed([USER], "chat", "cl100k_base", **request, function_call=choice)
        - billed([USER], "chat", "cl100k_base", **request)
        == 7 + 2
    )


@pytest.mark.parametrize("tools", [[], None, {}, ""])
def test_no_tools_add_nothing(tools: Any) -> None:
    assert billed([USER], tools=tools, tool_choice="none") == 14
    assert tool_set({"tools": tools}) is None


@pytest.mark.parametrize("tools", [[None], ["x"], [{"type": "web_search"}], [{"function": 3}]])
def test_tools_that_are_not_functions_make_a_count_partial(tools: Any) -> None:
    laid = layout("chat", {"messages": [USER], "tools": tools}, FAMILIES["chat"])
    assert (laid.basis, input_tokens(laid)) == ("partial", 14)


def test_a_function_among_invalid_tools_is_counted() -> None:
    laid = layout("chat", {"messages": [USER], "tools": [TOOL, 7]}, FAMILIES["chat"])
    assert (laid.basis, input_tokens(laid)) == ("partial", 61)


def test_a_tool_set_is_rendered_once() -> None:
    again = {"tools": [{"type": "function", "function": dict(FUNCTION)}]}
    assert tool_set({"tools": [TOOL]}) is tool_set(again)


@pytest.mark.parametrize("odd", [math.nan, 10**400, "\ud800"])
def test_values_that_json_cannot_represent_are_rendered(odd: Any) -> None:
    parameters = {"properties": {"x": {"type": "string", "default": odd}}}
    found = tool_set({"functions": [{"name": "f", "parameters": parameters}]})
    assert found is not None
    assert "default: " in found.body


@pytest.mark.parametrize("nested", [True, False])
def test_a_custom_tool_takes_free_text_and_its_grammar_is_a_comment(nested: bool) -> None:
    grammar = {"syntax": "lark", "definition": "start: INT\n  INT: /[0-9]/"}
    custom = {"name": "run", "description": "Run it.", "format": {"type": "grammar", "grammar": grammar}}
    if not nested:
        custom["format"] = {"type": "grammar", **grammar}
    found = tool_set(
        {"tools": [{"type": "custom", "custom": custom} if nested else {"type": "custom", **custom}]}
    )
    assert found is not None
    assert "// Run it.\n// start: INT\n// INT: /[0-9]/\ntype run = (FREEFORM) => any;" in found.body
    assert (found.functions, found.hidden, found.forms) == (1, 47, (GRAMMAR,))


def test_functions_of_both_apis_are_read() -> None:
    flat = {"type": "function", "name": "f"}
    assert offered_functions([TOOL, flat, {"type": "web_search"}], [TIME]) == ([FUNCTION, flat, TIME], 1)


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        (BY_NAME, "get_weather"),
        ({"type": "function", "name": "f"}, "f"),
        ({"name": "f"}, "f"),
        ("auto", None),
        (None, None),
        ({"type": "allowed_tools"}, None),
        ({"name": 3}, None),
    ],
)
def test_a_choice_by_name(choice: Any, name: str | None) -> None:
    assert forced_name(choice) == name
