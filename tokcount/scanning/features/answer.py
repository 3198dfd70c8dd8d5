"""What the answer of a Responses call consists of: numbers that explain a bill, never text."""

from __future__ import annotations

from typing import Final

from tokcount.logs.scalars import Json

ANSWER_CALLS: Final = "answer_calls"
ANSWER_MESSAGES: Final = "answer_messages"


def answer_items(response: Json) -> dict[str, int]:
    """How many function calls and how many messages an answer has, by the column that holds them."""
    output = response.get("output")
    items = output if isinstance(output, list) else []
    kinds = [item.get("type") for item in items if isinstance(item, dict)]
    return {ANSWER_CALLS: kinds.count("function_call"), ANSWER_MESSAGES: kinds.count("message")}
