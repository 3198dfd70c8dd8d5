"""The Vercel AI SDK's dialect."""

import json
from typing import Any

from support.otel import span
from support.reading import answered, asked, record, used

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
    assert [part["type"] for part in sent[0]["content"]] == ["image_url", "image_url", "file", "thinking"]
    assert sent[1].get("content") is None
    message = (found.response or {})["choices"][0]["message"]
    assert message["tool_calls"][0]["function"]["arguments"] == '{"city": "Paris"}'
    assert found.flags == ("media",)
