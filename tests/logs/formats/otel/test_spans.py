"""Spans: every container and dialect gives the same calls; only leaf LLM spans count."""

import json
from typing import Any

import pytest
from support.reading import (
    CHAT_REQUEST,
    CHAT_RESPONSE,
    answered,
    asked,
    items,
    reasons,
    record,
    records,
    used,
)

from tokcount.logs.record import Record, Skipped

GENAI: dict[str, Any] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]),
    "gen_ai.output.messages": json.dumps(
        [{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}], "finish_reason": "stop"}]
    ),
    "gen_ai.usage.input_tokens": 8,
    "gen_ai.usage.output_tokens": 2,
}


def span(attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A span as the console exporter prints it."""
    return {
        "name": "chat",
        "context": {"trace_id": "0x1f", "span_id": "0xa1"},
        "start_time": "2026-11-22T11:30:38.577155Z",
        "attributes": attributes,
        **more,
    }


def otlp(*attributes: dict[str, Any], snake: bool = False, old: bool = False) -> dict[str, Any]:
    """An OTLP message with one span for each set of attributes."""
    spans = [
        {
            "spanId": f"a{index}",
            "name": "chat",
            "startTimeUnixNano": "1795347038577154969",
            "attributes": [{"key": key, "value": _any_value(value)} for key, value in each.items()],
        }
        for index, each in enumerate(attributes)
    ]
    if snake:
        return {"resource_spans": [{"scope_spans": [{"spans": spans}]}]}
    scopes = "instrumentationLibrarySpans" if old else "scopeSpans"
    return {"resourceSpans": [{"resource": {}, scopes: [{"spans": spans}]}]}


def _any_value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any_value(item) for item in value]}}
    if isinstance(value, dict):
        pairs = [{"key": key, "value": _any_value(item)} for key, item in value.items()]
        return {"kvlistValue": {"values": pairs}}
    return {"stringValue": value}


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


def test_a_rewrapped_legacy_prompt_is_a_completions_prompt_again() -> None:
    found = record(span(GENAI | {"gen_ai.operation.name": "text_completion"}))

    assert (found.kind, asked(found)["prompt"], answered(found)) == ("completions", "Hi", ["Hello"])


def test_structured_attributes_and_their_parts_become_chat_messages() -> None:
    messages = [
        {"role": "user", "parts": [{"type": "text", "content": "weather?"}]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "get", "arguments": {"city": "Paris"}}],
        },
        {
            "role": "tool",
            "parts": [
                {"type": "tool_call_response", "id": "c1", "response": "18C"},
                {"type": "tool_call_response", "id": "c2", "response": {"t": 3}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "look"},
                {"type": "uri", "modality": "image", "uri": "https://x.test/a.png"},
            ],
        },
    ]
    tools = [{"type": "function", "name": "get", "description": "d", "parameters": {"type": "object"}}]
    found = record(
        otlp(
            GENAI
            | {
                "gen_ai.input.messages": messages,
                "gen_ai.system_instructions": [{"type": "text", "content": "Be brief."}],
                "gen_ai.tool.definitions": json.dumps(tools),
            }
        )
    )

    sent = asked(found)["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "tool", "tool", "user"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "get", "arguments": '{"city":"Paris"}'}
    assert sent[4]["content"] == '{"t":3}'
    assert sent[5]["content"][1]["type"] == "image_url"
    assert asked(found)["tools"][0]["function"]["name"] == "get"
    assert set(found.flags) == {"reserialised", "media"}


def test_arguments_that_are_still_a_string_are_the_original() -> None:
    call = {"type": "tool_call", "id": "c1", "name": "get", "arguments": '{"city": "Paris"}'}
    messages = [{"role": "assistant", "parts": [call]}]

    found = record(span(GENAI | {"gen_ai.input.messages": json.dumps(messages)}))

    assert asked(found)["messages"][0]["tool_calls"][0]["function"]["arguments"] == '{"city": "Paris"}'
    assert found.flags == ()


@pytest.mark.parametrize(
    ("names", "field"),
    [
        (("gen_ai.usage.prompt_tokens", "gen_ai.usage.input_tokens"), "input"),
        (("gen_ai.usage.completion_tokens", "gen_ai.usage.output_tokens"), "output"),
        (("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"), "cached_input"),
        (("gen_ai.usage.reasoning_tokens", "gen_ai.usage.reasoning.output_tokens"), "reasoning"),
        (("gen_ai.usage.total_tokens", "llm.usage.total_tokens"), "total"),
    ],
)
def test_old_and_new_names_of_token_counts_are_read(names: tuple[str, ...], field: str) -> None:
    bare = {key: value for key, value in GENAI.items() if not key.startswith("gen_ai.usage.")}

    counted = {
        getattr(used(record(span(bare | {"gen_ai.usage.output_tokens": 7, name: 7}))), field)
        for name in names
    }

    assert counted == {7}


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


TRACELOOP: dict[str, Any] = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "weather?",
    "gen_ai.prompt.1.role": "assistant",
    "gen_ai.prompt.1.tool_calls.0.id": "c1",
    "gen_ai.prompt.1.tool_calls.0.name": "get_weather",
    "gen_ai.prompt.1.tool_calls.0.arguments": '{"city":"Paris"}',
    "gen_ai.prompt.2.role": "tool",
    "gen_ai.prompt.2.tool_call_id": "c1",
    "gen_ai.prompt.2.content": "18C",
    "gen_ai.prompt.10.role": "user",
    "gen_ai.prompt.10.content": '[{"type": "text", "text": "and now?"}]',
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": "18 degrees",
    "gen_ai.completion.0.finish_reason": "stop",
    "llm.request.functions.0.name": "get_weather",
    "llm.request.functions.0.parameters": '{"type": "object"}',
    "gen_ai.usage.prompt_tokens": 14,
    "gen_ai.usage.completion_tokens": 12,
    "llm.usage.total_tokens": 26,
}


@pytest.mark.parametrize(
    "value", [TRACELOOP, span(TRACELOOP), otlp(TRACELOOP)], ids=["bare", "console", "otlp"]
)
def test_the_older_traceloop_dialect(value: dict[str, Any]) -> None:
    found = record(value)

    assert (found.format, found.kind) == ("otel.traceloop", "chat")
    sent = asked(found)["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "user"]
    assert sent[1]["tool_calls"][0]["function"]["arguments"] == '{"city":"Paris"}'
    assert sent[2] == {"role": "tool", "content": "18C", "tool_call_id": "c1"}
    assert sent[3]["content"] == [{"type": "text", "text": "and now?"}]
    assert asked(found)["tools"][0]["function"]["parameters"] == {"type": "object"}
    assert answered(found) == ["18 degrees"]
    assert (used(found).input, used(found).output, used(found).total) == (14, 12, 26)


@pytest.mark.parametrize(
    "prompt",
    [
        {"gen_ai.prompt.0.user": "a joke"},
        {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "a joke"},
        {"llm.prompts.0.content": "a joke"},
    ],
)
def test_the_older_traceloop_dialect_of_completions(prompt: dict[str, str]) -> None:
    found = record(span({"llm.request.type": "completion", "gen_ai.request.model": "davinci-002", **prompt}))

    assert (found.format, found.kind, asked(found)["prompt"]) == ("otel.traceloop", "completions", "a joke")


OPENINFERENCE: dict[str, Any] = {
    "openinference.span.kind": "LLM",
    "llm.model_name": "gpt-4o-mini-2024-07-18",
    "llm.invocation_parameters": '{"model": "gpt-4o-mini", "temperature": 0}',
    "llm.token_count.prompt": 24,
    "llm.token_count.completion": 2,
    "llm.token_count.prompt_details.cache_read": 0,
}


def test_openinference_prefers_the_whole_request() -> None:
    found = record(
        span(
            OPENINFERENCE
            | {
                "input.value": json.dumps(CHAT_REQUEST),
                "input.mime_type": "application/json",
                "output.value": json.dumps(CHAT_RESPONSE),
                "llm.input_messages.0.message.role": "user",
                "llm.input_messages.0.message.content": "only a part",
            }
        )
    )

    assert found.format == "otel.openinference"
    assert asked(found) == CHAT_REQUEST
    assert answered(found) == ["Paris."]
    assert (found.model, found.served_model) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"input.value": '{"messages": [[{"lc": 1, "type": "constructor"}]]}'},
        {"input.value": "What is it?"},
    ],
)
def test_openinference_falls_back_to_its_fields(value: dict[str, str]) -> None:
    fields = {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "Describe",
        "llm.input_messages.0.message.contents.1.message_content.type": "image",
        "llm.input_messages.0.message.contents.1.message_content.image.image.url": "https://x.test/a.png",
        "llm.input_messages.1.message.role": "assistant",
        "llm.input_messages.1.message.tool_calls.0.tool_call.function.name": "f",
        "llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments": "{}",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "A cat",
        "llm.tools.0.tool.json_schema": '{"type": "function", "function": {"name": "f"}}',
    }
    found = record(span(OPENINFERENCE | fields | value))

    sent = asked(found)["messages"]
    assert [part["type"] for part in sent[0]["content"]] == ["text", "image_url"]
    assert sent[1]["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert asked(found)["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert asked(found)["temperature"] == 0
    assert answered(found) == ["A cat"]


def test_openinference_completions_have_prompts() -> None:
    found = record(
        span(
            OPENINFERENCE
            | {
                "llm.prompts.0.prompt.text": "a joke",
                "llm.choices.0.completion.text": " no",
                "input.value": "a joke",
            }
        )
    )

    assert (found.kind, asked(found)["prompt"], answered(found)) == ("completions", "a joke", [" no"])


def test_phoenix_rows_nest_their_attributes() -> None:
    value = {
        "context.span_id": "a1",
        "attributes.openinference.span.kind": "LLM",
        "attributes.llm.model_name": "gpt-4o",
        "attributes.llm.input_messages": [{"message.role": "user", "message.content": "Hi"}],
        "attributes.llm.token_count.prompt": 8.0,
        "attributes.llm.token_count.completion": 1.0,
    }

    assert asked(record(value))["messages"] == [{"role": "user", "content": "Hi"}]
    assert used(record(value)).input == 8


VERCEL: dict[str, Any] = {
    "ai.operationId": "ai.streamText.doStream",
    "ai.model.provider": "openai.chat",
    "ai.model.id": "gpt-4o-mini",
    "ai.response.model": "gpt-4o-mini-2024-07-18",
    "ai.prompt.messages": json.dumps(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "weather?"}]},
            {
                "role": "assistant",
                "content": [
                    {"type": "tool-call", "toolCallId": "c1", "toolName": "get", "input": {"city": "Paris"}}
                ],
            },
            {
                "role": "tool",
                "content": [
                    {
                        "type": "tool-result",
                        "toolCallId": "c1",
                        "toolName": "get",
                        "output": {"type": "json", "value": {"t": 18}},
                    }
                ],
            },
        ]
    ),
    "ai.prompt.tools": ['{"type": "function", "name": "get", "inputSchema": {"type": "object"}}'],
    "ai.response.text": "18 degrees",
    "ai.usage.inputTokens": 30,
    "ai.usage.outputTokens": 4,
    "ai.usage.cachedInputTokens": 5,
}


def test_the_vercel_dialect() -> None:
    found = record({"name": "x", "spanContext": {"spanId": "1"}, "attributes": VERCEL})

    assert (found.format, found.model) == ("otel.vercel", "gpt-4o-mini")
    assert found.served_model == "gpt-4o-mini-2024-07-18"
    sent = asked(found)["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "tool"]
    assert sent[2]["tool_calls"][0]["function"]["arguments"] == '{"city":"Paris"}'
    assert sent[3]["content"] == '{"t":18}'
    assert asked(found)["tools"][0]["function"] == {"name": "get", "parameters": {"type": "object"}}
    assert (used(found).input, used(found).output, used(found).cached_input) == (30, 4, 5)
    assert answered(found) == ["18 degrees"]


EVENTS = [
    {"name": "gen_ai.system.message", "attributes": {"content": "Be brief."}},
    {"name": "gen_ai.user.message", "attributes": {"gen_ai.event.content": '{"content": "weather?"}'}},
    {
        "name": "gen_ai.choice",
        "attributes": {
            "index": 0,
            "finish_reason": "stop",
            "message": '{"role": "assistant", "content": "Sun"}',
        },
    },
]


def test_messages_may_be_events_of_the_span() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}

    found = record(span(bare, events=EVENTS))

    assert asked(found)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "weather?"},
    ]
    assert answered(found) == ["Sun"]


def test_prompts_may_be_events_of_the_oldest_kind() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}
    prompt = json.dumps([{"role": "user", "content": "Hi"}])
    events = [
        {"name": "gen_ai.content.prompt", "attributes": {"gen_ai.prompt": prompt}},
        {
            "name": "gen_ai.content.completion",
            "attributes": {"gen_ai.completion": json.dumps([{"role": "assistant", "content": "Hello"}])},
        },
    ]

    found = record(span(bare, events=events))

    assert (asked(found)["messages"], answered(found)) == ([{"role": "user", "content": "Hi"}], ["Hello"])


def logs(*bodies: tuple[str, Any]) -> dict[str, Any]:
    """An OTLP message of log records of one span."""
    found = [
        {
            "timeUnixNano": "1795347038577154969",
            "spanId": "a1",
            "body": _any_value(body),
            "attributes": [{"key": "event.name", "value": {"stringValue": name}}],
        }
        for name, body in bodies
    ]
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": found}]}]}


CONVERSATION = (
    ("gen_ai.user.message", {"content": "weather?"}),
    (
        "gen_ai.assistant.message",
        {"tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get", "arguments": "{}"}}]},
    ),
    ("gen_ai.tool.message", {"content": "18C", "id": "c1"}),
    (
        "gen_ai.choice",
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Sun"}},
    ),
)


def test_messages_may_be_log_records_without_their_span() -> None:
    found = record(logs(*CONVERSATION))

    assert (found.format, found.kind, found.usage) == ("otel.genai_events", "chat", None)
    sent = asked(found)["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool"]
    assert sent[1]["tool_calls"][0]["function"] == {"name": "get", "arguments": "{}"}
    assert sent[2]["tool_call_id"] == "c1"
    assert answered(found) == ["Sun"]


def test_log_records_complete_the_span_that_follows() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}

    found = record(logs(*CONVERSATION), span(bare, context={"span_id": "0xa1"}))

    assert (found.format, found.model, used(found).input) == ("otel.genai_events", "gpt-4o-mini", 8)
    assert len(asked(found)["messages"]) == 3


def test_a_details_event_holds_the_attributes_of_the_span() -> None:
    found = record(logs(("gen_ai.client.inference.operation.details", GENAI)))

    assert asked(found)["messages"] == [{"role": "user", "content": "Hi"}]
    assert used(found).input == 8


def test_spans_of_one_message_are_told_apart() -> None:
    assert [found.index for found in records(otlp(GENAI, GENAI, GENAI))] == [0, 1, 2]


MEDIA = [
    {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
    {"type": "blob", "modality": "audio", "content": "AAAA"},
    {"type": "file", "file_id": "f1"},
    {"type": "reasoning", "content": "hm"},
    {"type": "text", "content": "look"},
]


def test_media_parts_are_kept_as_parts_and_reasoning_is_left_out() -> None:
    messages = [{"role": "user", "name": "ann", "parts": MEDIA}, {"role": "user", "content": "plain"}]
    found = record(span(GENAI | {"gen_ai.input.messages": messages}))

    first, second = asked(found)["messages"]
    assert [part["type"] for part in first["content"]] == ["image_url", "input_audio", "file", "text"]
    assert (first["name"], second["content"]) == ("ann", "plain")


def test_a_schema_and_parameters_are_part_of_the_request() -> None:
    schema = {
        "gen_ai.request.structured_output_schema": '{"type": "object"}',
        "gen_ai.request.max_tokens": 16,
    }
    found = record(span(GENAI | schema))

    assert asked(found)["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (asked(found)["max_tokens"], found.flags) == (16, ("reserialised",))


def test_system_instructions_may_be_plain_text() -> None:
    found = record(span(GENAI | {"gen_ai.system_instructions": "Be brief."}))

    assert asked(found)["messages"][0] == {"role": "system", "content": "Be brief."}


def test_old_function_calls_of_traceloop() -> None:
    calls = {
        "gen_ai.prompt.1.function_call.name": "get",
        "gen_ai.prompt.1.function_call.arguments": "{}",
        "gen_ai.prompt.2.content": "[{ no parts",
    }
    sent = asked(record(span({**TRACELOOP, **calls})))["messages"]

    assert sent[1]["function_call"] == {"name": "get", "arguments": "{}"}
    assert sent[2]["content"] == "[{ no parts"


@pytest.mark.parametrize("request_type", ["rerank", "embedding"])
def test_other_calls_of_traceloop(request_type: str) -> None:
    assert reasons(span({"llm.request.type": request_type})) == [("not_llm", "otel.traceloop")]


def test_openinference_says_when_the_text_is_masked() -> None:
    masked = {"input.value": "__REDACTED__", "output.value": "__REDACTED__"}
    found = record(span(OPENINFERENCE | masked))

    assert (found.kind, found.flags) == ("usage", ("redacted",))


def test_openinference_of_the_responses_api_keeps_its_body() -> None:
    request = {"model": "gpt-5", "input": "hi"}
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "yo"}]}
    found = record(
        span(
            OPENINFERENCE
            | {"input.value": json.dumps(request), "output.value": json.dumps({"output": [message]})}
        )
    )

    assert (found.kind, asked(found)) == ("responses", request)


def test_vercel_images_files_and_calls_in_the_answer() -> None:
    content = [
        {"type": "image", "image": "https://x.test/a.png"},
        {"type": "file", "mediaType": "image/png", "data": "AAAA"},
        {"type": "file", "mediaType": "application/pdf", "filename": "a.pdf"},
        {"type": "reasoning", "text": "hm"},
    ]
    call = {"toolCallId": "c1", "toolName": "get", "args": '{"city": "Paris"}'}
    found = record(
        span(
            VERCEL
            | {
                "ai.prompt.messages": json.dumps([{"role": "user", "content": content}, {"role": "user"}]),
                "ai.response.text": "",
                "ai.response.toolCalls": json.dumps([call]),
            }
        )
    )

    sent = asked(found)["messages"]
    assert [part["type"] for part in sent[0]["content"]] == ["image_url", "image_url", "file"]
    assert sent[1]["content"] is None
    message = (found.response or {})["choices"][0]["message"]
    assert message["tool_calls"][0]["function"]["arguments"] == '{"city": "Paris"}'
    assert found.flags == ("media",)


def test_events_of_a_span_that_was_counted_with_its_text_are_not_needed() -> None:
    assert len(records(span(GENAI, context={"span_id": "0xa1"}), logs(*CONVERSATION))) == 1


def test_other_events_and_choices_in_other_shapes() -> None:
    bare = {key: value for key, value in GENAI.items() if "messages" not in key}
    events = [
        {"name": "exception", "attributes": {}},
        {"name": "gen_ai.user.message", "attributes": {"content": "hi"}},
        {"name": "gen_ai.choice", "attributes": {"message": "plain"}},
        {"name": "gen_ai.choice", "attributes": {"message.content": "dotted"}},
        {"name": "gen_ai.content.completion", "attributes": {"gen_ai.completion": "old"}},
    ]

    assert answered(record(span(bare, events=events))) == ["plain", "dotted", "old"]
