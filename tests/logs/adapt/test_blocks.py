"""Messages of other APIs and libraries as chat messages."""

from typing import Any

import pytest
from support.reading import asked, record

CALL = {"name": "look", "arguments": '{"city":"Paris"}'}


def messages(*given: Any) -> list[Any]:
    return list(asked(record({"model": "gpt-4o", "messages": list(given)}))["messages"])


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "parts": [{"type": "text", "content": "Hi there"}]},
        {"role": "user", "parts": [{"type": "text", "text": "Hi there"}]},
        {"role": "user", "parts": ["Hi there"]},
        {"role": "user", "parts": [{"text": "Hi there"}]},
        {"role": "user", "parts": "Hi there"},
        {"role": "user", "text": "Hi there"},
        {"role": "user", "content": {"text": "Hi there"}},
        {"role": "user", "content": {"type": "text", "text": "Hi there"}},
        {"role": "user", "content": {"content": {"text": "Hi there"}}},
        {"role": "user", "content": [{"type": "text", "content": "Hi there"}]},
        {"type": "human", "content": "Hi there"},
    ],
)
def test_text_is_the_content_wherever_a_message_keeps_it(message: Any) -> None:
    assert messages(message) == [{"role": "user", "content": "Hi there"}]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "tool_call", "id": "c", "name": "look", "arguments": {"city": "Paris"}},
        {"type": "tool-call", "toolCallId": "c", "toolName": "look", "input": {"city": "Paris"}},
        {"type": "tool_use", "id": "c", "name": "look", "input": {"city": "Paris"}},
        {"functionCall": {"id": "c", "name": "look", "args": {"city": "Paris"}}},
        {"toolUse": {"toolUseId": "c", "name": "look", "input": {"city": "Paris"}}},
    ],
)
def test_a_call_among_the_blocks_is_a_tool_call(block: Any) -> None:
    (found,) = messages({"role": "assistant", "content": [block]})

    assert found["tool_calls"] == [{"id": "c", "type": "function", "function": CALL}]
    assert found["content"] is None


@pytest.mark.parametrize(
    "block",
    [
        {"type": "tool_call_response", "id": "c", "response": "18 degrees"},
        {"type": "tool-result", "toolCallId": "c", "output": {"type": "text", "value": "18 degrees"}},
        {"type": "tool_result", "tool_use_id": "c", "content": "18 degrees"},
        {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "18 degrees"}]},
        {"functionResponse": {"id": "c", "name": "look", "response": "18 degrees"}},
    ],
)
def test_a_result_among_the_blocks_is_a_message_of_its_tool(block: Any) -> None:
    found = messages({"role": "user", "content": [block, {"type": "text", "text": "And now?"}]})

    assert found == [
        {"role": "tool", "tool_call_id": "c", "content": "18 degrees"},
        {"role": "user", "content": "And now?"},
    ]


@pytest.mark.parametrize("named", [{"type": "tool-look"}, {"type": "dynamic-tool", "toolName": "look"}])
def test_a_part_of_a_user_interface_is_a_call_and_its_result(named: Any) -> None:
    use = {
        **named,
        "toolCallId": "c",
        "state": "output-available",
        "input": {"city": "Paris"},
        "output": "18",
    }
    called, result = messages({"role": "assistant", "parts": [use]})

    assert called["tool_calls"][0]["function"] == CALL
    assert result == {"role": "tool", "tool_call_id": "c", "content": "18"}


def test_a_call_that_a_message_lists_too_is_one_call() -> None:
    listed = {"id": "c", "type": "function", "function": CALL}
    block = {"type": "tool_use", "id": "c", "name": "look", "input": {"city": "Paris"}}
    (found,) = messages({"role": "assistant", "content": [block], "tool_calls": [listed]})

    assert found["tool_calls"] == [listed]


def test_reasoning_is_a_part_of_its_own_and_an_empty_one_is_left_out() -> None:
    thought = {"type": "reasoning", "content": "Let me see."}
    (found,) = messages(
        {"role": "assistant", "parts": [thought, {"type": "thinking"}, {"type": "text", "text": "Yes."}]}
    )

    assert found["content"] == [
        {"type": "thinking", "thinking": "Let me see."},
        {"type": "text", "text": "Yes."},
    ]


def test_what_is_in_no_table_goes_along() -> None:
    block = {"type": "tool_use", "id": "c", "name": "look", "input": {}, "note": "why"}
    (found,) = messages(
        {"role": "assistant", "content": [block, {"type": "mystery", "x": 1}], "mood": "fine"}
    )

    assert found["tool_calls"][0]["note"] == "why"
    assert found["content"] == [{"type": "mystery", "x": 1}]
    assert found["mood"] == "fine"
