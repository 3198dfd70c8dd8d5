"""Messages as events: on the span itself, or as log records beside it (semantic conventions v1.26 to v1.36).

``gen_ai.system.message``, ``gen_ai.user.message``, ``gen_ai.assistant.message`` and ``gen_ai.tool.message``
hold the prompt, ``gen_ai.choice`` the answer. Later, one ``gen_ai.client.inference.operation.details`` event
holds the attributes of the span instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.bodies import CallMetadata
from tokcount.logs.formats.otel import genai
from tokcount.logs.formats.otel.call import Call, call_of
from tokcount.logs.formats.otel.event_messages import CHOICE, ROLES, message
from tokcount.logs.formats.otel.span import LogRecord, Span
from tokcount.logs.scalars import decoded, decoded_object, text

if TYPE_CHECKING:
    from tokcount.logs.format import Location
    from tokcount.logs.scalars import Json

_DETAILS = "gen_ai.client.inference.operation.details"


def is_event(log: LogRecord) -> bool:
    """Is this log record a message of a call?"""
    return log.name in ROLES or log.name in (CHOICE, _DETAILS)


class EventLog:
    """Message events of log records, by span, until the span itself comes by or the file ends."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[LogRecord]] = {}
        self._places: dict[str, Location] = {}
        self._counted: set[str] = set()

    def add(self, log: LogRecord, place: Location) -> None:
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

    def left(self) -> Iterator[tuple[Call, Location]]:
        """The calls whose span never came: their messages, without usage."""
        for span, logs in self._waiting.items():
            call = _call_of_logs(logs)
            if call is not None:
                call.facts.id = span or None
                yield call, self._places[span]
        self._waiting.clear()


def _call_of_logs(logs: list[LogRecord]) -> Call | None:
    messages: list[Json] = []
    answers: list[Json] = []
    flags: set[str] = set()
    for log in logs:
        if log.name == _DETAILS:
            call = genai.read(Span(attributes={**log.attributes, **decoded_object(log.body)}))
            if call is not None:
                call.facts.timestamp = log.time
                return call
            continue
        body: Any = decoded(log.body)
        body = body if isinstance(body, dict) else {"content": body}
        item = message(log.name, {**body, **_answer_body(body)}, flags)
        (answers if log.name == CHOICE else messages).append(item)
    if not messages and not answers:
        return None
    facts = CallMetadata(timestamp=next((log.time for log in logs if log.time), None), flags=flags)
    facts.provider = next((name for log in logs if (name := text(log.attributes.get("gen_ai.system")))), None)
    return call_of("chat", facts, messages=messages, answers=answers)


def _answer_body(body: Json) -> Json:
    inner = decoded(body.get("message"))
    return {"message": inner} if isinstance(inner, dict) else {}
