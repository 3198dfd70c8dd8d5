"""OpenTelemetry spans in their containers: OTLP JSON, console exporters, JavaScript exporters, Phoenix rows.

Any of them becomes a `Span`; the reader of its dialect takes the call out of the attributes. Only leaf
LLM spans are calls: an enclosing span (workflow, agent, the outer half of an instrumented SDK) repeats the
tokens of the span inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.bodies import body_record, skipped
from tokcount.logs.formats.otel import genai, openinference, traceloop, vercel
from tokcount.logs.formats.otel.events import EventLog, is_event
from tokcount.logs.formats.otel.span import Span, is_span, spans_of
from tokcount.logs.scalars import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tokcount.logs.format import Item, Location
    from tokcount.logs.formats.otel.call import Call
    from tokcount.logs.formats.otel.span import Span
    from tokcount.logs.scalars import Json


READERS: dict[str, Callable[[Span], Call | None]] = {
    "otel.openinference": openinference.read,
    "otel.vercel": vercel.read,
    "otel.traceloop": traceloop.read,
    "otel.genai": genai.read,
}
"""Dialect → the function that reads a span of it; ``None`` from a reader is "this span calls no model"."""


def dialect_of(attributes: Json) -> str | None:
    """The dialect by the names of the attributes, most specific first; ``None`` for spans about other things."""
    if "openinference.span.kind" in attributes:
        return "otel.openinference"
    if "ai.operationId" in attributes:
        return "otel.vercel"
    if "llm.request.type" in attributes:
        return "otel.traceloop"
    seen = {_family(name) for name in attributes}
    return next((dialect for family, dialect in _FAMILIES if family in seen), None)


_FAMILIES = (
    ("llm.input_messages", "otel.openinference"),
    ("llm.prompts", "otel.openinference"),
    ("ai.prompt", "otel.vercel"),
    ("gen_ai.prompt", "otel.traceloop"),
    ("traceloop", "otel.traceloop"),
    ("gen_ai", "otel.genai"),
)


def _family(name: str) -> str:
    start, _, rest = name.partition(".")
    if start in ("llm", "ai") or (start == "gen_ai" and rest.startswith("prompt.")):
        return f"{start}.{rest.partition('.')[0]}"
    return start


def is_call(span: Span) -> bool:
    """Does this span call a model itself?"""
    dialect = dialect_of(span.attributes)
    return dialect is not None and READERS[dialect](span) is not None


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

    def read(self, value: Json, place: Location, group: Json) -> Iterable[Item]:
        state = _State.of(group)
        spans, logs = spans_of(value)
        for log in logs:
            if is_event(log):
                state.events.add(log, place)
            else:
                yield skipped(place, "not_llm", "a log record without a message", "otel.genai_events")
        inside = {span.parent for span in spans if span.parent and is_call(span)}
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

    def _item(self, span: Span, place: Location, index: int, state: _State, inside: set[str]) -> Item:
        dialect = dialect_of(span.attributes)
        name = dialect or "otel.genai"
        call = READERS[dialect](span) if dialect else None
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
