"""Messages logged one by one become conversations."""

from typing import Any

import pytest
from support.reading import answered, asked, reasons, record, records, row, used

from tokcount.logs.formats import message_lines


def line(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def contents(found: Any) -> list[Any]:
    return [message["content"] for message in asked(found)["messages"]]


def test_mixed_sessions_are_told_apart_by_their_id() -> None:
    first, second = records(
        line("user", "a", session_id="s1"),
        line("user", "x", session_id="s2"),
        line("assistant", "b", session_id="s1", model="gpt-4o"),
    )

    assert (contents(first), contents(second)) == (["a", "b"], ["x"])
    assert (first.format, first.kind, first.line, first.thread) == ("generic.message_lines", "chat", 1, "s1")
    assert (first.model, first.conversation) == ("gpt-4o", True)


@pytest.mark.parametrize(
    "lines",
    [
        [{"type": "human", "text": "a"}, {"type": "ai", "text": "b"}],
        [{"role": "user", "message": "a"}, {"role": "assistant", "message": "b"}],
        [{"author": {"role": "user"}, "content": "a"}, {"author": {"role": "assistant"}, "content": "b"}],
        [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}],
        [{"sender": "user", "text": "a"}, {"sender": "bot", "text": "b"}],
        [row(Role="user", Content="a"), row(Role="assistant", Content="b")],
        [{"type": "user", "message": {"content": "a"}}, {"type": "assistant", "message": {"content": "b"}}],
    ],
)
def test_messages_without_a_conversation_are_one_in_a_file(lines: list[dict[str, Any]]) -> None:
    found = record(*lines)

    assert [message["role"] for message in asked(found)["messages"]] == ["user", "assistant"]
    assert contents(found) == ["a", "b"]


def test_a_file_of_user_messages_alone_holds_prompts() -> None:
    assert [(found.line, contents(found)) for found in records(line("user", "a"), line("user", "b"))] == [
        (1, ["a"]),
        (2, ["b"]),
    ]


def test_an_answer_with_usage_is_a_call() -> None:
    usage = {"prompt_tokens": 17, "completion_tokens": 3}
    found = record(
        line("user", "a", session_id="s1"),
        line("assistant", "b", session_id="s1", usage=usage, model="gpt-4o", id="m2"),
    )

    assert (contents(found), answered(found), used(found).input) == (["a"], ["b"], 17)
    assert (found.model, found.id, found.flags) == ("gpt-4o", "m2", ("hidden_context",))


def test_answers_without_questions_are_refused_with_a_hint() -> None:
    assert reasons(line("assistant", "a"), line("assistant", "b")) == [
        ("unrecognised", "generic.message_lines")
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"role": "admin", "prompt": "Why?"},
        {"role": "user", "content": "Why?", "response": "Because."},
        {"type": "text", "text": "Why?"},
    ],
)
def test_a_row_that_is_a_call_is_no_message_of_a_conversation(value: dict[str, Any]) -> None:
    assert record(value).format == "generic.prompt"


def test_the_oldest_conversation_is_finished_when_too_much_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes of it later is a record of its own, which says that something before it is missing."""
    monkeypatch.setattr(message_lines, "_MOST_TEXT", 100)
    found = records(
        line("user", "a" * 60, session_id="s1"),
        line("user", "b" * 60, session_id="s2"),
        line("assistant", "c", session_id="s1"),
    )

    assert [(each.thread, each.flags) for each in found] == [
        ("s1", ()),
        ("s2", ()),
        ("s1", ("hidden_context",)),
    ]


def test_calls_and_their_results_stay() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    found = record(
        line("user", "a", thread_id="t"),
        line("assistant", "", thread_id="t", tool_calls=[call]),
        line("tool", "4", thread_id="t", tool_call_id="c1"),
    )

    assert asked(found)["messages"][1]["tool_calls"] == [call]
    assert asked(found)["messages"][2]["tool_call_id"] == "c1"


def test_a_line_without_text_is_skipped() -> None:
    assert reasons(line("user", 42)) == [("unrecognised", "unrecognised")]
