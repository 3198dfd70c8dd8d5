"""Logs of one's own: names of pairs, of messages and of numbers that their authors chose."""

from typing import Any

import pytest
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, record, used


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("params", "result"),
        ("api_request", "api_response"),
        ("request_json", "response_json"),
        ("requestBody", "responseBody"),
        ("kwargs", "return_value"),
    ],
)
def test_a_pair_is_known_by_its_names(asked: str, answered: str) -> None:
    found = record({asked: CHAT_REQUEST, answered: CHAT_RESPONSE})

    assert (found.format, found.response) == ("openai.chat.pair", CHAT_RESPONSE)


@pytest.mark.parametrize("key", ["input_messages", "request_messages", "prompt_messages", "chat_messages"])
def test_messages_under_another_name_are_read_next_to_their_usage(key: str) -> None:
    row: dict[str, Any] = {"model": "gpt-4o", key: CHAT_REQUEST["messages"], "output_text": "Rain."}
    found = record({**row, "input_tokens": 20, "output_tokens": 3})

    assert found.kind == "chat"
    assert found.request is not None
    assert found.request["messages"] == CHAT_REQUEST["messages"]
    assert (used(found).input, used(found).output) == (20, 3)


def test_joined_names_are_found() -> None:
    found = record({"llm.model": "gpt-4o", "llm.prompt_tokens": 120, "llm.completion_tokens": 60})

    assert (found.model, used(found).input, used(found).output) == ("gpt-4o", 120, 60)
