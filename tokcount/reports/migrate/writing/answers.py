"""Logged answers in the shape of the new endpoint.

The numbers of the old call (usage, log probabilities) are those of the old model's tokens and are not in them. Neither
is the model that answered: whatever reads the pair would take it for the model of the new request. It is written next
to the two bodies, see `answered_by`.
"""

from __future__ import annotations

from typing import Any, Final

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.answers import Answer
from tokcount.reports.migrate.reading.content import known
from tokcount.reports.migrate.request import (
    Content,
    Endpoint,
    Item,
    Loss,
    Message,
    NotMigratedError,
    Text,
    Turn,
)
from tokcount.reports.migrate.writing.chat import chat_message
from tokcount.reports.migrate.writing.responses import call_item, hosted_item

ANSWER: Final = "response"
"""What losses of an answer are listed under."""
NO_ANSWER: Final = "no answer in the log"
UNREAD: Final = "an answer that is not text, or of a form that is not known"
LOGPROBS: Final = Loss("response.logprobs", "dropped", "numbers of the old model's tokens")
FURTHER: Final = Loss(ANSWER, "dropped", "answers after the first: Responses give one")
ITEMS: Final = Loss(ANSWER, "dropped", "items of tools that the API runs itself: chat answers have none")


def response_of(
    record: Record, answers: list[Answer], endpoint: Endpoint, suffix: str = ""
) -> tuple[Json | None, list[Loss]]:
    """The response body around answers, and what is not in it; none without an answer."""
    if not answers:
        if record.conversation:
            return None, []
        return None, [Loss(ANSWER, "dropped", UNREAD if _is_unread(record) else NO_ANSWER)]
    losses = [LOGPROBS] if any(answer.logprobs for answer in answers) else []
    try:
        if endpoint == "chat":
            return _chat_response(record, answers, suffix, losses), losses
        if len(answers) > 1:
            losses.append(FURTHER)
        return _responses_response(record, answers[0], suffix), losses
    except NotMigratedError:
        return None, [Loss(ANSWER, "dropped", UNREAD)]


def _is_unread(record: Record) -> bool:
    """Does the log hold something of an answer, though no text?"""
    response = record.response or {}
    return "unread_answer" in record.flags or bool(response.get("choices") or response.get("output"))


def answered_by(record: Record) -> Json:
    """The model that gave the logged answers, as a field next to request and response; nothing if it is not known."""
    return known(answered_by=record.served_model or record.model)


def _chat_response(record: Record, answers: list[Answer], suffix: str, losses: list[Loss]) -> Json:
    return {
        **known(id=_id(record, suffix), object="chat.completion", created=_created(record)),
        "choices": [
            {
                "index": index,
                "message": _one_message(answer.turns, losses),
                "finish_reason": answer.finish,
            }
            for index, answer in enumerate(answers)
        ],
    }


def _one_message(turns: list[Turn], losses: list[Loss]) -> Json:
    """All that an answer says and calls, in one message."""
    if any(isinstance(turn, Item) for turn in turns):
        losses.append(ITEMS)
    messages = [turn for turn in turns if isinstance(turn, Message)]
    parts = [part for message in messages for part in _parts(message.content)]
    if not all(isinstance(part, Text) for part in parts):
        raise NotMigratedError(UNREAD)
    said, refused = (
        "".join(part.text for part in parts if part.refusal is refusal) if parts else None
        for refusal in (False, True)
    )
    calls = [call for message in messages for call in message.calls]
    return chat_message(Message("assistant", None if refused else said, calls=calls), losses) | known(
        refusal=refused or None
    )


def _parts(content: Content | None) -> list[Any]:
    return [Text(content)] if isinstance(content, str) else content or []


def _responses_response(record: Record, answer: Answer, suffix: str) -> Json:
    status = "incomplete" if answer.finish == "length" else "completed"
    output: list[Json] = []
    for turn in answer.turns:
        if isinstance(turn, Item):
            output.append(hosted_item(turn))
        elif isinstance(turn, Message):
            if turn.content is not None and (turn.content or not turn.calls):
                output.append(_output_message(turn.content, status))
            output += [call_item(call) for call in turn.calls]
    return {
        **known(id=_id(record, suffix), object="response", created_at=_created(record)),
        "status": status,
        "output": output,
    }


def _output_message(content: Content, status: str) -> Json:
    parts = [_output_part(part) for part in _parts(content)]
    return {"type": "message", "role": "assistant", "status": status, "content": parts}


def _output_part(part: Any) -> Json:
    if not isinstance(part, Text):
        raise NotMigratedError(UNREAD)
    if part.refusal:
        return {"type": "refusal", "refusal": part.text}
    return {"type": "output_text", "text": part.text, "annotations": []}


def _id(record: Record, suffix: str) -> str | None:
    return f"{record.id}{suffix}" if record.id else None


def _created(record: Record) -> int | None:
    return None if record.timestamp is None else int(record.timestamp)
