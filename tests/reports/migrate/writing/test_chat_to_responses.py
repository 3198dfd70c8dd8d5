"""Chat requests in the form of the Responses API: items, flat tools, formats, and what has no place there."""

from __future__ import annotations

from typing import Any

import pytest
from support.migration_records import RESPONSES, called, chat, function, migrator, target, user

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}


def body(*messages: Any, **parameters: Any) -> dict[str, Any]:
    """The new request of a chat request."""
    (line,) = migrator(RESPONSES).migrate(chat(*messages, **parameters)).lines
    return dict(line)


def reason(*messages: Any, **parameters: Any) -> str:
    """Why a chat request is not migrated."""
    return migrator(RESPONSES).migrate(chat(*messages, **parameters)).reason


def losses(*messages: Any, **parameters: Any) -> set[tuple[str, str]]:
    found = migrator(RESPONSES).migrate(chat(*messages, **parameters)).losses
    return {(loss.parameter, loss.effect) for loss in found}


def test_a_message_of_the_user_alone_is_the_input() -> None:
    assert body(user("Say hi.")) == {"model": "gpt-4o", "input": "Say hi.", "store": False}


def test_messages_are_items() -> None:
    system, history = {"role": "system", "content": "Be kind."}, {"role": "assistant", "content": "Hello."}

    assert body(system, user("Hi"), history, user("Bye"))["input"] == [
        system,
        user("Hi"),
        history,
        user("Bye"),
    ]


def test_parts_have_the_types_of_items() -> None:
    parts = [
        {"type": "text", "text": "Look."},
        {"type": "image_url", "image_url": {"url": "https://a.example/b.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"}},
    ]

    assert body(user(parts))["input"][0]["content"] == [
        {"type": "input_text", "text": "Look."},
        {"type": "input_image", "image_url": "https://a.example/b.png", "detail": "low"},
        {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto"},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"},
    ]


def test_the_parts_of_an_answer_are_joined_as_the_api_encodes_them() -> None:
    answer = [{"type": "text", "text": "I "}, {"type": "refusal", "refusal": "cannot."}]

    assert body(user("a"), {"role": "assistant", "content": answer})["input"][1] == {
        "role": "assistant",
        "content": "I cannot.",
    }


def test_calls_and_results_keep_their_ids() -> None:
    result = {"role": "tool", "tool_call_id": "call_a", "content": "sunny"}

    assert body(user("a"), called("call_a", "look", '{"q":1}') | {"content": "Let me see."}, result)["input"][
        1:
    ] == [
        {"role": "assistant", "content": "Let me see."},
        {"type": "function_call", "call_id": "call_a", "name": "look", "arguments": '{"q":1}'},
        {"type": "function_call_output", "call_id": "call_a", "output": "sunny"},
    ]


def test_calls_of_functions_without_ids_get_some() -> None:
    call = {"role": "assistant", "content": None, "function_call": {"name": "look", "arguments": "{}"}}
    result = {"role": "function", "name": "look", "content": "sunny"}

    items = body(user("a"), call, result, call, result)["input"]
    assert [item.get("call_id") for item in items] == [None, "call_1", "call_1", "call_2", "call_2"]
    assert ("tool_calls", "rewritten") in losses(user("a"), call, result)


def test_calls_of_custom_tools_are_items_of_their_own() -> None:
    call = {
        "role": "assistant",
        "tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "run", "input": "ls"}}],
    }

    assert body(user("a"), call, {"role": "tool", "tool_call_id": "c", "content": "x"})["input"][1:] == [
        {"type": "custom_tool_call", "call_id": "c", "name": "run", "input": "ls"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "x"},
    ]


def test_tools_are_flat_and_stay_as_strict_as_chat_takes_them() -> None:
    tools = [
        function("look", description="Looks.", parameters=SCHEMA),
        function("see", strict=True),
        {
            "type": "custom",
            "custom": {
                "name": "run",
                "format": {"type": "grammar", "grammar": {"definition": "a", "syntax": "lark"}},
            },
        },
    ]

    assert body(tools=tools)["tools"] == [
        {"type": "function", "name": "look", "description": "Looks.", "parameters": SCHEMA, "strict": False},
        {"type": "function", "name": "see", "parameters": None, "strict": True},
        {
            "type": "custom",
            "name": "run",
            "format": {"type": "grammar", "definition": "a", "syntax": "lark"},
        },
    ]


@pytest.mark.parametrize(
    ("parameters", "choice"),
    [
        ({"tool_choice": "required"}, "required"),
        ({"tool_choice": "any"}, "required"),
        ({"tool_choice": {"type": "auto"}}, "auto"),
        ({"function_call": "none"}, "none"),
        ({"function_call": {"name": "look"}}, {"type": "function", "name": "look"}),
        (
            {"tool_choice": {"type": "function", "function": {"name": "look"}}},
            {"type": "function", "name": "look"},
        ),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {
                        "mode": "auto",
                        "tools": [{"type": "function", "function": {"name": "look"}}],
                    },
                }
            },
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "look"}]},
        ),
    ],
)
def test_the_choice_of_tools_is_kept(parameters: dict[str, Any], choice: Any) -> None:
    assert body(tools=[function("look")], **parameters)["tool_choice"] == choice


@pytest.mark.parametrize(
    "choice", ["sometimes", 3, {"type": ["x"]}, {"type": "function", "function": {"name": "run"}}]
)
def test_a_choice_that_the_api_refuses_is_dropped(choice: Any) -> None:
    assert ("tool_choice", "dropped") in losses(tools=[function("look")], tool_choice=choice)
    assert "tool_choice" not in body(tools=[function("look")], tool_choice=choice)


def test_a_choice_without_tools_asks_for_nothing() -> None:
    assert losses(tool_choice="auto") == set()
    assert losses(tool_choice="required") == {("tool_choice", "dropped")}


def test_the_form_of_the_answer_is_a_format_of_the_text() -> None:
    shape = {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA, "strict": True}}

    (line,) = (
        migrator(target("gpt-5.4", "responses")).migrate(chat(response_format=shape, verbosity="low")).lines
    )

    assert line["text"] == {
        "format": {"type": "json_schema", "name": "a", "schema": SCHEMA, "strict": True},
        "verbosity": "low",
    }
    assert body(response_format={"type": "json_object"})["text"] == {"format": {"type": "json_object"}}


def test_the_schema_next_to_a_json_object_is_kept() -> None:
    hinted = {"type": "json_object", "schema": SCHEMA}

    assert body(response_format=hinted)["text"]["format"] == {
        "type": "json_schema",
        "name": "response",
        "schema": SCHEMA,
    }
    assert losses(response_format=hinted) == {("response_format", "changed")}


def test_a_search_becomes_a_tool() -> None:
    location = {"type": "approximate", "approximate": {"city": "Paris"}}

    assert body(web_search_options={"search_context_size": "low", "user_location": location})["tools"] == [
        {
            "type": "web_search",
            "search_context_size": "low",
            "user_location": {"type": "approximate", "city": "Paris"},
        }
    ]
    assert losses(web_search_options={"search_context_size": 9}) == {("web_search_options", "dropped")}


def test_several_answers_are_several_requests() -> None:
    batch = migrator(RESPONSES, batch=True).migrate(chat(n=3))

    assert [line["custom_id"] for line in batch.lines] == [f"may.jsonl-1-{n}" for n in (1, 2, 3)]
    assert {line["body"]["input"] for line in batch.lines} == {"Say hi."}


def test_each_of_several_answers_is_written_with_its_request() -> None:
    choices = [{"index": n, "message": {"content": text}} for n, text in enumerate(("a", "b"))]
    pairs = migrator(RESPONSES, answers=True).migrate(chat(n=2, response={"choices": choices})).lines

    assert [pair["response"]["output"][0]["content"][0]["text"] for pair in pairs] == ["a", "b"]


def test_names_have_no_place_and_that_is_reported() -> None:
    assert losses(user("Hi", name="Ada"), user("Ho")) == {("name", "dropped")}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([user("a"), called("call_a")], "a call without its result"),
        ([{"role": "tool", "tool_call_id": "b", "content": "x"}], "a result without its call"),
        ([{"role": "model", "content": "x"}], "a message without a role that the API has"),
        (["hello"], "a message without a role that the API has"),
        ([user([{"type": "image_url", "image_url": {"url": "[removed]"}}])], "an image without a URL"),
        (
            [user([{"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}])],
            "an audio part: Responses requests take none",
        ),
        ([user([{"type": "video"}])], "a part of a message that the API does not have"),
        ([user(7)], "content that is neither text nor parts"),
        (
            [{"role": "user", "message": "remember the milk"}],
            "a message whose content is in a field that no API",
        ),
        ([user("a", name="has space")], "a name of a message that the API refuses"),
        ([user("a"), called("call_a", "not a name")], "a call without a name that the API takes"),
    ],
)
def test_a_request_that_the_api_would_refuse_is_not_written(messages: list[Any], expected: str) -> None:
    assert reason(*messages).startswith(expected)


@pytest.mark.parametrize(
    "parameters",
    [
        {"tools": [{"type": "function"}]},
        {"tools": [function("not a name")]},
        {"tools": [function("look", parameters={"maximum": float("nan")})]},
        {"tools": [7]},
        {"tools": "look"},
        {"functions": [{"description": "no name"}]},
    ],
)
def test_a_tool_that_the_api_would_refuse_keeps_the_request_from_being_written(
    parameters: dict[str, Any],
) -> None:
    assert reason(**parameters).startswith("a tool that the API refuses")


@pytest.mark.parametrize(
    "shape",
    [7, {"type": "xml"}, {"type": "json_schema"}, {"type": "json_schema", "json_schema": {"name": "a b"}}],
)
def test_so_does_a_form_of_the_answer(shape: Any) -> None:
    assert reason(response_format=shape).startswith("a form of the answer that the API refuses")


def test_reasoning_of_the_old_model_is_dropped() -> None:
    thought = {"role": "assistant", "content": "Hello.", "reasoning_content": "They greet me."}

    assert losses(user("Hi"), thought, user("Bye")) == {("reasoning", "dropped")}
