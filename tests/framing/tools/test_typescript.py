"""Tool definitions as text: one example for each form."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tokens import tok

from tokcount.framing.features import OF_TOOL_SCHEMA
from tokcount.framing.tools.schema_forms import tool_forms
from tokcount.framing.tools.tool_set import ToolSet, tool_set

FLIGHTS = {
    "type": "object",
    "title": "FindFlights",
    "properties": {
        "origin": {"type": "string", "description": "IATA code", "title": "Origin"},
        "stops": {"type": "integer", "default": 0, "minimum": 0, "maximum": 2},
        "cabin": {
            "type": "string",
            "enum": ["economy", "business"],
            "default": "economy",
            "description": "Cabin class\nof the whole trip",
        },
        "tags": {"type": "array", "items": {"type": "string"}},
        "return_date": {
            "anyOf": [{"type": "string"}, {"type": "null"}],
            "default": None,
            "title": "Return Date",
        },
        "passengers": {"type": "array", "items": {"$ref": "#/$defs/Passenger"}, "description": "Who flies"},
        "contact": {
            "type": "object",
            "properties": {"email": {"type": "string"}, "phone": {"type": "string"}},
            "required": ["email"],
        },
        "extra": {"type": "object"},
        "anything": {},
    },
    "required": ["origin", "passengers", "contact"],
    "$defs": {
        "Passenger": {
            "type": "object",
            "title": "Passenger",
            "description": "One person",
            "properties": {"name": {"type": "string", "title": "Name"}, "age": {"type": "integer"}},
            "required": ["name", "age"],
        }
    },
}
FLIGHTS_TEXT = """namespace functions {

// Find flights.
//
// Prices are in EUR.
type find_flights = (_: // FindFlights
{
// Origin
//
// IATA code
origin: string,
stops?: number, // default: 0, minimum: 0, maximum: 2
// Cabin class
// of the whole trip
cabin?: "economy" | "business", // default: "economy"
tags?: string[],
// Return Date
return_date?: string | null, // default: null
// Who flies
passengers: Array<
// Passenger
//
// One person
{
// Name
name: string,
age: number,
}
>,
contact: { email: string, phone?: string },
anything?: any,
}) => any;

} // namespace functions"""


def rendered(functions: list[Any], renderer: Any = "typescript") -> ToolSet:
    found = tool_set({"functions": functions}, renderer)
    assert found is not None
    return found


def body(
    parameters: Any, renderer: Any = "typescript", name: str = "f", description: str | None = None
) -> str:
    function = {"name": name, "parameters": parameters}
    if description is not None:
        function["description"] = description
    return rendered([function], renderer).body


def shown(schema: Any, renderer: Any = "typescript", **root: Any) -> str:
    """What stands for one required property `x` of this schema."""
    text = body({"type": "object", "properties": {"x": schema}, "required": ["x"], **root}, renderer)
    return text.removeprefix("namespace functions {\n\ntype f = (_: ").removesuffix(
        ") => any;\n\n} // namespace functions"
    )


def test_everything_at_once() -> None:
    text = body(FLIGHTS, name="find_flights", description="Find flights.\n\n  Prices are in EUR.")
    assert text == FLIGHTS_TEXT


def test_functions_without_properties_take_nothing() -> None:
    for parameters in ({}, {"type": "object"}, {"type": "object", "properties": {}}, None, "junk"):
        assert "type f = () => any;" in body(parameters)


def test_two_functions_and_a_description_of_two_lines() -> None:
    functions = [
        {"name": "a", "description": "Get the time.\nUses UTC.", "parameters": {"properties": {}}},
        {"name": "b"},
    ]
    assert rendered(functions).body == (
        "namespace functions {\n\n// Get the time.\n// Uses UTC.\ntype a = () => any;\n\n"
        "type b = () => any;\n\n} // namespace functions"
    )


STRING, NULL, NUMBER = {"type": "string"}, {"type": "null"}, {"type": "integer"}
TITLED = {
    "title": "Point",
    "type": "object",
    "properties": {"y": {**NUMBER, "title": "Y"}},
    "required": ["y"],
}
TITLED_TEXT = "{\n// Y\ny: number,\n}"
DEFS = {"$defs": {"Point": TITLED, "Color": {"enum": ["red", "blue"], "title": "Color", "type": "string"}}}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (STRING, "string"),
        (NUMBER, "number"),
        ({"type": "boolean"}, "boolean"),
        ({}, "any"),
        ({"type": "wrong"}, "any"),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"enum": [1, None]}, "1 | null"),
        ({"const": "é"}, '"é"'),
        ({"type": "array"}, "any[]"),
        ({"type": "array", "items": STRING}, "string[]"),
        ({"type": "array", "items": {"type": "array", "items": STRING}}, "string[][]"),
        ({"type": "array", "items": {"type": "object", "properties": {"y": STRING}}}, "{ y?: string }[]"),
        ({"type": "array", "items": {"anyOf": [STRING, NUMBER]}}, "Array<string | number>"),
        (
            {"anyOf": [STRING, {"type": "array", "items": {"anyOf": [STRING, NULL]}}]},
            "string | Array<string | null>",
        ),
        ({"anyOf": [STRING, {"type": "object"}, NULL]}, "string | null"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"type": "string", "nullable": True}, "string | null"),
        ({"type": ["string", "null"], "nullable": True}, "string | null"),
        ({"anyOf": [STRING, NULL], "nullable": True}, "string | null"),
        ({"type": "number", "format": "double"}, "number"),
        ({"type": "object", "properties": {"y": STRING}, "required": ["y"]}, "{ y: string }"),
        (
            {"type": "object", "properties": {"y": STRING}, "additionalProperties": True},
            "{ y?: string, [key: string]: any }",
        ),
        ({"$ref": "#/$defs/Nowhere"}, "any"),
    ],
)
def test_a_property_without_comments_is_on_one_line(schema: Any, text: str) -> None:
    assert shown(schema) == f"{{ x: {text} }}"


@pytest.mark.parametrize(
    ("schema", "lines"),
    [
        ({**STRING, "title": "T"}, "// T\nx: string,"),
        ({**STRING, "description": "D\n  E"}, "// D\n// E\nx: string,"),
        ({**STRING, "description": " "}, None),
        ({**STRING, "title": "T", "description": "D"}, "// T\n//\n// D\nx: string,"),
        ({**STRING, "default": None}, "x: string, // default: null"),
        ({**STRING, "format": "date"}, 'x: string, // format: "date"'),
        ({**STRING, "examples": ["a", {"b": 1}]}, '// Examples:\n// - "a"\n// - {"b": 1}\nx: string,'),
        ({"type": "array", "items": {**STRING, "description": "D"}}, "x: Array<\n// D\nstring\n>,"),
        (
            {"type": "array", "items": {**STRING, "description": "D"}, "default": []},
            "// default: []\nx: Array<\n// D\nstring\n>,",
        ),
        ({"type": "array", "items": STRING, "default": []}, "x: string[], // default: []"),
        (
            {"type": "array", "items": {"anyOf": [STRING, NUMBER]}, "description": "D"},
            "// D\nx: Array<\nstring | number\n>,",
        ),
        (
            {"type": "object", "properties": {"y": STRING}, "default": None, "description": "D"},
            "// D\n// default: null\nx: { y?: string },",
        ),
        (
            {"type": "object", "properties": {"y": STRING}, "default": None, "nullable": True},
            "x: { y?: string } | null, // default: null",
        ),
        ({"$ref": "#/$defs/Point"}, f"// Point\nx: {TITLED_TEXT},"),
        ({"$ref": "#/$defs/Point", "title": "Mine"}, f"// Mine\nx: {TITLED_TEXT},"),
        ({"allOf": [{"$ref": "#/$defs/Color"}]}, '// Color\nx: \n | "red" | "blue",'),
        ({"type": "array", "items": {"$ref": "#/$defs/Point"}}, f"x: Array<\n// Point\n{TITLED_TEXT}\n>,"),
        ({"anyOf": [{"$ref": "#/$defs/Point"}, NULL]}, f"x: \n | {TITLED_TEXT} // Point\n | null,"),
        (
            {"anyOf": [{**STRING, "description": "free text"}, {**NUMBER, "description": "a number"}]},
            "x: \n | string // free text\n | number // a number,",
        ),
        ({"type": ["string", "null"], "description": "D"}, "// D\nx: \n | string // D\n | null // D,"),
        (
            {"type": ["integer", "null"], "minimum": 0, "maximum": 255, "format": "uint8"},
            "x: \n | number // minimum: 0, maximum: 255\n | null,",
        ),
    ],
)
def test_a_comment_puts_every_property_of_its_object_on_a_line(schema: Any, lines: str | None) -> None:
    assert shown(schema, **DEFS) == (f"{{\n{lines}\n}}" if lines else "{ x: string }")


def test_inside_an_object_the_later_variants_of_a_union_are_indented() -> None:
    inner = {"type": "object", "properties": {"y": {"anyOf": [{**STRING, "description": "s"}, NULL, NUMBER]}}}
    assert shown(inner) == "{\nx: {\ny?: \n | string // s\n   | null\n   | number,\n},\n}"


def test_an_object_without_comments_stays_on_one_line_inside_one_with_comments() -> None:
    inner = {"type": "object", "properties": {"y": STRING}}
    text = shown({"type": "object", "properties": {"a": inner, "b": {**STRING, "title": "B"}}})
    assert text == "{\nx: {\na?: { y?: string },\n// B\nb?: string,\n},\n}"


def test_references_are_followed_two_deep() -> None:
    link = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Link"}}}
    assert shown({"$ref": "#/$defs/Link"}, **{"$defs": {"Link": link}}) == "{ x: { next?: { next?: any } } }"


def test_the_root_carries_its_own_comment() -> None:
    text = shown(STRING, title="T", description="D\nE")
    assert text == "// T\n//\n// D\n// E\n{ x: string }"


PLACE = {
    "type": "object",
    "title": "Root",
    "properties": {
        "city": {"type": "string", "title": "City"},
        "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        "where": {
            "type": "object",
            "description": "Place",
            "properties": {"zip": {"type": "string", "description": "Postal code"}},
            "required": ["zip"],
        },
        "all": {"type": "array", "items": {"type": "object", "properties": {"zip": {"type": "string"}}}},
    },
    "required": ["city"],
}


def test_the_models_of_june_2023_have_a_form_of_their_own() -> None:
    text = body(PLACE, "0613", name="get_weather")
    assert (
        text
        == """namespace functions {

type get_weather = (_: {
city: string,
unit?: "celsius" | "fahrenheit",
// Place
where?: {
  zip: string,
},
all?: {
  zip?: string,
}[],
}) => any;

} // namespace functions"""
    )


def test_the_models_of_june_2023_show_no_bounds_defaults_or_description_of_the_whole() -> None:
    bounded = {"type": "integer", "minimum": 1, "default": 3, "description": "How many"}
    assert shown(bounded, "0613", description="Orders", title="Order") == "{\n// How many\nx: number,\n}"


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, "x: number, // minimum: 1, maximum: 9"),
        ({"type": "number", "minimum": 1, "maximum": 9}, "x: number, // minimum: 1.0, maximum: 9.0"),
        ({"type": "number", "exclusiveMinimum": 0}, "x: number, // exclusiveMinimum: 0.0"),
        ({"type": "integer", "exclusiveMaximum": 5}, "x: number, // exclusiveMaximum: 5"),
    ],
)
def test_bounds_are_shown_as_whole_numbers_for_integers_and_as_floats_for_numbers(
    schema: Any, text: str
) -> None:
    assert shown(schema) == f"{{\n{text}\n}}"


def test_an_object_is_shown_when_it_says_what_its_keys_are() -> None:
    record = {
        "type": "object",
        "propertyNames": {"type": "string"},
        "additionalProperties": {},
        "description": "Tags",
    }
    assert shown(record) == "{\n// Tags\nx: object,\n}"
    assert shown({"type": "object", "additionalProperties": {}}) == "{  }"


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"properties": {"x": {"type": "string", "description": "D"}}}, set()),
        ({"properties": {"x": {"const": 1}}}, {"const"}),
        (
            {"properties": {"x": {"enum": [1]}}},
            {"an enum with values that are not strings"},
        ),
        ({"properties": {"x y": {}}}, {"a property whose name is not an identifier"}),
        ({"$defs": {"A": {"oneOf": []}}}, {"oneOf"}),
        ({"additionalProperties": True}, {"any additionalProperties"}),
        ({"additionalProperties": False}, set()),
        ({"x-order": 1}, {"an unknown keyword"}),
        ("junk", {"no object"}),
    ],
)
def test_the_forms_of_a_schema_are_features(schema: Any, found: set[str]) -> None:
    assert tool_forms(schema) == {form + OF_TOOL_SCHEMA for form in found}


def test_tokens_of_the_worked_examples() -> None:
    weather = {
        "name": "get_weather",
        "description": "Get the current weather.",
        "parameters": {
            "type": "object",
            "properties": {"city": STRING, "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}},
            "required": ["city"],
        },
    }
    found = rendered([weather])
    assert (tok(found.body), tok(found.block), tok(found.block, "cl100k_base")) == (38, 44, 45)


keywords = st.sampled_from(
    ["type", "properties", "items", "anyOf", "oneOf", "allOf", "$ref", "enum", "const", "default", "title",
     "description", "required", "nullable", "minimum", "format", "examples", "additionalProperties", "$defs"]
)  # fmt: skip
words = st.sampled_from(["string", "object", "array", "integer", "null", "#", "#/$defs/A", "x", ""])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
schemas = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keywords | words, inner, max_size=6),
    max_leaves=25,
)


@settings(max_examples=200)
@given(schemas, st.sampled_from(["typescript", "0613"]))
def test_no_schema_breaks_a_renderer(schema: Any, renderer: Any) -> None:
    text = body({"properties": {"x": schema}, "$defs": {"A": schema}}, renderer)
    assert text.endswith("} // namespace functions")
