"""OpenTelemetry spans in their containers: OTLP JSON, console exporters, JavaScript exporters, Phoenix rows.

Any of them becomes a `Span`; the reader of its dialect finds the call in the attributes. Only leaf
LLM spans are calls: an enclosing span (workflow, agent, the outer half of an instrumented SDK) repeats the
tokens of the span inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    body_record,
    label,
    skipped,
)
from tokcount.logs.formats.otel import genai, openinference, traceloop, vercel
from tokcount.logs.formats.otel.events import EventLog, is_event
from tokcount.logs.formats.otel.span import Span, is_span, spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tokcount.logs.formats.otel.call import Call


READERS: dict[str, Callable[[Span], Call | None]] = {
    "otel.openinference": openinference.read,
    "otel.vercel": vercel.read,
    "otel.traceloop": traceloop.read,
    "otel.genai": genai.read,
}
"""Dialect → the function that reads a span of it; `None` means that the span does not call a model."""


def dialect_of(attributes: Json) -> str | None:
    """The dialect by the names of the attributes, most specific first; `None` for spans about other things."""
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


def call_in(span: Span) -> Call | None:
    """The call of a span; `None` for a span that does not call a model itself."""
    dialect = dialect_of(span.attributes)
    return READERS[dialect](span) if dialect else None


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


class Spans(GroupedLogFormat):
    """Every container and dialect of spans; a record's format is the dialect of its span."""

    name = "otel"
    emits = ("otel.genai", "otel.genai_events", "otel.traceloop", "otel.openinference", "otel.vercel")
    keys = (
        *(frozenset({key}) for key in _CONTAINERS),
        *(frozenset({"attributes", key}) for key in _SPAN_MARKS),
        *(frozenset({key}) for key in _BARE_MARKS),
    )

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a trace is in one file
        return _SpanSession()


def _holds_spans(value: Json) -> bool:
    if any(isinstance(value.get(key), list) for key in _CONTAINERS) or any(
        key in value for key in _BARE_MARKS
    ):
        return True
    return isinstance(value.get("attributes"), dict | list) and is_span(value)


class _SpanSession(Session):
    """What the spans of a file have to know of each other: the counted calls, and events that wait for a span."""

    def __init__(self) -> None:
        self._counted: set[str] = set()
        self._parents: set[str] = set()
        self._events = EventLog()

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return self._items(value, at) if _holds_spans(value) else None

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        spans, logs = spans_of(value)
        for log in logs:
            if is_event(log):
                self._events.add(log, at)
            else:
                yield skipped(at, "not_llm", "a log record without a message", "otel.genai_events")
        calls = [call_in(span) for span in spans]
        around = {span.parent for span, call in zip(spans, calls, strict=True) if span.parent and call}
        for index, (span, call) in enumerate(zip(spans, calls, strict=True)):
            yield self._item(span, call, at, index, is_outer=span.id in around)

    def finish(self) -> Iterator[Item]:
        for call, at in self._events.left():
            yield _record(call, at, "otel.genai_events")

    def _item(self, span: Span, call: Call | None, at: Location, index: int, *, is_outer: bool) -> Item:
        name = dialect_of(span.attributes) or "otel.genai"
        if call is None:
            return skipped(at, "not_llm", f"a span that calls no model ({label(span.name, 'unnamed')})", name)
        if span.id and (is_outer or self._repeats(span)):
            return skipped(at, "not_llm", "a span whose inner or outer span is the same call", name)
        if span.failed and call.metadata.usage is None and call.response is None:
            return skipped(at, "error", f"a failed call ({label(span.name, 'unnamed')})", name)
        self._count(span)
        if call.request is None and self._events.complete(span, call):
            name = "otel.genai_events"
        call.metadata.id = call.metadata.id or span.id or None
        call.metadata.timestamp = span.start
        return _record(call, at, name, index)

    def _repeats(self, span: Span) -> bool:
        """Was the same call counted already, as the span inside this one or around it?"""
        return span.id in self._parents or (span.parent is not None and span.parent in self._counted)

    def _count(self, span: Span) -> None:
        if span.id:
            self._counted.add(span.id)
            self._events.counted(span.id)
        if span.parent:
            self._parents.add(span.parent)


def _record(call: Call, at: Location, name: str, index: int = 0) -> Item:
    return body_record(
        at,
        name,
        kind=call.kind,
        request=call.request,
        response=call.response,
        metadata=call.metadata,
        index=index,
    )
