"""Reads values as the program does, for the tests of the formats."""

from __future__ import annotations

from typing import Any

from tokcount.logs.detect import Detector
from tokcount.logs.format import Item, Location, Row
from tokcount.logs.record import Record, Skipped, Usage


def items(*values: Any) -> list[Item]:
    """What the values of one file hold, lines counted from 1."""
    detector = Detector()
    found = [
        item for line, value in enumerate(values, 1) for item in detector.items(value, Location("log", line))
    ]
    return [*found, *detector.finish(), *detector.finish(run=True)]


def records(*values: Any) -> list[Record]:
    """The records of the values; fails when something is skipped."""
    found = items(*values)
    assert not [item for item in found if isinstance(item, Skipped)], found
    return [item for item in found if isinstance(item, Record)]


def record(*values: Any) -> Record:
    """The only record of the values."""
    (found,) = records(*values)
    return found


def reasons(*values: Any) -> list[tuple[str, str | None]]:
    """Reason and format of what was skipped; fails when there is a record."""
    found = items(*values)
    assert not [item for item in found if isinstance(item, Record)], found
    return [(item.reason, item.format) for item in found if isinstance(item, Skipped)]


def row(**columns: str) -> Row:
    """A row of a CSV file."""
    return Row(columns)


def used(record: Record) -> Usage:
    """The usage of a record that has one."""
    assert record.usage is not None
    return record.usage


def asked(record: Record) -> dict[str, Any]:
    """The request of a record that has one."""
    assert record.request is not None
    return record.request


def answered(record: Record) -> list[Any]:
    """The contents or texts of the returned choices."""
    assert record.response is not None
    choices = record.response["choices"]
    return [choice["text"] if "text" in choice else choice["message"]["content"] for choice in choices]


CHAT_REQUEST = {
    "model": "gpt-4o-mini",
    "messages": [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "What is the capital of France?"},
    ],
}
CHAT_RESPONSE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1735689600,
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 24, "completion_tokens": 2, "total_tokens": 26},
}
TEXT_RESPONSE = {
    "id": "cmpl-1",
    "object": "text_completion",
    "created": 1709033851,
    "model": "davinci:2023-07-21-v2",
    "choices": [{"index": 0, "text": " a joke", "finish_reason": "length"}],
    "usage": {"prompt_tokens": 8, "completion_tokens": 16, "total_tokens": 24},
}
