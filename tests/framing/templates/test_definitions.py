"""How chat templates show tool definitions."""

from typing import Any

import pytest

from tokcount.framing.templates.definitions import Shown, definitions
from tokcount.framing.templates.rules import Definitions

ADD: dict[str, Any] = {
    "name": "add",
    "description": "Adds.",
    "parameters": {
        "type": "object",
        "title": "Add",
        "properties": {
            "a": {"type": "integer", "minimum": 1},
            "b": {"type": "integer", "description": "Zürich"},
        },
        "required": ["a"],
        "additionalProperties": False,
    },
}
PARAMETERS = (
    '{"type": "object", "title": "Add", "properties": {"a": {"type": "integer", "minimum": 1}, '
    '"b": {"type": "integer", "description": "Zürich"}}, "required": ["a"], "additionalProperties": false}'
)
PING = {"name": "ping", "description": ""}


def shown(form: Definitions, *functions: dict[str, Any]) -> Shown:
    tools = [{"type": "function", "function": function} for function in functions]
    found = definitions({"tools": tools}, form)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (
            "list",
            '[{"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": '
            + PARAMETERS
            + '}}, {"type": "function", "function": {"name": "ping", "description": ""}}]',
        ),
        (
            "lines",
            '{"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": '
            + PARAMETERS
            + '}}\n{"type": "function", "function": {"name": "ping", "description": ""}}',
        ),
        (
            "functions",
            '{"name": "add", "description": "Adds.", "parameters": '
            + PARAMETERS
            + '}\n{"name": "ping", "description": ""}',
        ),
        (
            "invoke",
            '<functions>\n<function>{"description": "Adds.", "name": "add", "parameters": '
            + PARAMETERS
            + '}</function>\n<function>{"name": "ping"}</function>\n</functions>',
        ),
    ],
)
def test_json_forms_keep_the_schema_as_it_was_sent(form: Definitions, text: str) -> None:
    assert shown(form, ADD, PING).texts == (text,)


def test_values_are_texts_of_their_own_and_titles_are_not_shown() -> None:
    assert shown("values", ADD).texts == (
        *("add", "Adds.", "object", "a", "integer", "1", "b", "integer", "Zürich", "a"),
    )


def test_gpt_oss_sees_one_property_per_line_with_comments_and_defaults_but_no_bounds() -> None:
    limit = {"type": "integer", "default": 3}
    nested = {
        "type": "object",
        "properties": {"limit": limit, "tags": {"type": "array", "items": {"type": "string"}}},
    }
    function = {**ADD, "parameters": {**ADD["parameters"], "title": "", "properties": {
        **ADD["parameters"]["properties"], "more": nested}}}  # fmt: skip
    (text,) = shown("harmony", function, PING).texts
    assert text.splitlines()[4:] == [
        "namespace functions {",
        "",
        "// Adds.",
        "type add = (_: {",
        "a: number,",
        "// Zürich",
        "b?: number,",
        "more?: {",
        "    limit?: number, // default: 3",
        "    tags?: string[],",
        "    },",
        "}) => any;",
        "",
        "type ping = () => any;",
        "",
        "} // namespace functions",
    ]


def test_functions_and_properties_are_counted_at_all_depths() -> None:
    nested = {"type": "object", "properties": {"list": {"type": "array", "items": ADD["parameters"]}}}
    found = shown("values", ADD, {"name": "deep", "parameters": nested})
    assert (found.functions, found.properties) == (2, 5)


def test_hosted_tools_are_counted_but_not_shown() -> None:
    found = definitions({"tools": [{"type": "web_search"}]}, "list")
    assert found == Shown((), 0, 0, 1)
    assert definitions({"tools": []}, "list") is None


def test_the_older_functions_are_shown_too() -> None:
    found = definitions({"functions": [PING]}, "functions")
    assert found is not None
    assert found.texts == ('{"name": "ping", "description": ""}',)
