"""The typed view of requests."""

from typing import Any

import pytest

from tokcount.logs.record import Kind, Message, Part, Record


def view(kind: Kind, request: dict[str, Any] | None) -> list[Message]:
    return Record(source="log", line=1, format="x", kind=kind, request=request).messages


def test_chat_messages_have_parts_names_and_calls() -> None:
    """In order; media are described."""
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    image = {"type": "image_url", "image_url": {"url": "https://x", "detail": "low"}}
    request = {
        "messages": [
            {"role": "user", "name": "ann", "content": [{"type": "text", "text": "look"}, image]},
            {"role": "assistant", "content": None, "refusal": "no", "tool_calls": [call]},
            {"role": "tool", "content": "18", "tool_call_id": "c"},
        ]
    }

    user, assistant, tool = view("chat", request)

    assert (user.name, user.parts) == ("ann", (Part("text", "look"), Part("image", None, "low")))
    assert (assistant.text, assistant.tool_calls) == ("no", (call,))
    assert (tool.role, tool.text, tool.tool_call_id) == ("tool", "18", "c")


def test_responses_items_are_messages() -> None:
    """Instructions come first; calls and their results have their roles."""
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        call,
        {"type": "function_call_output", "call_id": "c", "output": "18"},
    ]

    found = view("responses", {"instructions": "Be brief.", "input": items})

    assert [(message.role, message.text) for message in found] == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", ""),
        ("tool", "18"),
    ]
    assert found[2].tool_calls == (call,)
    assert [message.text for message in view("responses", {"input": "Hi"})] == ["Hi"]


@pytest.mark.parametrize("kind", ["completions", "text", "usage"])
def test_other_kinds_have_none(kind: Kind) -> None:
    """A prompt is not a message."""
    assert view(kind, {"prompt": "x"}) == []
    assert view("chat", None) == []
