"""What a part of a value can mean for the record of the value, beyond being in its request or its response."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from time import time
from typing import Any, Final, NamedTuple

from tokcount.logs.alike.skeleton import are_plain_messages
from tokcount.logs.credible import FIRST_TIME, is_id, is_name
from tokcount.logs.scalars import money, timestamp

_MOST_TOKENS: Final = 10**9
_ORDINARY: Final = re.compile(r"(?!\w{1,6}:)\w")
"""How a text begins that is neither JSON nor an event stream, nor blank."""
_USUAL_NAME: Final = re.compile(r"[A-Za-z0-9_.@:/+-]{1,100}")
"""Names that need no closer look."""


class Effect(NamedTuple):
    """One meaning of a part.

    `field`: of the record, or of its usage, that has the part as its value; empty: none has. `value` is what the field
    has for a part; `None` for a part of which this meaning is not certain, or whose value is not credible.
    """

    field: str
    value: Callable[[Any], Any]
    is_usage: bool = False


def _anything(_: Any) -> Any:
    return True


def _ordinary(part: str) -> Any:
    return _ORDINARY.match(part)


def _plain_messages(part: list[Any]) -> Any:
    return are_plain_messages(part) or None


def _name(part: str) -> str | None:
    if _USUAL_NAME.fullmatch(part):
        return part
    return part if part and part.strip() == part and is_name(part) else None


def _id(part: str) -> str | None:
    return part if part and part.strip() == part and is_id(part) else None


def _numbered(part: int) -> str | None:
    return str(part) if 0 < part < _MOST_TOKENS else None


def _tokens(part: int) -> int | None:
    return part if 0 < part < _MOST_TOKENS else None


def _time(part: Any) -> float | None:
    found = timestamp(part)
    return found if found is not None and FIRST_TIME <= found < time() else None


def _labels(part: list[Any]) -> tuple[str, ...] | None:
    labels = tuple(part)
    try:
        return labels if labels and _are_names(labels) else None
    except TypeError:  # an object among them
        return None


@lru_cache(maxsize=4_096)
def _are_names(labels: tuple[Any, ...]) -> bool:
    return all(type(label) is str and label and is_name(label) for label in labels)


ANYTHING: Final = Effect("", _anything)
"""The record does not depend on it."""
_LABELS: Final = {"id": _id, "custom_id": _name, "user": _name, "thread": _name}
_COUNTS: Final = ("input", "output", "total")

EFFECTS: Final[dict[type, tuple[Effect, ...]]] = {
    str: (
        ANYTHING,
        Effect("", _ordinary),
        *(Effect(*label) for label in _LABELS.items()),
        Effect("timestamp", _time),
    ),
    int: (
        ANYTHING,
        Effect("timestamp", _time),
        *(Effect(field, _tokens, is_usage=True) for field in _COUNTS),
        *(Effect(field, _numbered) for field in _LABELS),
    ),
    float: (ANYTHING, Effect("timestamp", _time), Effect("cost_usd", money, is_usage=True)),
    list: (ANYTHING, Effect("", _plain_messages), Effect("tags", _labels)),
}
"""Type of a part → what it can mean, in the order in which it is tried."""

TRIED: Final[dict[type, tuple[Any, ...]]] = {
    str: (
        *("word", "two words", "A sentence, with 12 numbers;\nand a line.", "gpt-4o-mini", "claude-3-haiku"),
        *("error", "null", "0", "12", "true", "2024-05-01", "2024-05-01T12:00:00Z", "x" * 300, "é漢字"),
        *("", " ", " padded ", "-1", "…", "/v1/completions", '"quoted"', "[]", '{"a": 1}'),
        '[{"role": "user", "content": "a"}]',
        '{"choices": [{"message": {"role": "assistant", "content": "a"}}]}',
        'data: {"choices": [{"delta": {"content": "a"}}]}\n\ndata: [DONE]',
    ),
    int: (1, 7, 300, 429, 1_700_000_001, 1_700_000_001_000, 0, -1, 10**15),
    float: (0.5, 1_700_000_001.25, 0.0, -1.5, 1e15),
    list: (
        *(["a"], ["a", "b c"], [], [1, 2], [None], ["", "a"]),
        [{"role": "user", "content": "a"}],
        [{"role": "system", "content": "a"}, {"role": "user", "content": '{"a": 1}'}],
        [{"role": role, "content": "a"} for role in ("user", "assistant", "user")],
        [{"role": "developer", "content": ""}, {"role": "tool", "content": " "}],
    ),
}
"""Type of a part → the values in its place that show what it means."""
