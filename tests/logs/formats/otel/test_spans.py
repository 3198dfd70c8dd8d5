"""Spans in their containers, and which of them are calls."""

from typing import Any

import pytest
from support.otel import GENAI, otlp, span
from support.reading import answered, asked, items, reasons, record, records, used

from tokcount.logs.record import Record, Skipped


@pytest.mark.parametrize(
    "value",
    [
        otlp(GENAI),
        otlp(GENAI, snake=True),
        otlp(GENAI, old=True),
        span(GENAI),
        {
            "name": "chat",
            "spanContext": {"spanId": "a1"},
            "attributes": GENAI,
            "startTime": [1795347038, 5000],
        },
        {"traceId": "1f", "spanId": "a1", "attributes": GENAI, "start_time": 1795347038577},
        {f"attributes.{key}": value for key, value in GENAI.items()} | {"context.span_id": "a1", "name": "x"},
        GENAI,
    ],
    ids=["otlp", "snake", "old-otlp", "console", "js", "flat-ids", "columns", "bare"],
)
def test_every_container_gives_the_same_call(value: dict[str, Any]) -> None:
    found = record(value)

    assert (found.format, found.kind) == ("otel.genai", "chat")
    assert (found.model, found.served_model) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert asked(found)["messages"] == [{"role": "user", "content": "Hi"}]
    assert answered(found) == ["Hello"]
    assert (used(found).input, used(found).output) == (8, 2)


@pytest.mark.parametrize("value", [otlp(GENAI), span(GENAI)])
def test_times_are_seconds(value: dict[str, Any]) -> None:
    assert record(value).timestamp == pytest.approx(1795347038.577, abs=0.01)


def test_a_span_without_text_is_usage() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}

    assert (record(span(bare)).kind, record(span(bare)).flags) == ("usage", ("no_text",))


@pytest.mark.parametrize(
    "attributes",
    [
        {"http.method": "GET"},
        {"gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 8},
        {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f"},
        {"gen_ai.operation.name": "embeddings", "gen_ai.request.model": "text-embedding-3-small"},
        {"traceloop.span.kind": "workflow", "traceloop.entity.name": "w"},
        {"llm.request.type": "embedding", "gen_ai.request.model": "text-embedding-3-small"},
        {"openinference.span.kind": "CHAIN", "input.value": "x"},
        {"openinference.span.kind": "EMBEDDING"},
        {"ai.operationId": "ai.generateText", "ai.usage.promptTokens": 14},
        {"ai.operationId": "ai.embed.doEmbed", "ai.usage.tokens": 3},
    ],
)
def test_other_spans_are_named_and_not_counted(attributes: dict[str, Any]) -> None:
    ((reason, name),) = reasons(span(attributes))

    assert reason == "not_llm"
    assert name is not None
    assert name.startswith("otel.")


def test_a_failed_span_is_an_error() -> None:
    attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}

    assert reasons(span(attributes, status={"status_code": "ERROR"})) == [("error", "otel.genai")]


@pytest.mark.parametrize("parent_first", [False, True])
def test_a_span_around_a_call_with_the_same_call_inside_counts_once(parent_first: bool) -> None:
    outer = span(GENAI, context={"span_id": "0xb0"})
    inner = span(GENAI, context={"span_id": "0xb1"}, parent_id="0xb0")

    found = items(*([outer, inner] if parent_first else [inner, outer]))

    assert [type(item) for item in found] == [Record, Skipped]


def test_spans_of_one_message_are_told_apart() -> None:
    assert [found.index for found in records(otlp(GENAI, GENAI, GENAI))] == [0, 1, 2]
