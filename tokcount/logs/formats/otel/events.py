"""Messages as events: on the span itself, or as log records next to it (semantic conventions v1.26 to v1.36).

`gen_ai.system.message`, `gen_ai.user.message`, `gen_ai.assistant.message` and `gen_ai.tool.message`
hold the prompt, `gen_ai.choice` the answer. Later, one `gen_ai.client.inference.operation.details` event
holds the attributes of the span instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tokcount.logs.adapt import CallMetadata, Json, Location, decoded, decoded_object, text
from tokcount.logs.formats.otel import genai
from tokcount.logs.formats.otel.call import Call, call_of
from tokcount.logs.formats.otel.event_messages import CHOICE, DETAILS, ROLES, messages
from tokcount.logs.formats.otel.span import LogRecord, Span


def is_event(log: LogRecord) -> bool:
    """Is this log record part of a call?"""
    return log.name in ROLES or log.name in (CHOICE, DETAILS)


class EventLog:
    """Message events of log records, by span, until the span itself is read or the file ends."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[LogRecord]] = {}
        self._places: dict[str, Location] = {}
        self._counted: set[str] = set()

    def add(self, log: LogRecord, at: Location) -> None:
        """Keep an event; events of a span that was counted with its own text are not needed."""
        if log.span in self._counted:
            return
        self._waiting.setdefault(log.span, []).append(log)
        self._places.setdefault(log.span, at)

    def counted(self, span: str) -> None:
        """The call of this span has its record."""
        self._counted.add(span)

    def complete(self, span: Span, call: Call) -> bool:
        """Add the waiting events of a span to its call; false when there are none."""
        logs = self._waiting.pop(span.id, None)
        if not logs:
            return False
        found = _call_of_logs(logs)
        if found is None:
            return False
        call.request, call.response = found.request, call.response or found.response
        call.metadata.flags |= found.metadata.flags
        if call.request is not None and call.metadata.model:
            call.request["model"] = call.metadata.model
        return True

    def left(self) -> Iterator[tuple[Call, Location]]:
        """The calls whose span was never read: their messages, without usage."""
        for span, logs in self._waiting.items():
            call = _call_of_logs(logs)
            if call is not None:
                call.metadata.id = span or None
                yield call, self._places[span]
        self._waiting.clear()


def _call_of_logs(logs: list[LogRecord]) -> Call | None:
    prompt: list[Json] = []
    answers: list[Json] = []
    flags: set[str] = set()
    for log in logs:
        if log.name == DETAILS:
            call = genai.read(Span(attributes={**log.attributes, **decoded_object(log.body)}))
            if call is not None:
                call.metadata.timestamp = log.time
                return call
            continue
        body: Any = decoded(log.body)
        body = body if isinstance(body, dict) else {"content": body}
        found = messages(log.name, body, flags)
        (answers if log.name == CHOICE else prompt).extend(found)
    if not prompt and not answers:
        return None
    metadata = CallMetadata(timestamp=next((log.time for log in logs if log.time), None), flags=flags)
    metadata.provider = next(
        (name for log in logs if (name := text(log.attributes.get("gen_ai.system")))), None
    )
    return call_of("chat", metadata, messages=prompt, answers=answers)
