"""The older Traceloop dialect."""

from typing import Any

import pytest
from support.otel import otlp, span
from support.reading import answered, asked, reasons, record, used

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
