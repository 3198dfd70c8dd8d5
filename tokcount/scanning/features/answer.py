"""What the answer of a Responses call consists of: numbers that explain a bill, never text."""

from __future__ import annotations

from typing import Final

from tokcount.framing.responses.answer import items_of
from tokcount.logs.scalars import Json

ANSWER_CALLS: Final = "answer_calls"
ANSWER_MESSAGES: Final = "answer_messages"


def answer_items(response: Json) -> dict[str, int]:
    """How many function calls and how many messages an answer has, by the column that holds them."""
    calls, messages = items_of(response)
    return {ANSWER_CALLS: calls, ANSWER_MESSAGES: messages}
