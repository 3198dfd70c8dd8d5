"""The logged answers of a call of any endpoint."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.chat import read_message
from tokcount.reports.migrate.reading.responses import read_items
from tokcount.reports.migrate.request import Loss, Message, NotMigratedError, Turn

FINISH_REASONS: Final = frozenset({"stop", "length", "content_filter", "tool_calls"})


class Answer(msgspec.Struct):
    """One answer: what the model wrote and called, and why it ended, where that is known."""

    turns: list[Turn]
    finish: str | None = None
    logprobs: bool = False


def read_answers(record: Record, place: int, prompts: int, prompt: str, losses: list[Loss]) -> list[Answer]:
    """The answers to the `place`-th of the `prompts` of a record that can be read.

    The completions API numbers the choices of a list of prompts through: `n` for the first prompt, then `n` for
    the second. With `echo` the prompt stands before each answer and is taken off.
    """
    response = record.response or {}
    items, logged = response.get("output"), response.get("choices")
    if record.kind == "responses" and isinstance(items, list):
        answer = _of_items(items, response, losses)
        return [answer] if answer else []
    choices = [choice for choice in logged if isinstance(choice, dict)] if isinstance(logged, list) else []
    each = max(1, len(choices) // max(1, prompts))
    ordered = sorted(choices, key=_index)
    own = ordered if prompts == 1 else ordered[place * each : (place + 1) * each]
    echoed = prompt if (record.request or {}).get("echo") else ""
    return [answer for choice in own if (answer := _of_choice(choice, echoed, losses)) is not None]


def _of_items(items: list[Any], response: Json, losses: list[Loss]) -> Answer | None:
    try:
        turns = read_items(items, losses)
    except NotMigratedError:
        return None
    return Answer(turns, "length" if response.get("status") == "incomplete" else "stop") if turns else None


def _of_choice(choice: Json, echoed: str, losses: list[Loss]) -> Answer | None:
    message = choice.get("message")
    try:
        turn = (
            read_message({"role": "assistant", **message}, losses)
            if isinstance(message, dict)
            else Message("assistant", _text(choice.get("text")).removeprefix(echoed))
        )
    except NotMigratedError:
        return None
    reason = choice.get("finish_reason")
    finish = reason if isinstance(reason, str) and reason in FINISH_REASONS else None
    return Answer([turn], finish, bool(choice.get("logprobs")))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotMigratedError("an answer without text")
    return value


def _index(choice: Json) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0
