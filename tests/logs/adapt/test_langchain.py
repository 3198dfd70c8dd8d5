"""LangChain's messages, in every spelling."""

from typing import Any

import pytest
from support.langchain import constructor

from tokcount.logs.adapt.messages import chat_messages


@pytest.mark.parametrize(
    "message",
    [
        constructor("HumanMessage", content="hi"),
        constructor("HumanMessageChunk", content="hi"),
        {"type": "human", "data": {"content": "hi"}},
        {"type": "human", "content": "hi"},
        {"role": "user", "content": "hi"},
        constructor("ChatMessage", role="user", content="hi"),
    ],
)
def test_every_spelling_of_a_langchain_message(message: dict[str, Any]) -> None:
    assert chat_messages([message], set()) == [{"role": "user", "content": "hi"}]


def test_parsed_tool_calls_are_written_out_and_flagged() -> None:
    flags: set[str] = set()
    message = constructor("AIMessage", content="", tool_calls=[{"id": "c1", "name": "get", "args": {"a": 1}}])

    (built,) = chat_messages([[message]], flags)

    assert built["tool_calls"][0]["function"] == {"name": "get", "arguments": '{"a":1}'}
    assert flags == {"reserialised"}


def test_old_function_calls_of_langchain() -> None:
    call = {"name": "get", "arguments": '{"a": 1}'}
    message = constructor("AIMessage", content="", name="bot", additional_kwargs={"function_call": call})

    assert chat_messages([message], set()) == [
        {"role": "assistant", "content": "", "name": "bot", "function_call": call}
    ]
    assert chat_messages({"type": "human", "content": "x"}, set()) == [{"role": "user", "content": "x"}]
    assert chat_messages("x", set()) == [{"role": "user", "content": "x"}]
    assert chat_messages(5, set()) == []
