"""Traces as the viewers Jaeger and Zipkin export them: spans with tags → spans under the names of OpenTelemetry.

Source: jaeger-idl (model, JSON of the user interface), Zipkin's API v2 (Span).
"""

from __future__ import annotations

from typing import Any

from tokcount.logs.adapt import Json, decoded_object, dig, objects

VIEWER_KEYS = (
    frozenset({"traceID", "spans"}),
    frozenset({"traceID", "spanID", "tags"}),
    frozenset({"traceId", "id", "localEndpoint"}),
)
"""A trace of Jaeger, a span of Jaeger, a span of Zipkin."""

VIEWER_MARKS = frozenset({"traceID", "localEndpoint"})


def spans_of_viewer(value: Json) -> list[Json] | None:
    """The spans in a trace or a span of a viewer; `None` for other values."""
    if "traceID" in value:
        listed = value.get("spans", [value])
        return (
            [_jaeger(span) for span in listed if isinstance(span, dict)] if isinstance(listed, list) else None
        )
    return [_zipkin(value)] if "localEndpoint" in value and "traceId" in value else None


def _jaeger(span: Json) -> Json:
    references = span.get("references")
    parents = objects(references)
    logs = span.get("logs")
    attributes = _tags(span.get("tags"))
    return {
        "name": span.get("operationName"),
        "spanId": span.get("spanID"),
        "parentSpanId": span.get("parentSpanID") or next((each.get("spanID") for each in parents), None),
        "startTime": span.get("startTime"),
        "attributes": attributes,
        "events": [_event(log) for log in logs if isinstance(log, dict)] if isinstance(logs, list) else [],
        "status": "ERROR" if attributes.get("error") is True else attributes.get("otel.status_code"),
    }


def _event(log: Json) -> Json:
    fields = _tags(log.get("fields"))
    return {"name": fields.pop("event", None), "attributes": fields}


def _tags(tags: Any) -> Json:
    """`[{key, type, value}]`, or an object."""
    if not isinstance(tags, list):
        return tags if isinstance(tags, dict) else {}
    return {
        tag["key"]: tag.get("value")
        for tag in tags
        if isinstance(tag, dict) and isinstance(tag.get("key"), str)
    }


def _zipkin(span: Json) -> Json:
    tags = _tags(span.get("tags"))
    notes = span.get("annotations")
    values = [dig(note, "value") for note in notes] if isinstance(notes, list) else []
    return {
        "name": span.get("name"),
        "spanId": span.get("id"),
        "parentSpanId": span.get("parentId"),
        "timestamp": span.get("timestamp"),
        "attributes": tags,
        "events": [_annotated(value) for value in values if isinstance(value, str)],
        "status": tags.get("otel.status_code") or ("ERROR" if "error" in tags else None),
    }


def _annotated(value: str) -> Json:
    """An event as exporters write it into an annotation: `"name": {attributes}`."""
    name, _, attributes = value.partition(": ")
    return {"name": name.strip('"'), "attributes": decoded_object(attributes)}
