"""A span or log record of OpenTelemetry, whatever exporter wrote it, in one common shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt import Json, decoded, decoded_list, dig, first, text, timestamp
from tokcount.logs.formats.otel.viewers import spans_of_viewer

if TYPE_CHECKING:
    from collections.abc import Iterator


class Span(msgspec.Struct, kw_only=True):
    """One span with flat attributes: dotted names, plain values."""

    name: str = ""
    attributes: Json
    events: list[Json] = msgspec.field(default_factory=list)
    id: str = ""
    parent: str | None = None
    start: float | None = None
    failed: bool = False
    format: str | None = None
    """The log that the span is from, where it has a name; else a span is named after its dialect."""


class LogRecord(msgspec.Struct, kw_only=True):
    """One log record: its event name, its body and its flat attributes."""

    name: str
    body: Any
    attributes: Json
    span: str = ""
    time: float | None = None


_ID = ("spanId", "span_id", "spanContext.spanId", "context.span_id", "context.spanId")
_IDS = ("spanId", "span_id", "traceId", "trace_id")
_PARENT = (
    "parentSpanId",
    "parent_span_id",
    "parent_id",
    "parentId",
    "parentSpanContext.spanId",
    "parent.span_id",
)
_START = (
    *("startTimeUnixNano", "start_time_unix_nano", "startTime", "start_time", "start_timestamp"),
    "timestamp",
)
_TIME = (
    "timeUnixNano",
    "time_unix_nano",
    "observedTimeUnixNano",
    "timestamp",
    "observed_timestamp",
    "hrTime",
)
_STATUS = ("status.code", "status.status_code", "statusCode", "status_code", "otel_status_code", "status")
_LOGFIRE = ("otel_scope_name", "span_name")
"""Columns that only the records of Logfire have."""


def spans_of(value: Json) -> tuple[list[Span], list[LogRecord]]:
    """The spans and log records of one value: an OTLP message, a trace, one span, one row, or one log record."""
    if (listed := spans_of_viewer(value)) is not None:
        return [span_of(found) for found in listed], []
    spans = [span_of(found) for found in _nested(value, _SPAN_PATH)]
    logs = [_log(found) for found in _nested(value, _LOG_PATH)]
    if spans or logs or any(key in value for key in (*_SPAN_PATH[0], *_LOG_PATH[0])):
        return spans, logs
    if _is_log(value):
        return [], [_log(value)]
    return [span_of(value)], []


def is_span(value: Json) -> bool:
    """Does a value with attributes have a span or trace id?"""
    for holder in (value, value.get("spanContext"), value.get("context")):
        if isinstance(holder, dict) and any(isinstance(holder.get(name), str) for name in _IDS):
            return True
    return False


def attributes_of(value: Json) -> Json:
    """The attributes of a span or row as flat names and plain values."""
    if "attributes" in value:
        return _flat(plain_attributes(value))
    columns = {key[11:]: item for key, item in value.items() if key.startswith("attributes.")}
    return _flat(columns or value)


def plain_attributes(value: Json) -> Json:
    """The attributes of an event or log record, whose values may be objects that belong together."""
    attributes = decoded(value.get("attributes"))
    if isinstance(attributes, list):
        return _key_values(attributes)
    return attributes if isinstance(attributes, dict) else {}


_SPAN_PATH = (
    ("resourceSpans", "resource_spans", "batches"),
    ("scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans"),
    ("spans",),
)
_LOG_PATH = (
    ("resourceLogs", "resource_logs"),
    ("scopeLogs", "scope_logs", "instrumentationLibraryLogs"),
    ("logRecords", "log_records"),
)


def _nested(value: Json, path: tuple[tuple[str, ...], ...]) -> Iterator[Json]:
    """The objects in lists of lists, each level under one of several names."""
    level = [value]
    for names in path:
        level = [
            item
            for parent in level
            for name in names
            if isinstance(parent.get(name), list)
            for item in parent[name]
            if isinstance(item, dict)
        ]
    return iter(level)


def span_of(value: Json) -> Span:
    """One span, under the names of any exporter."""
    events = decoded_list(first(value, ("events", "otel_events")))
    status = first(value, _STATUS)
    return Span(
        name=text(first(value, ("name", "span_name"))) or "",
        attributes=attributes_of(value),
        events=[event for event in events if isinstance(event, dict)],
        id=_identifier(value, _ID) or "",
        parent=_identifier(value, _PARENT),
        start=timestamp(first(value, _START), naive_utc=True),
        failed=status in (2, "2", "ERROR", "STATUS_CODE_ERROR", "StatusCode.ERROR"),
        format="logfire.records" if all(name in value for name in _LOGFIRE) else None,
    )


def _is_log(value: Json) -> bool:
    return "body" in value and (
        "severity_number" in value or "severityNumber" in value or "event_name" in value
    )


def _log(value: Json) -> LogRecord:
    attributes = plain_attributes(value)
    name = (
        text(value.get("eventName"))
        or text(value.get("event_name"))
        or text(attributes.get("event.name"))
        or ""
    )
    body = value.get("body")
    return LogRecord(
        name=name,
        body=_plain(body) if isinstance(body, dict) and _is_any_value(body) else body,
        attributes=attributes,
        span=_identifier(value, _ID) or "",
        time=timestamp(first(value, _TIME), naive_utc=True),
    )


def _identifier(value: Json, paths: tuple[str, ...]) -> str | None:
    """A span id without its `0x`; the all-zero id means that there is none."""
    found = text(first(value, paths))
    if found is None:
        return None
    plain = found.removeprefix("0x")
    return plain if plain.strip("0") else None


_SCALARS = ("stringValue", "boolValue", "doubleValue", "string_value", "bool_value", "double_value")
_NUMBERS = ("intValue", "int_value")
_ARRAYS = ("arrayValue", "array_value")
_MAPS = ("kvlistValue", "kvlist_value")


_INT64 = re.compile(r"-?[0-9]{1,19}")


def _is_any_value(value: Json) -> bool:
    return any(name in value for name in (*_SCALARS, *_NUMBERS, *_ARRAYS, *_MAPS))


def _plain(value: object, depth: int = 0) -> Any:
    """OTLP's tagged value as a plain one; `intValue` is a string in JSON (protobuf's int64)."""
    if not isinstance(value, dict) or depth > 40:
        return value
    for name in _SCALARS:
        if name in value:
            return value[name]
    for name in _NUMBERS:
        if name in value:
            found = value[name]
            return int(found) if isinstance(found, str) and _INT64.fullmatch(found) else found
    for name in _ARRAYS:
        items = dig(value.get(name), "values")
        if isinstance(items, list):
            return [_plain(item, depth + 1) for item in items]
    for name in _MAPS:
        items = dig(value.get(name), "values")
        if isinstance(items, list):
            return _key_values(items, depth + 1)
    return None


def _key_values(items: list[Any], depth: int = 0) -> Json:
    return {
        item["key"]: _plain(item.get("value"), depth)
        for item in items
        if isinstance(item, dict) and isinstance(item.get("key"), str)
    }


_FLAT_DEPTH = 12
_WHOLE = frozenset(
    """
    gen_ai.input.messages gen_ai.output.messages gen_ai.system_instructions gen_ai.tool.definitions events
    request_data response_data model_request_parameters ai.prompt.messages ai.prompt.tools ai.response.toolCalls
    mlflow.spanInputs mlflow.spanOutputs mlflow.chat.tokenUsage mlflow.chat.tools langfuse.observation.input
    langfuse.observation.output langfuse.observation.usage_details langfuse.observation.model.parameters
    braintrust.input_json braintrust.output_json braintrust.input braintrust.output langwatch.input
    langwatch.output langwatch.metrics
    """.split()  # noqa: SIM905 - a list of words
)
"""Attributes whose structured value is kept whole."""


def _flat(attributes: Json) -> Json:
    """Nested attributes (Phoenix) as dotted names; attributes that are flat already are returned as they are."""
    if not any(_nests(value) and name not in _WHOLE for name, value in attributes.items()):
        return attributes
    flat: Json = {}
    waiting = [(name, value, 0) for name, value in attributes.items()]
    while waiting:
        name, value, depth = waiting.pop()
        if depth >= _FLAT_DEPTH or name in _WHOLE or not _nests(value):
            flat[name] = value
        elif isinstance(value, dict):
            waiting.extend((f"{name}.{key}", item, depth + 1) for key, item in value.items())
        else:
            waiting.extend((f"{name}.{index}", item, depth + 1) for index, item in enumerate(value))
    return flat


def _nests(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )
