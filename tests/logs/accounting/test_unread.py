"""Which fields of a body are not read, and how they are named."""

from typing import Any

import pytest

from tokcount.logs.accounting.contradiction import contradiction, with_echo
from tokcount.logs.accounting.unread import FURTHER, MOST_FIELDS, unread_answer, unread_around, unread_request

USER = {"role": "user", "content": "Hello!"}


def chat(*messages: Any, **fields: Any) -> tuple[str, ...]:
    return unread_request("chat", {"messages": [*messages], **fields})


@pytest.mark.parametrize(
    ("message", "path"),
    [
        ({"role": "user", "parts": ["x"]}, "messages[].parts"),
        ({**USER, "note": 7}, "messages[].note"),
        ({"role": "user", "content": {"a": "x", "b": "y"}}, "messages[].content.a"),
        ({"role": "user", "content": [{"type": "mystery", "data": "x"}]}, "messages[].content[].data"),
        ({"role": "user", "content": 7}, "messages[].content"),
        ({"role": "user", "tool_calls": [{"id": "c"}]}, "messages[].tool_calls"),
        ({"role": "assistant", "tool_calls": [{"name": "f"}]}, "messages[].tool_calls[].name"),
        ({"role": "what a user wrote", "content": ""}, "messages[].role"),
        ("Hello!", "messages[]"),
    ],
)
def test_an_unknown_field_of_a_message_is_named(message: Any, path: str) -> None:
    assert path in chat(message)


@pytest.mark.parametrize(
    "fields",
    [
        {
            "id": "m1",
            "timestamp": 1_700_000_000,
            "status": "done",
            "note": None,
            "flag": True,
            "list": [{}, ""],
        },
        {"message_id": "m-1", "createdAt": "2026-01-01T00:00:00Z"},
    ],
)
def test_ids_times_and_empty_values_cost_nothing(fields: Any) -> None:
    assert chat({**USER, **fields}) == ()


@pytest.mark.parametrize(
    ("name", "value", "is_named"),
    [
        ("project_id", "p-1", False),
        ("run_name", "my small run", False),
        ("score", 0.7, False),
        ("notes", "A text that is long enough to have been a part of the prompt.", True),
        ("documents", ["a"], True),
        ("rows", [{"title": "x"}], True),
        ("extra", {"deep": {"history": [{"role": "user"}]}}, True),
        ("system", "Be brief.", True),
    ],
)
def test_next_to_the_fields_of_a_body_only_what_may_be_a_prompt_is_named(
    name: str, value: Any, is_named: bool
) -> None:
    assert chat(USER, **{name: value}) == ((name,) if is_named else ())


def test_a_tool_and_its_schema_name_what_is_not_shown() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "x-hint": "say it twice"}}}
    tool = {"type": "function", "function": {"name": "f", "returns": "text", "parameters": schema}}

    assert chat(USER, tools=[tool]) == ("tools[].function.parameters.…", "tools[].function.returns")


def test_names_that_could_be_text_are_not_shown_and_few_are_listed() -> None:
    assert chat({**USER, "what somebody wrote as a key": 1}) == ("messages[].…",)
    assert chat({**USER, "Ann": "a", "two words": "b", "id-42": "c"}) == ("messages[].…",)
    many = chat({**USER, **{f"field_{'x' * number}": 1 for number in range(30)}})
    assert (len(many), many[-1]) == (MOST_FIELDS + 1, FURTHER)


def test_a_plain_request_with_a_text_format_of_another_form_names_it() -> None:
    assert unread_around("responses", {"input": "Hi", "text": ["Be brief."]}) == ("text",)
    assert unread_around("responses", {"input": "Hi", "text": {"verbosity": "low"}}) == ()


def test_an_answer_is_accounted_for_as_well() -> None:
    message = {"role": "assistant", "content": "Hi", "images": [{"url": "x"}]}
    items = [{"type": "web_search_call", "action": {"query": "x"}}]

    assert unread_answer("chat", {"choices": [{"message": message}]}) == ("choices[].message.images",)
    assert unread_answer("responses", {"output": items}) == ("output[].web_search_call",)


def test_a_request_is_completed_by_what_its_answer_repeats() -> None:
    tools = [{"type": "function", "name": "f"}]
    shape = {"format": {"type": "json_schema", "name": "x", "schema": {}}}
    answer = {"instructions": "Be brief.", "tools": tools, "tool_choice": "auto", "text": shape, "output": []}

    assert with_echo({"input": "Hi"}, answer) == {
        "input": "Hi",
        "instructions": "Be brief.",
        "tools": tools,
        "tool_choice": "auto",
        "text": shape,
    }
    complete = {
        "input": "Hi",
        "instructions": "Own.",
        "tools": [{"type": "function", "name": "g"}],
        "text": shape,
    }
    assert with_echo(complete, answer) is complete


def test_a_tool_call_contradicts_a_request_without_tools() -> None:
    called = {"choices": [{"message": {"tool_calls": [{"function": {"name": "f"}}]}}]}

    assert contradiction({"messages": []}, called) is not None
    assert contradiction({"messages": [], "tools": [{}]}, called) is None
    assert contradiction({"messages": []}, {"choices": [{"message": {"content": "Hi"}}]}) is None


@pytest.mark.parametrize("kind", ["function_call", "custom_tool_call", "web_search_call", "mcp_list_tools"])
def test_an_item_that_needs_a_tool_contradicts_a_request_without_tools(kind: str) -> None:
    answer = {"output": [{"type": kind}]}

    assert contradiction({"input": "Hi"}, answer) is not None
    assert contradiction({"input": "Hi", "tools": [{}]}, answer) is None


@pytest.mark.parametrize("name", ["previous_response_id", "conversation", "prompt"])
def test_stored_state_that_only_the_answer_names_is_part_of_the_request(name: str) -> None:
    answer = {"output": [], name: {"id": "x_1"}}

    assert with_echo({"input": "Hi"}, answer) == {"input": "Hi", name: {"id": "x_1"}}


def test_a_parsed_answer_repeats_its_text() -> None:
    parsed = {"parsed": {"city": "Paris"}}
    call = {"function": {"name": "f", "arguments": "{}", "parsed_arguments": {"city": "Paris"}}}

    def answer(**message: Any) -> tuple[str, ...]:
        return unread_answer("chat", {"choices": [{"message": {"role": "assistant", **message}}]})

    assert answer(content='{"city": "Paris"}', **parsed) == ()
    assert answer(content=None, **parsed) == ("choices[].message.parsed",)
    assert answer(content=None, tool_calls=[call]) == ()
