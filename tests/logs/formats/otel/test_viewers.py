"""Traces as Jaeger and Zipkin export them."""

import json
from typing import Any

from support.otel import GENAI
from support.reading import answered, asked, items, reasons, record, used

from tokcount.logs.record import Record

TEXTLESS = {key: value for key, value in GENAI.items() if "messages" not in key}
BARE = [{"key": key, "type": "string", "value": value} for key, value in TEXTLESS.items()]


def jaeger(span: str, parent: str | None, tags: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A span as the user interface of Jaeger downloads it."""
    references = [{"refType": "CHILD_OF", "traceID": "t", "spanID": parent}] if parent else []
    return {
        "traceID": "t",
        "spanID": span,
        "operationName": "chat",
        "references": references,
        "startTime": 1795347038577154,
        "tags": tags,
        "logs": [],
        **more,
    }


def event(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """An event of a span in Jaeger."""
    fields = {"event": name, "gen_ai.event.content": json.dumps(content)}
    return {"timestamp": 1, "fields": [{"key": key, "value": value} for key, value in fields.items()]}


def test_a_downloaded_trace_of_jaeger_holds_calls() -> None:
    tags = [{"key": key, "type": "string", "value": value} for key, value in GENAI.items()]
    trace = {"traceID": "t", "spans": [jaeger("a", None, tags), jaeger("b", "a", tags)], "processes": {}}

    found = items({"data": [trace], "total": 0, "errors": None})

    (call,) = [item for item in found if isinstance(item, Record)]
    assert (call.id, answered(call), round(call.timestamp or 0)) == ("b", ["Hello"], 1795347039)
    assert (used(call).input, used(call).output) == (8, 2)


def test_messages_in_the_logs_of_a_jaeger_span_are_read() -> None:
    logs = [
        event("gen_ai.user.message", {"content": "Hi"}),
        event("gen_ai.choice", {"message": {"content": "Ho"}}),
    ]

    found = record(jaeger("a", None, BARE, logs=logs))

    assert (asked(found)["messages"], answered(found)) == ([{"role": "user", "content": "Hi"}], ["Ho"])


def test_spans_about_other_things_are_not_calls() -> None:
    tags = [{"key": "http.method", "type": "string", "value": "GET"}]

    assert reasons(jaeger("a", None, tags)) == [("not_llm", "otel.genai")]


def test_a_zipkin_span_keeps_attributes_in_tags_and_events_in_annotations() -> None:
    notes = [
        {"timestamp": 1, "value": '"gen_ai.user.message": {"content": "Hi"}'},
        {"timestamp": 1, "value": '"gen_ai.choice": {"message": "Ho"}'},
    ]
    value = {
        "traceId": "t",
        "id": "s1",
        "parentId": "s0",
        "timestamp": 1795347038577154,
        "localEndpoint": {"serviceName": "app"},
        "tags": {key: str(item) for key, item in TEXTLESS.items()},
        "annotations": notes,
    }

    found = record(value)

    assert (asked(found)["messages"], answered(found)) == ([{"role": "user", "content": "Hi"}], ["Ho"])
    assert (found.id, used(found).input) == ("s1", 8)
