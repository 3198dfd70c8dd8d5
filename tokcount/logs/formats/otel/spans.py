"""OpenTelemetry spans in their containers: OTLP JSON, console exporters, JavaScript exporters, Phoenix rows.

Any of them becomes a `Span`; the reader of its dialect finds the call in the attributes. Only leaf
LLM spans are calls: an enclosing span (workflow, agent, the outer half of an instrumented SDK) repeats the
tokens of the span inside it.
"""

from __future__ import annotations

import re
from functools import partial
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
    wrappers,
)
from tokcount.logs.formats.otel import genai, openinference, platform_spans, traceloop, vercel
from tokcount.logs.formats.otel.events import EventLog, is_event
from tokcount.logs.formats.otel.span import Span, is_span, spans_of
from tokcount.logs.formats.otel.streams import Streams, stream_of
from tokcount.logs.formats.otel.viewers import VIEWER_KEYS, VIEWER_MARKS, spans_of_viewer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tokcount.logs.formats.otel.call import Call


READERS: dict[str, Callable[[Span], Call | None]] = {
    "otel.openinference": openinference.read,
    "otel.vercel": vercel.read,
    "otel.traceloop": traceloop.read,
    "otel.genai": genai.read,
    **{name: partial(platform_spans.read, name) for name in platform_spans.PLATFORMS},
}
"""Dialect → the function that reads a span of it; `None` means that the span does not call a model."""


def dialect_of(attributes: Json) -> str | None:
    """The dialect by the names of the attributes, most specific first; `None` for spans about other things."""
    if "openinference.span.kind" in attributes:
        return "otel.openinference"
    if "ai.operationId" in attributes:
        return "otel.vercel"
    if (platform := platform_spans.platform_of(attributes, by_type=False)) is not None:
        return platform
    if "llm.request.type" in attributes:
        return "otel.traceloop"
    seen = {_family(name) for name in attributes}
    found = next((dialect for family, dialect in _FAMILIES if family in seen), None)
    return found or platform_spans.platform_of(attributes, by_type=True)


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


_KINDS = (
    *("gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind", "langsmith.span.kind"),
    *("langfuse.observation.type", "langwatch.span.type", "mlflow.spanType"),
)
_STEPS = frozenset({"execute_tool", "invoke_agent", "create_agent", "tool", "agent", "workflow", "retriever"})


def _is_step(span: Span) -> bool:
    """Is the span a tool or an agent? Calls inside it are not the call around it."""
    return any(str(span.attributes.get(name)).strip('"').lower() in _STEPS for name in _KINDS)


_MODEL_WORDS = frozenset({"llm", "prompt", "prompts", "completion", "completions", "tokens", "messages"})
_WORD = re.compile(r"[._]")


def unknown_in(attributes: Json) -> list[str]:
    """The attributes of a span of no known dialect that show that it may call a model all the same."""
    return [
        name
        for name, value in attributes.items()
        if not _MODEL_WORDS.isdisjoint(_WORD.split(name.lower()))
        or (isinstance(value, str) and value[:1] in "[{" and '"role"' in value)
    ]


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
    emits = (*READERS, "otel.genai_events", "logfire.records")
    keys = (
        *VIEWER_KEYS,
        *(frozenset({key}) for key in _CONTAINERS),
        *(frozenset({"attributes", key}) for key in _SPAN_MARKS),
        *(frozenset({key}) for key in _BARE_MARKS),
    )

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a trace is in one file
        return SpanSession()


def _holds_spans(value: Json) -> bool:
    if any(isinstance(value.get(key), list) for key in _CONTAINERS) or any(
        key in value for key in _BARE_MARKS
    ):
        return True
    if not VIEWER_MARKS.isdisjoint(value):
        return spans_of_viewer(value) is not None
    attributes = value.get("attributes")
    is_json = isinstance(attributes, str) and attributes.lstrip().startswith(("{", "["))
    return (is_json or isinstance(attributes, dict | list)) and is_span(value)


class SpanSession(Session):
    """What the spans of a file have to know of each other: the counted calls, and events that wait for a span."""

    def __init__(self) -> None:
        self._counted: set[str] = set()
        self._parents: set[str] = set()
        self._events = EventLog()
        self._streams = Streams()

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return self._items(value, at) if _holds_spans(value) else None

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        spans, logs = spans_of(value)
        for log in logs:
            if is_event(log):
                self._events.add(log, at)
            else:
                yield skipped(at, "not_llm", "a log record without a message", "otel.genai_events")
        yield from self.items_of([(span, at) for span in spans])

    def items_of(self, spans: list[tuple[Span, Location]]) -> Iterator[Item]:
        """The calls of spans that are read together: of a message, a row, or a trace."""
        calls = [call_in(span) for span, _ in spans]
        parents = {span.id: span.parent for span, _ in spans if span.parent and not _is_step(span)}
        around = wrappers((span.id for (span, _), call in zip(spans, calls, strict=True) if call), parents)
        for index, ((span, at), call) in enumerate(zip(spans, calls, strict=True)):
            item = self._item(span, call, at, index, is_outer=span.id in around)
            yield from self._streams.settle(stream_of(span.attributes), item)

    def finish(self) -> Iterator[Item]:
        yield from self._streams.left()
        for call, at in self._events.left():
            yield _record(call, at, "otel.genai_events")

    def _item(self, span: Span, call: Call | None, at: Location, index: int, *, is_outer: bool) -> Item:
        dialect = dialect_of(span.attributes)
        name = span.format or dialect or "otel.genai"
        if call is None:
            self._pass_on(span)
            return _no_call(span, at, name, is_known=dialect is not None)
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

    def _pass_on(self, span: Span) -> None:
        """What is around or inside a span between two calls is around or inside the span itself."""
        if span.parent is None or _is_step(span):
            return
        if span.id in self._parents:
            self._parents.add(span.parent)
        if span.parent in self._counted:
            self._counted.add(span.id)

    def _count(self, span: Span) -> None:
        if span.id:
            self._counted.add(span.id)
            self._events.counted(span.id)
        if span.parent:
            self._parents.add(span.parent)


def _no_call(span: Span, at: Location, name: str, *, is_known: bool) -> Item:
    """Why a span is not a call, or that this is not known."""
    unknown = [] if is_known else unknown_in(span.attributes)
    if not unknown:
        return skipped(at, "not_llm", f"a span that calls no model ({label(span.name, 'unnamed')})", name)
    named = ", ".join(label(each, "…") for each in unknown[:_NAMED])
    detail = f"a span with attributes of no known instrumentation: {named}"
    return skipped(at, "unrecognised", detail, "unrecognised")


_NAMED = 5
"""Attributes that are named in the reason of a skipped span."""


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
