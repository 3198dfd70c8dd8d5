"""Response formats: what of a JSON schema is shown, and what it costs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tokens import input_tokens, tok

from tokcount.framing.families import FAMILIES
from tokcount.framing.rules import layout
from tokcount.framing.tools.response_format import response_format, shown

SYSTEM = {"role": "system", "content": "You are a helpful assistant."}
USER = {"role": "user", "content": "What is the weather in Paris?"}
REPLY = [{"role": "assistant", "content": "It is sunny."}, {"role": "user", "content": "Thanks!"}]
TOOL = {
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
FORMAT = {
    "type": "json_schema",
    "json_schema": {
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
    },
}
MODELS = (("chat", "o200k_base"), ("chat", "cl100k_base"), ("gpt5", "o200k_base"), ("o", "o200k_base"))


def text_of(value: Any) -> str:
    found = response_format(value)
    assert found is not None
    return found.text


def test_the_shown_text() -> None:
    assert text_of(FORMAT) == (
        "# Response Formats\n\n## answer\n\n// The answer\n"
        '{"type":"object","properties":{"city":{"type":"string","description":"City name"},"score":{"type":"number"}}}'
    )
    assert tok(text_of(FORMAT)) == 37


@pytest.mark.parametrize(
    ("messages", "functions", "tokens"),
    [
        ([USER], None, (58, 57, 54, 54)),
        ([SYSTEM, USER], None, (64, 63, 63, 63)),
        ([USER], [TOOL], (99, 99, 180, 99)),
        ([SYSTEM, USER], [TOOL], (105, 105, 189, 108)),
        ([USER, *REPLY], None, (75, 74, 73, 71)),
    ],
)
def test_what_a_schema_adds(messages: list[Any], functions: Any, tokens: Any) -> None:
    request = {"messages": messages, "response_format": FORMAT, "functions": functions}
    laid = tuple(
        input_tokens(layout("chat", request, FAMILIES[family]), encoding) for family, encoding in MODELS
    )
    assert laid == tokens


@pytest.mark.parametrize("value", [None, "json", {"type": "json_object"}, {"type": "text"}, {}])
def test_other_formats_cost_nothing(value: Any) -> None:
    assert response_format(value) is None
    assert (
        input_tokens(layout("chat", {"messages": [USER], "response_format": value}, FAMILIES["chat"])) == 14
    )


def test_a_keyword_goes_and_a_property_of_that_name_stays() -> None:
    schema = {
        "properties": {"format": {"type": "string", "format": "date"}},
        "required": ["format"],
        "$schema": "x",
    }
    assert shown(schema) == {"properties": {"format": {"type": "string"}}}
    assert shown({"$defs": {"default": {"default": 1}}, "anyOf": [{"pattern": "x"}]}) == {
        "$defs": {"default": {}},
        "anyOf": [{}],
    }
    assert shown({"const": {"default": 1}, "enum": [{"format": 2}]}) == {
        "const": {"default": 1},
        "enum": [{"format": 2}],
    }


def test_other_than_ascii_is_escaped() -> None:
    assert r"Z\u00fcrich" in text_of({"type": "json_schema", "json_schema": {"schema": {"title": "Zürich"}}})


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_no_format_breaks_the_renderer(value: Any) -> None:
    assert text_of({"type": "json_schema", "json_schema": value}).startswith("# Response Formats")
