"""Stored conversations as the calls behind them."""

from pathlib import Path
from typing import Any

from support.logfiles import records_of

CONVERSATION = {
    "messages": [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
        {"role": "assistant", "content": "d"},
    ]
}
REQUEST = {"model": "gpt-4o", "messages": [{"role": "user", "content": "a"}]}


def shapes(folder: Path, unit: Any, *values: Any) -> list[tuple[int, int, str | None]]:
    """Index, number of messages and answer of each record."""
    found = []
    for record in records_of(folder, *values, unit=unit):
        choices = (record.response or {}).get("choices")
        answer = choices[0]["message"]["content"] if choices else None
        found.append((record.index, len((record.request or {})["messages"]), answer))
    return found


def test_a_conversation_is_one_record_by_default(tmp_path: Path) -> None:
    """All of its messages are in the request."""
    assert shapes(tmp_path, "conversation", CONVERSATION) == [(0, 5, None)]


def test_each_assistant_turn_is_a_request_with_its_history(tmp_path: Path) -> None:
    """A request that waits for its answer is left as it is."""
    found = shapes(tmp_path, "each-request", CONVERSATION, REQUEST)

    assert found == [(0, 2, "b"), (1, 4, "d"), (0, 1, None)]


def test_the_last_request_only(tmp_path: Path) -> None:
    """The longest history, once."""
    assert shapes(tmp_path, "last-request", CONVERSATION) == [(0, 4, "d")]


def test_a_conversation_that_begins_with_the_assistant(tmp_path: Path) -> None:
    """A first turn that answers nothing is history, not a call."""
    greeting = {"messages": [{"role": "assistant", "content": "Hi"}, *CONVERSATION["messages"][1:3]]}

    assert shapes(tmp_path, "each-request", greeting) == [(0, 2, "b")]
    assert shapes(tmp_path, "each-request", {"messages": greeting["messages"][:1]}) == [(0, 1, None)]


def test_usage_of_a_whole_conversation_belongs_to_no_single_call(tmp_path: Path) -> None:
    """It is kept only where there is one call."""
    usage = {"usage": {"prompt_tokens": 9, "completion_tokens": 3}}
    several = records_of(tmp_path, CONVERSATION | usage, unit="each-request")
    alone = records_of(tmp_path, {"messages": CONVERSATION["messages"][:3]} | usage, unit="each-request")

    assert [record.usage for record in several] == [None, None]
    assert alone[0].usage is not None
