"""Bodies of other vendors' APIs: alone, in pairs, next to their answers, and inside envelopes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.reading import answered, asked, items, reasons, record, used

CLAUDE = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 100,
    "system": "Answer briefly.",
    "messages": [{"role": "user", "content": "Why?"}],
}
CLAUDE_ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Because."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": 5},
}
GEMINI = {
    "systemInstruction": {"parts": [{"text": "Answer briefly."}]},
    "contents": [{"role": "user", "parts": [{"text": "Why?"}]}],
}
GEMINI_ANSWER = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Because."}]}, "finishReason": "STOP"}],
    "usageMetadata": {
        "promptTokenCount": 10,
        "candidatesTokenCount": 3,
        "cachedContentTokenCount": 5,
        "totalTokenCount": 13,
    },
    "modelVersion": "gemini-2.5-flash",
    "responseId": "g1",
}
CONVERSE = {
    "system": [{"text": "Answer briefly."}],
    "messages": [{"role": "user", "content": [{"text": "Why?"}]}],
    "inferenceConfig": {"maxTokens": 100},
}
CONVERSE_ANSWER = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Because."}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 10, "outputTokens": 3, "totalTokens": 18, "cacheReadInputTokens": 5},
}
COHERE = {
    "model": "command-a-03-2025",
    "messages": [
        {"role": "system", "content": "Answer briefly."},
        {"role": "user", "content": "Why?"},
    ],
    "citation_options": {"mode": "off"},
}
COHERE_ANSWER = {
    "id": "c1",
    "finish_reason": "COMPLETE",
    "message": {"role": "assistant", "content": [{"type": "text", "text": "Because."}]},
    "usage": {
        "billed_units": {"input_tokens": 10, "output_tokens": 3},
        "tokens": {"input_tokens": 70, "output_tokens": 5},
    },
}
BODIES = [
    ("anthropic.messages", CLAUDE, CLAUDE_ANSWER, 15),
    ("gemini", GEMINI, GEMINI_ANSWER, 10),
    ("bedrock.converse", CONVERSE, CONVERSE_ANSWER, 15),
    ("cohere.chat", COHERE, COHERE_ANSWER, 10),
]
each_api = pytest.mark.parametrize(
    ("name", "request_body", "response_body", "billed"), BODIES, ids=[b[0] for b in BODIES]
)
SENT = [("system", "Answer briefly."), ("user", "Why?")]


def sent(found: Any) -> list[tuple[str, Any]]:
    """Role and content of each message of a request."""
    return [(message["role"], message["content"]) for message in asked(found)["messages"]]


@each_api
def test_a_request_alone_is_read(name: str, request_body: Any, response_body: Any, billed: int) -> None:
    found = record(request_body)

    assert (found.format, found.kind, sent(found)) == (f"{name}.request", "chat", SENT)
    assert "non_openai" in found.flags


@each_api
def test_an_answer_alone_is_read(name: str, request_body: Any, response_body: Any, billed: int) -> None:
    found = record(response_body)

    assert (found.format, answered(found), used(found).input) == (f"{name}.response", ["Because."], billed)
    assert "non_openai" in found.flags


@each_api
def test_a_pair_has_both_sides(name: str, request_body: Any, response_body: Any, billed: int) -> None:
    found = record({"request": request_body, "response": response_body})

    assert (found.format, sent(found), answered(found)) == (f"{name}.pair", SENT, ["Because."])
    assert (used(found).input, used(found).output) == (billed, 3)


@each_api
def test_bodies_in_strings_are_read(name: str, request_body: Any, response_body: Any, billed: int) -> None:
    found = record({"request": json.dumps(request_body), "response": json.dumps(response_body)})

    assert (found.format, sent(found), answered(found)) == (f"{name}.pair", SENT, ["Because."])


@each_api
def test_an_answer_next_to_the_keys_of_its_request_is_read(
    name: str, request_body: Any, response_body: Any, billed: int
) -> None:
    found = record({**request_body, "response": response_body})

    assert (found.format, sent(found), answered(found)) == (f"{name}.request", SENT, ["Because."])
    assert used(found).input == billed


@each_api
def test_bodies_are_found_inside_an_envelope(
    name: str, request_body: Any, response_body: Any, billed: int
) -> None:
    found = record(
        {"level": "info", "fields": {"call": {"request": request_body, "response": response_body}}}
    )

    assert (found.format, sent(found), used(found).input) == (f"{name}.pair", SENT, billed)


def span(**attributes: str) -> dict[str, Any]:
    """A span of OpenTelemetry in OTLP JSON."""
    listed = [
        {"key": name.replace("__", "."), "value": {"stringValue": value}}
        for name, value in attributes.items()
    ]
    return {
        "resourceSpans": [
            {"scopeSpans": [{"spans": [{"spanId": "a", "name": "chat", "attributes": listed}]}]}
        ]
    }


ENVELOPES: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "helicone": lambda sent, got: {"request_id": "r", "request_body": sent, "response_body": got},
    "portkey": lambda sent, got: {"ai_org": "x", "ai_model": "m", "request": sent, "response": got},
    "openpipe": lambda sent, got: {"input": sent, "output": got, "tags": {}},
    "kong": lambda sent, got: {
        "latencies": {},
        "ai": {
            "proxy": {
                "meta": {},
                "usage": {},
                "payload": {"request": json.dumps(sent), "response": json.dumps(got)},
            }
        },
    },
    "tensorzero": lambda sent, got: {
        "inference_id": "i",
        "raw_request": json.dumps(sent),
        "raw_response": json.dumps(got),
        "model_name": "m",
        "model_provider_name": "p",
    },
    "langfuse": lambda sent, got: {"type": "GENERATION", "traceId": "t", "input": sent, "output": got},
    "langsmith": lambda sent, got: {"run_type": "llm", "inputs": sent, "outputs": got},
    "weave": lambda sent, got: {
        "op_name": "weave:///e/p/op/google.genai.models.Models.generate_content:a, messages",
        "trace_id": "t",
        "inputs": {"self": "c", **sent},
        "output": got,
    },
    "braintrust": lambda sent, got: {
        "span_id": "s",
        "root_span_id": "r",
        "span_parents": ["r"],
        "input": sent,
        "output": got,
        "metadata": {},
        "metrics": {},
        "span_attributes": {"type": "llm"},
    },
    "opik": lambda sent, got: {
        "project_id": "p",
        "trace_id": "t",
        "type": "llm",
        "name": "chat",
        "input": sent,
        "output": got,
        "usage": {},
    },
    "mlflow": lambda sent, got: span(
        mlflow__spanType='"CHAT_MODEL"',
        mlflow__spanInputs=json.dumps(sent),
        mlflow__spanOutputs=json.dumps(got),
    ),
    "openinference": lambda sent, got: span(
        openinference__span__kind="LLM", input__value=json.dumps(sent), output__value=json.dumps(got)
    ),
    "http": lambda sent, got: {
        "request": {"method": "POST", "headers": {}, "body": sent},
        "response": {"status": 200, "headers": {}, "body": got},
    },
    "har": lambda sent, got: {
        "log": {
            "entries": [
                {
                    "request": {
                        "url": "https://api.anthropic.com/v1/messages",
                        "postData": {"text": json.dumps(sent)},
                    },
                    "response": {"status": 200, "content": {"text": json.dumps(got)}},
                }
            ]
        }
    },
}


@each_api
@pytest.mark.parametrize("envelope", ENVELOPES)
def test_logs_of_gateways_platforms_and_traces_hold_these_bodies(
    envelope: str, name: str, request_body: Any, response_body: Any, billed: int
) -> None:
    found = record(ENVELOPES[envelope](request_body, response_body))

    assert (sent(found), answered(found), used(found).input) == (SENT, ["Because."], billed)


def test_litellm_logs_the_answers_of_anthropics_api() -> None:
    found = record(
        {
            "call_type": "anthropic_messages",
            "response_cost": 0.1,
            "model_parameters": {name: value for name, value in CLAUDE.items() if name != "messages"},
            "messages": CLAUDE["messages"],
            "response": CLAUDE_ANSWER,
        }
    )

    assert (sent(found), answered(found), used(found).input) == (SENT, ["Because."], 15)


EXCHANGES = [
    ("https://api.anthropic.com/v1/messages?beta=true", CLAUDE, CLAUDE_ANSWER, "claude-sonnet-4-5"),
    (
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
        GEMINI,
        GEMINI_ANSWER,
        "gemini-2.5-flash",
    ),
    (
        "https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-flash:streamGenerateContent",
        GEMINI,
        [GEMINI_ANSWER],
        "gemini-2.5-flash",
    ),
    (
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-lite-v1%3A0/converse",
        CONVERSE,
        CONVERSE_ANSWER,
        "us.amazon.nova-lite-v1:0",
    ),
    (
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-haiku-20240307-v1:0/invoke",
        {**CLAUDE, "anthropic_version": "bedrock-2023-05-31", "model": None},
        CLAUDE_ANSWER,
        "anthropic.claude-3-haiku-20240307-v1:0",
    ),
    ("https://api.cohere.com/v2/chat", COHERE, COHERE_ANSWER, "command-a-03-2025"),
]


@pytest.mark.parametrize(("url", "request_body", "response_body", "model"), EXCHANGES)
def test_recordings_of_these_hosts_are_read(
    url: str, request_body: Any, response_body: Any, model: str
) -> None:
    recorded = {
        "request": {"uri": url, "method": "POST", "body": json.dumps(request_body)},
        "response": {"status": {"code": 200}, "body": {"string": json.dumps(response_body)}},
    }
    found = record({"interactions": [recorded]})

    assert (found.format, found.model, sent(found), answered(found)) == ("vcr", model, SENT, ["Because."])
    assert used(found).output == 3


def test_the_url_of_a_pair_names_the_model() -> None:
    url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent"

    assert record({"url": url, "request": GEMINI}).model == "gemini-2.5-flash"


@pytest.mark.parametrize(
    "url",
    ["https://api.anthropic.com/v1/messages/count_tokens", "https://x.amazonaws.com/model/m/count-tokens"],
)
def test_requests_that_only_count_tokens_are_no_calls(url: str) -> None:
    recorded = {"request": {"uri": url, "body": json.dumps(CLAUDE)}, "response": {"status": {"code": 200}}}

    assert reasons({"interactions": [recorded]}) == [("not_llm", "vcr")]


@pytest.mark.parametrize(
    ("extra", "name"),
    [
        ({"model": "gpt-4o"}, "openai.chat.request"),
        ({"model": "anthropic/claude-sonnet-4"}, "openai.chat.request"),
        (
            {"model": "gpt-4o", "tools": [{"type": "function", "function": {"name": "f"}}]},
            "openai.chat.request",
        ),
    ],
)
def test_a_request_in_openais_shape_stays_one(extra: dict[str, Any], name: str) -> None:
    found = record({"messages": [{"role": "user", "content": "Why?"}], "max_tokens": 5, **extra})

    assert (found.format, found.request and found.request["max_tokens"]) == (name, 5)


@pytest.mark.parametrize(
    "value",
    [
        {"model": "gpt-4o", "messages": [{"role": "user", "content": [{"text": "Why?"}]}], "temperature": 0},
        {
            "model": "gpt-4o",
            "messages": [{"role": "user", "content": "Why?"}],
            "tools": [{"input_schema": {}}],
        },
        {
            "message": {"role": "assistant", "content": [{"type": "text", "text": "Because."}]},
            "finish_reason": "stop",
        },
        {"key": "a", "error": {"message": "No."}, "level": "error", "text": "Why?"},
    ],
)
def test_what_looks_a_little_like_these_bodies_is_not_another_vendors(value: dict[str, Any]) -> None:
    for item in items(value):
        assert "non_openai" not in getattr(item, "flags", ())
        assert not str(item.format).startswith(("cohere", "gemini", "bedrock"))


def test_mistrals_safe_prompt_is_hidden_context() -> None:
    messages = [{"role": "user", "content": "Why?"}]
    plain = record({"model": "mistral-small-latest", "messages": messages, "random_seed": 1})
    guarded = record({"model": "mistral-small-latest", "messages": messages, "safe_prompt": True})

    assert (plain.format, asked(plain)["seed"], plain.flags) == ("mistral.chat.request", 1, ("non_openai",))
    assert guarded.flags == ("hidden_context", "non_openai")
