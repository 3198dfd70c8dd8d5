"""OpenTelemetry spans in their containers: OTLP JSON, console exporters, JavaScript exporters, Phoenix rows.

This file turns any of them into `Span`; `tokcount.logs.formats.otel_dialects` reads the attributes. Only leaf
LLM spans are calls: an enclosing span (workflow, agent, the outer half of an instrumented SDK) repeats the
tokens of the span inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.bodies import body_record, skipped
from tokcount.logs.formats import otel_dialects as dialects
from tokcount.logs.formats.otel_events import EventLog, is_event
from tokcount.logs.formats.otel_span import Span, is_span, spans_of
from tokcount.logs.values import label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.formats.interface import Item, Place
    from tokcount.logs.record import Json

_CONTAINERS = ("resourceSpans", "resource_spans", "resourceLogs", "resource_logs", "batches")
_SPAN_MARKS = ("spanContext", "context", "span_id", "spanId", "traceId", "trace_id")
_BARE_MARKS = (
    "gen_ai.operation.name",
    "gen_ai.request.model",
    "gen_ai.system",
    "llm.request.type",
    "openinference.span.kind",
    "ai.operationId",
    "attributes.openinference.span.kind",
    "attributes.llm.model_name",
    "attributes.gen_ai.operation.name",
    "attributes.gen_ai.request.model",
    "attributes.llm.request.type",
    "attributes.ai.operationId",
)


class Spans:
    """Every container and dialect of spans; a record's format is the dialect of its span."""

    name = "otel"
    emits = ("otel.genai", "otel.genai_events", "otel.traceloop", "otel.openinference", "otel.vercel")
    keys = (
        *(frozenset({key}) for key in _CONTAINERS),
        *(frozenset({"attributes", key}) for key in _SPAN_MARKS),
        *(frozenset({key}) for key in _BARE_MARKS),
    )
    grouped = True

    def matches(self, value: Json) -> bool:
        if any(isinstance(value.get(key), list) for key in _CONTAINERS) or any(
            key in value for key in _BARE_MARKS
        ):
            return True
        return isinstance(value.get("attributes"), dict | list) and is_span(value)

    def read(self, value: Json, place: Place, group: Json) -> Iterable[Item]:
        state = _State.of(group)
        spans, logs = spans_of(value)
        for log in logs:
            if is_event(log):
                state.events.add(log, place)
            else:
                yield skipped(place, "not_llm", "a log record without a message", "otel.genai_events")
        inside = {span.parent for span in spans if span.parent and dialects.is_call(span)}
        for index, span in enumerate(spans):
            yield self._item(span, place, index, state, inside)

    def finish(self, group: Json) -> Iterable[Item]:
        state = _State.of(group)
        for call, place in state.events.left():
            yield body_record(
                place,
                "otel.genai_events",
                kind=call.kind,
                request=call.request,
                response=call.response,
                facts=call.facts,
            )
        group.clear()

    def _item(self, span: Span, place: Place, index: int, state: _State, inside: set[str]) -> Item:
        dialect = dialects.dialect_of(span.attributes)
        name = dialect or "otel.genai"
        call = dialects.READERS[dialect](span) if dialect else None
        if call is None:
            return skipped(
                place, "not_llm", f"a span that calls no model ({label(span.name, 'unnamed')})", name
            )
        if span.id and (span.id in inside or state.repeats(span)):
            return skipped(place, "not_llm", "a span whose inner or outer span is the same call", name)
        if span.failed and call.facts.usage is None and call.response is None:
            return skipped(place, "error", f"a failed call ({label(span.name, 'unnamed')})", name)
        state.count(span)
        if call.request is None and state.events.complete(span, call):
            name = "otel.genai_events"
        call.facts.id = call.facts.id or span.id or None
        call.facts.timestamp = span.start
        return body_record(
            place,
            name,
            kind=call.kind,
            request=call.request,
            response=call.response,
            facts=call.facts,
            index=index,
        )


class _State:
    """What a file's spans have to know of each other: which calls were counted, and waiting message events."""

    def __init__(self) -> None:
        self.counted: set[str] = set()
        self.parents: set[str] = set()
        self.events = EventLog()

    @classmethod
    def of(cls, group: dict[str, Any]) -> _State:
        state = group.get("state")
        if not isinstance(state, cls):
            state = group["state"] = cls()
        return state

    def repeats(self, span: Span) -> bool:
        """Was the same call counted already, as the span inside this one or around it?"""
        return span.id in self.parents or (span.parent is not None and span.parent in self.counted)

    def count(self, span: Span) -> None:
        if span.id:
            self.counted.add(span.id)
            self.events.counted(span.id)
        if span.parent:
            self.parents.add(span.parent)


FORMATS = (Spans(),)
