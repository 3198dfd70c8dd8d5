"""What the answer of a Responses request consists of, as far as it matters for the input."""

from __future__ import annotations

from typing import Any

from tokcount.framing.features import ANSWER_CALLS, ANSWER_MESSAGES

_NOTHING: frozenset[str] = frozenset()


def items_of(response: dict[str, Any]) -> tuple[int, int]:
    """How many function calls and messages the answer has."""
    output = response.get("output")
    if not isinstance(output, list):
        return 0, 0
    kinds = [item.get("type") for item in output if isinstance(item, dict)]
    return kinds.count("function_call"), kinds.count("message")


def answer_features(response: dict[str, Any] | None) -> frozenset[str]:
    """The features of the answer: several calls or messages were not always billed like one."""
    calls, messages = items_of(response) if response is not None else (0, 0)
    if calls < 2 and messages < 2:
        return _NOTHING
    return frozenset((ANSWER_CALLS,) * (calls > 1) + (ANSWER_MESSAGES,) * (messages > 1))
