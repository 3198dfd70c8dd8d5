"""The OpenInference dialect."""

import json
from typing import Any

import pytest
from support.otel import span
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, answered, asked, record, used

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
