"""Messages as events: on the span itself, or as log records beside it (semantic conventions v1.26 to v1.36).

``gen_ai.system.message``, ``gen_ai.user.message``, ``gen_ai.assistant.message`` and ``gen_ai.tool.message``
hold the prompt, ``gen_ai.choice`` the answer. Later, one ``gen_ai.client.inference.operation.details`` event
holds the attributes of the span instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tokcount.logs.bodies import Facts, tool_call
from tokcount.logs.formats.otel_call import Call, call_of
from tokcount.logs.formats.otel_span import LogRecord, Span, plain_attributes
from tokcount.logs.values import decoded, decoded_object, dig, text

if TYPE_CHECKING:
    from tokcount.logs.formats.interface import Place
    from tokcount.logs.record import Json

_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
_CHOICE = "gen_ai.choice"
_DETAILS = "gen_ai.client.inference.operation.details"
_OLD_PROMPT, _OLD_COMPLETION = "gen_ai.content.prompt", "gen_ai.content.completion"


def is_event(log: LogRecord) -> bool:
    """Is this log record a message of a call?"""
    return log.name in _ROLES or log.name in (_CHOICE, _DETAILS)


def messages_of_events(events: list[Json], flags: set[str]) -> tuple[list[Json], list[Json]]:
    """Prompt and answers in the events of a span."""
    messages: list[Json] = []
    answers: list[Json] = []
    for event in events:
        name = text(event.get("name")) or ""
        attributes = plain_attributes(event)
        if name == _OLD_PROMPT:
            messages += _plain_messages(attributes.get("gen_ai.prompt"))
        elif name == _OLD_COMPLETION:
            answers += _plain_messages(attributes.get("gen_ai.completion"))
        elif name in _ROLES or name == _CHOICE:
            body = decoded_object(attributes.get("gen_ai.event.content")) or attributes
            (answers if name == _CHOICE else messages).append(_message(name, body, flags))
    return messages, answers


def _plain_messages(value: object) -> list[Json]:
    found = decoded(value)
    if isinstance(found, str) and found:
        return [{"role": "user", "content": found}]
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]


def _message(name: str, body: Json, flags: set[str]) -> Json:
    if name == _CHOICE:
        inner = decoded(body.get("message"))
        if isinstance(inner, dict):
            body = inner
        elif isinstance(inner, str):
            body = {"content": inner}
        else:
            body = {key.removeprefix("message."): item for key, item in body.items()}
    role = text(body.get("role")) or _ROLES.get(name, "assistant")
    content = body.get("content")
    message: Json = {"role": role, "content": content if isinstance(content, str | list) else None}
    calls = decoded(body.get("tool_calls"))
    if isinstance(calls, list):
        message["tool_calls"] = [_call(call, flags) for call in calls if isinstance(call, dict)]
    if role == "tool":
        message["tool_call_id"] = text(body.get("id")) or text(body.get("tool_call_id")) or ""
    return message


def _call(call: Json, flags: set[str]) -> Json:
    name = dig(call, "function.name") or call.get("name")
    arguments = dig(call, "function.arguments")
    return tool_call(call.get("id"), name, call.get("arguments") if arguments is None else arguments, flags)


class EventLog:
    """Message events of log records, by span, until the span itself comes by or the file ends."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[LogRecord]] = {}
        self._places: dict[str, Place] = {}
        self._counted: set[str] = set()

    def add(self, log: LogRecord, place: Place) -> None:
        """Keep an event; events of a span that was counted with its own text are not needed."""
        if log.span in self._counted:
            return
        self._waiting.setdefault(log.span, []).append(log)
        self._places.setdefault(log.span, place)

    def counted(self, span: str) -> None:
        """The call of this span has its record."""
        self._counted.add(span)

    def complete(self, span: Span, call: Call) -> bool:
        """Put the waiting events of a span into its call; false when there are none."""
        logs = self._waiting.pop(span.id, None)
        if not logs:
            return False
        found = _call_of_logs(logs)
        if found is None:
            return False
        call.request, call.response = found.request, call.response or found.response
        call.facts.flags |= found.facts.flags
        if call.request is not None and call.facts.model:
            call.request["model"] = call.facts.model
        return True

    def left(self) -> Iterator[tuple[Call, Place]]:
        """The calls whose span never came: their messages, without usage."""
        for span, logs in self._waiting.items():
            call = _call_of_logs(logs)
            if call is not None:
                call.facts.id = span or None
                yield call, self._places[span]
        self._waiting.clear()


def _call_of_logs(logs: list[LogRecord]) -> Call | None:
    from tokcount.logs.formats import otel_genai

    messages: list[Json] = []
    answers: list[Json] = []
    flags: set[str] = set()
    for log in logs:
        if log.name == _DETAILS:
            call = otel_genai.read(Span(attributes={**log.attributes, **decoded_object(log.body)}))
            if call is not None:
                call.facts.timestamp = log.time
                return call
            continue
        body: Any = decoded(log.body)
        body = body if isinstance(body, dict) else {"content": body}
        message = _message(log.name, {**body, **_answer_body(body)}, flags)
        (answers if log.name == _CHOICE else messages).append(message)
    if not messages and not answers:
        return None
    facts = Facts(timestamp=next((log.time for log in logs if log.time), None), flags=flags)
    facts.provider = next((name for log in logs if (name := text(log.attributes.get("gen_ai.system")))), None)
    return call_of("chat", facts, messages=messages, answers=answers)


def _answer_body(body: Json) -> Json:
    inner = decoded(body.get("message"))
    return {"message": inner} if isinstance(inner, dict) else {}
