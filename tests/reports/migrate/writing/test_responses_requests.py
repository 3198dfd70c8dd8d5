"""Responses requests for a newer model, and in the form of chat; what is stored at the API cannot be sent again."""

from __future__ import annotations

from typing import Any

import pytest
from support.migration_records import GPT_4O, RESPONSES, migrator, responses, user

from tokcount.reports.migrate.requests import Migrated

CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "c1",
    "name": "look",
    "arguments": "{}",
    "status": None,
}
RESULT = {"type": "function_call_output", "id": "fco_1", "call_id": "c1", "output": "sunny"}
SAID = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Hello.", "annotations": []}],
}
SEARCHED = {
    "type": "web_search_call",
    "id": "ws_1",
    "status": "completed",
    "action": {"type": "search", "query": "a", "sources": None},
}


def again(*items: Any, **parameters: Any) -> Migrated:
    """The request for a newer model at the same endpoint."""
    return migrator(RESPONSES).migrate(responses(*items, **parameters))


def in_chat(*items: Any, **parameters: Any) -> Migrated:
    return migrator(GPT_4O).migrate(responses(*items, **parameters))


def lost(migrated: Migrated) -> set[tuple[str, str]]:
    return {(loss.parameter, loss.effect) for loss in migrated.losses}


def test_items_lose_the_ids_and_states_that_the_api_gave_them() -> None:
    assert again(user("Hi"), SAID, CALL, RESULT).lines[0]["input"] == [
        user("Hi"),
        {"role": "assistant", "content": "Hello."},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "sunny"},
    ]


def test_items_of_hosted_tools_stay() -> None:
    searched = {**SEARCHED, "action": {"type": "search", "query": "a"}}

    assert again(user("Hi"), SEARCHED).lines[0]["input"][1] == searched
    assert in_chat(user("Hi"), SEARCHED).reason.startswith("items of tools that the API runs itself")


def test_tools_inside_items_are_tools() -> None:
    given = {"type": "additional_tools", "role": "developer", "tools": [{"type": "function", "name": "look"}]}

    assert again(given, user("Hi")).lines[0]["input"][0]["tools"] == [
        {"type": "function", "name": "look", "parameters": None, "strict": None}
    ]


def test_hosted_tools_stay_without_their_credentials() -> None:
    server = {"type": "mcp", "server_label": "a", "server_url": "https://a.example"}
    tools = [
        server | {"authorization": "secret", "headers": {"a": "secret"}},
        {"type": "web_search", "filters": None},
    ]

    migrated = again(tools=tools)
    assert migrated.lines[0]["tools"] == [server, {"type": "web_search"}]
    assert ("tools", "dropped") in lost(migrated)
    assert in_chat(tools=tools).reason.startswith("a tool that the API runs itself")


def test_reasoning_of_the_old_model_is_dropped() -> None:
    thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x" * 2000}
    migrated = again(user("Hi"), thought, CALL, RESULT)

    assert [item.get("type") for item in migrated.lines[0]["input"]] == [
        None,
        "function_call",
        "function_call_output",
    ]
    assert lost(migrated) == {("reasoning", "dropped")}


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"previous_response_id": "resp_1"}, "it continues a response that is stored at the API"),
        ({"conversation": {"id": "conv_1"}}, "it continues a conversation that is stored at the API"),
        ({"prompt": {"id": "pmpt_1"}}, "its prompt is stored at the API"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "an item that is stored at the API"),
        (
            {"input": [{"type": "compaction", "encrypted_content": "x"}]},
            "a history that the old model compacted",
        ),
        ({"input": [{"type": "painting"}]}, "an item that the API refuses"),
        ({"input": None}, "no input"),
        ({"input": [CALL]}, "a call without its result"),
        ({"tools": [{"type": "file_search"}]}, "a tool that the API refuses"),
    ],
)
def test_what_cannot_be_sent_again_is_not_written(parameters: dict[str, Any], reason: str) -> None:
    assert again(**parameters).reason.startswith(reason)


def test_a_request_is_never_stored() -> None:
    assert again(store=True).lines[0]["store"] is False
    assert lost(again(store=True)) == {("store", "changed")}
    assert lost(again(background=True)) == {("background", "dropped")}


def test_instructions_and_items_are_messages_of_a_chat() -> None:
    migrated = in_chat(
        user([{"type": "input_text", "text": "Hi"}]), SAID, CALL, RESULT, instructions="Be kind."
    )

    assert migrated.lines[0]["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "Hello."}],
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
    ]
    assert lost(migrated) == {("instructions", "rewritten")}


def test_flat_tools_and_formats_are_nested_for_chat() -> None:
    tool = {"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": True}
    shape = {"type": "json_schema", "name": "a", "schema": {"type": "object"}}
    body = in_chat(
        tools=[tool], tool_choice={"type": "function", "name": "look"}, text={"format": shape}
    ).lines[0]

    assert body["tools"] == [
        {
            "type": "function",
            "function": {"name": "look", "parameters": {"type": "object"}, "strict": True},
        }
    ]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "look"}}
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "a", "schema": {"type": "object"}},
    }


def test_a_chat_has_no_more_than_128_tools() -> None:
    tools = [{"type": "function", "name": f"f{n}"} for n in range(129)]

    assert in_chat(tools=tools).reason == "more than 128 tools"
    assert in_chat(tools=tools[1:]).lines
    assert again(tools=tools).lines


def test_ids_that_are_too_long_for_chat_are_shorter_there() -> None:
    long = "call_" + "x" * 50
    items = (user("Hi"), CALL | {"call_id": long}, RESULT | {"call_id": long})

    _, call, result = in_chat(*items).lines[0]["messages"]
    assert call["tool_calls"][0]["id"] == result["tool_call_id"] == "call_1"
    assert again(*items).lines[0]["input"][1]["call_id"] == long


def test_a_result_that_does_not_follow_its_call_has_no_place_in_a_chat() -> None:
    assert in_chat(user("Hi"), CALL, user("Well?"), RESULT).reason.startswith("a result that does not follow")
    assert again(user("Hi"), CALL, user("Well?"), RESULT).lines


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"type": "input_image", "file_id": "file-1"}, "an image by the id of a file"),
        ({"type": "input_file", "file_url": "https://a.example/b.pdf"}, "a file by its URL"),
    ],
)
def test_parts_that_chat_does_not_take_keep_the_request_from_being_written(
    part: dict[str, Any], reason: str
) -> None:
    assert in_chat(user([part])).reason.startswith(reason)
    assert again(user([part])).lines
