"""Spans of platforms with attributes of their own, and spans that nobody knows."""

import json
from typing import Any

import pytest
from support.otel import GENAI, span
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, answered, asked, items, reasons, record, used

from tokcount.logs.record import Record, Skipped

MESSAGES = CHAT_REQUEST["messages"]
ANSWER = {"role": "assistant", "content": "Paris."}

PLATFORMS: dict[str, dict[str, Any]] = {
    "otel.langfuse": {
        "langfuse.observation.type": "generation",
        "langfuse.observation.model.name": "gpt-4o-mini",
        "langfuse.observation.input": json.dumps({"messages": MESSAGES}),
        "langfuse.observation.output": json.dumps(ANSWER),
        "langfuse.observation.usage_details": json.dumps({"input": 24, "output": 2}),
    },
    "otel.mlflow": {
        "mlflow.spanType": '"LLM"',
        "mlflow.spanInputs": json.dumps(CHAT_REQUEST),
        "mlflow.spanOutputs": json.dumps(CHAT_RESPONSE),
    },
    "otel.braintrust": {
        "braintrust.span_attributes": json.dumps({"type": "llm"}),
        "braintrust.input": json.dumps(MESSAGES),
        "braintrust.output": json.dumps([ANSWER]),
        "braintrust.metadata": json.dumps({"model": "gpt-4o-mini"}),
        "braintrust.metrics": json.dumps({"prompt_tokens": 24, "completion_tokens": 2}),
    },
    "otel.langwatch": {
        "langwatch.span.type": "llm",
        "gen_ai.request.model": "gpt-4o-mini",
        "langwatch.input": json.dumps({"type": "chat_messages", "value": MESSAGES}),
        "langwatch.output": json.dumps({"type": "list", "value": [{"type": "text", "value": "Paris."}]}),
        "langwatch.metrics": json.dumps(
            {"type": "json", "value": {"promptTokens": 24, "completionTokens": 2}}
        ),
    },
}


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_call_is_read_from_the_attributes_of_a_platform(name: str) -> None:
    found = record(span(PLATFORMS[name]))

    assert (found.format, found.kind, found.model) == (name, "chat", "gpt-4o-mini")
    assert asked(found)["messages"] == MESSAGES
    assert answered(found) == ["Paris."]
    assert (used(found).input, used(found).output) == (24, 2)


@pytest.mark.parametrize("name", PLATFORMS)
def test_spans_of_other_types_are_not_calls(name: str) -> None:
    kind = next(key for key in PLATFORMS[name] if key.lower().endswith(("type", "attributes")))

    assert reasons(span(PLATFORMS[name] | {kind: "tool"})) == [("not_llm", name)]


def test_a_text_in_quotes_is_that_text() -> None:
    found = record(
        span(PLATFORMS["otel.mlflow"] | {"mlflow.spanInputs": '"Hi"', "mlflow.spanOutputs": '"Ho"'})
    )

    assert (asked(found)["messages"], answered(found)) == ([{"role": "user", "content": "Hi"}], ["Ho"])


def test_a_span_with_the_messages_of_the_conventions_and_a_type_is_read_by_the_conventions() -> None:
    found = record(span(GENAI | {"langfuse.observation.type": "generation"}))

    assert (found.format, answered(found)) == ("otel.genai", ["Hello"])


LANGSMITH: dict[str, Any] = {
    "langsmith.span.kind": "llm",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.prompt": json.dumps({"messages": [[{"type": "human", "content": "Hi"}]]}),
    "gen_ai.completion": json.dumps({"generations": [[{"text": "Hello"}]]}),
}


def test_inputs_and_outputs_of_langsmith_are_a_request_and_an_answer() -> None:
    found = record(span(LANGSMITH))

    assert (asked(found)["messages"], answered(found)) == ([{"role": "user", "content": "Hi"}], ["Hello"])
    assert reasons(span(LANGSMITH | {"langsmith.span.kind": "chain"})) == [("not_llm", "otel.genai")]


STREAMED: dict[str, Any] = {
    "gen_ai.request.model": "gpt-4o-mini",
    "request_data": json.dumps(CHAT_REQUEST | {"stream": True}),
}
TEXT = {"response_data": json.dumps({"combined_chunk_content": "Paris.", "chunk_count": 3})}


@pytest.mark.parametrize("reverse", [False, True], ids=["request first", "answer first"])
def test_the_request_and_the_streamed_answer_of_logfire_are_one_call(*, reverse: bool) -> None:
    spans = [_nested(None, "a", STREAMED), _nested(None, "b", STREAMED | TEXT)]

    found = items(*(reversed(spans) if reverse else spans))

    (call,) = [item for item in found if isinstance(item, Record)]
    assert (asked(call)["messages"], answered(call)) == (MESSAGES, ["Paris."])
    assert len(found) == 2


def test_streamed_requests_without_a_body_differ_by_their_messages() -> None:
    body = {"request_data": {"model": "gpt-4o-mini", "stream": True}}
    begun = {key: value for key, value in GENAI.items() if "output" not in key} | body
    other = begun | {"gen_ai.input.messages": json.dumps([{"role": "user", "content": "Bye"}])}
    spans = [_nested(None, "a", begun), _nested(None, "b", other), _nested(None, "c", GENAI | body)]

    found = [item for item in items(*spans) if isinstance(item, Record)]

    assert {item.id: item.response is not None for item in found} == {"b": False, "c": True}


def test_a_request_whose_streamed_answer_never_comes_is_a_call() -> None:
    found = record(span(STREAMED))

    assert (asked(found)["messages"], found.response) == (MESSAGES, None)


def test_a_body_of_logfire_wins_over_the_messages_translated_from_it() -> None:
    found = record(span(GENAI | {"request_data": json.dumps(CHAT_REQUEST)}))

    assert (asked(found)["messages"], answered(found)) == (MESSAGES, ["Hello"])


@pytest.mark.parametrize(
    "body", [{"model": "text-embedding-3-small", "input": "Hi"}, {"model": "dall-e-3", "prompt": "Hi"}]
)
def test_bodies_for_embeddings_and_images_are_not_calls(body: dict[str, Any]) -> None:
    found = reasons(span({"gen_ai.request.model": body["model"], "request_data": json.dumps(body)}))

    assert found == [("not_llm", "otel.genai")]


def test_tools_of_pydantic_ai_are_in_the_parameters_of_its_request() -> None:
    tool = {
        "name": "get",
        "description": "d",
        "parameters_json_schema": {"type": "object"},
        "kind": "function",
    }
    parameters = json.dumps({"function_tools": [tool], "output_tools": []})

    found = record(span(GENAI | {"model_request_parameters": parameters}))

    assert asked(found)["tools"] == [
        {
            "type": "function",
            "function": {"name": "get", "description": "d", "parameters": {"type": "object"}},
        }
    ]


@pytest.mark.parametrize(
    "attributes",
    [
        {"acme.llm.input": "Say hi", "acme.region": "eu"},
        {"acme.usage.completion_tokens": 2, "acme.prompt": "Say hi"},
        {"acme.sent": json.dumps(MESSAGES)},
    ],
)
def test_a_span_of_an_unknown_instrumentation_is_not_called_one_without_a_model(attributes: Any) -> None:
    (found,) = items(span(attributes))

    assert isinstance(found, Skipped)
    assert (found.reason, "acme.region" in found.detail) == ("unrecognised", False)
    assert next(iter(attributes)) in found.detail


def _nested(parent: str | None, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    ids = {"context": {"trace_id": "0x1f", "span_id": name}, "parent_id": parent}
    return span(attributes) | ids


@pytest.mark.parametrize("reverse", [False, True], ids=["outer first", "inner first"])
@pytest.mark.parametrize(
    ("between", "calls"),
    [({"traceloop.span.kind": "task"}, 1), ({"traceloop.span.kind": "tool"}, 2)],
    ids=["a task", "a tool"],
)
def test_calls_inside_a_tool_are_calls_of_their_own(between: Any, calls: int, *, reverse: bool) -> None:
    spans = [_nested(None, "a", GENAI), _nested("a", "b", between), _nested("b", "c", GENAI)]

    found = items(*(reversed(spans) if reverse else spans))
    together = items({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]})

    for each in (found, together):
        assert len([item for item in each if isinstance(item, Record)]) == calls
