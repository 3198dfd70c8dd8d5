"""Logged completions → answers in the shape of the new endpoint.

The numbers of the old call (usage, log probabilities) are those of the old model's tokens and are not in them. Neither
is the model that answered: whatever reads the pair would take it for the model of the new request. It stands beside
the two bodies, see `answered_by`.
"""

from __future__ import annotations

from typing import Any, Final

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.reports.migrate.carrying import Loss
from tokcount.reports.migrate.target import Api

ANSWER: Final = "response"
"""What losses of an answer are listed under."""
UNREAD: Final = "an answer that is not text, or of a form that is not known"
FINISH_REASONS: Final = frozenset({"stop", "length", "content_filter"})


def answers_of(record: Record, place: int, prompts: int, prompt: str) -> list[Json]:
    """The logged choices of the `place`-th of the `prompts` of a record, each with its text alone.

    The completions API numbers the choices of a list of prompts through: `n` for the first prompt, then `n` for
    the second. With `echo` the prompt stands before each answer and is taken off.
    """
    response = record.response or {}
    logged = response.get("choices")
    choices = [choice for choice in logged if isinstance(choice, dict)] if isinstance(logged, list) else []
    each = max(1, len(choices) // max(1, prompts))
    ordered = sorted(choices, key=_index)
    own = ordered if prompts == 1 else ordered[place * each : (place + 1) * each]
    echo = bool((record.request or {}).get("echo"))
    return [
        {**choice, "text": text.removeprefix(prompt) if echo else text}
        for choice in own
        if (text := _text_of(choice)) is not None
    ]


def _text_of(choice: Json) -> str | None:
    """The text of a choice, also where a log holds it as a message."""
    message = choice.get("message")
    found = message.get("content") if isinstance(message, dict) else choice.get("text")
    return found if isinstance(found, str) else None


def _index(choice: Json) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def response_of(
    record: Record, choices: list[Json], api: Api, suffix: str = ""
) -> tuple[Json | None, list[Loss]]:
    """The response body around answers, and what is not in it; none without an answer."""
    if not choices:
        return None, [Loss(ANSWER, "dropped", UNREAD if _is_unread(record) else "no answer in the log")]
    losses = []
    if any(choice.get("logprobs") for choice in choices):
        losses.append(Loss("response.logprobs", "dropped", "numbers of the old model's tokens"))
    if api == "chat":
        return _chat_response(record, choices, suffix), losses
    if len(choices) > 1:
        losses.append(Loss(ANSWER, "dropped", "answers after the first: Responses give one"))
    return _responses_response(record, choices[0], suffix), losses


def _is_unread(record: Record) -> bool:
    """Does the log hold something of an answer, though no text?"""
    return "unread_answer" in record.flags or bool((record.response or {}).get("choices"))


def answered_by(record: Record) -> Json:
    """The model that gave the logged answers, as a field beside request and response; nothing where it is not known."""
    return _known(answered_by=record.served_model or record.model)


def _chat_response(record: Record, choices: list[Json], suffix: str) -> Json:
    return {
        **_known(id=_id(record, suffix), object="chat.completion", created=_created(record)),
        "choices": [
            {
                "index": index,
                "message": {"role": "assistant", "content": choice["text"]},
                "finish_reason": _finish_reason(choice),
            }
            for index, choice in enumerate(choices)
        ],
    }


def _responses_response(record: Record, choice: Json, suffix: str) -> Json:
    part = {"type": "output_text", "text": choice["text"], "annotations": []}
    cut = _finish_reason(choice) == "length"
    message = {
        "type": "message",
        "role": "assistant",
        "status": "incomplete" if cut else "completed",
        "content": [part],
    }
    return {
        **_known(id=_id(record, suffix), object="response", created_at=_created(record)),
        "status": message["status"],
        "output": [message],
    }


def _known(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _id(record: Record, suffix: str) -> str | None:
    return f"{record.id}{suffix}" if record.id else None


def _created(record: Record) -> int | None:
    return None if record.timestamp is None else int(record.timestamp)


def _finish_reason(choice: Json) -> str | None:
    reason = choice.get("finish_reason")
    return reason if isinstance(reason, str) and reason in FINISH_REASONS else None
