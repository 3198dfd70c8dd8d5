"""Amazon Bedrock's log: the bodies of the vendors whose models it serves."""

from typing import Any

import pytest
from support.reading import reasons, record


def bedrock(model: str, asked: Any, answered: Any) -> dict[str, Any]:
    return {
        "schemaType": "ModelInvocationLog",
        "operation": "InvokeModel",
        "modelId": model,
        "input": {"inputBodyJson": asked, "inputTokenCount": 5},
        "output": {"outputBodyJson": answered, "outputTokenCount": 6},
    }


@pytest.mark.parametrize(
    "answered",
    [
        {"results": [{"tokenCount": 6, "outputText": "Rain."}]},
        {"outputs": [{"text": "Rain.", "stop_reason": "stop"}]},
        {"generations": [{"text": "Rain.", "id": "g"}]},
        {"generation": "Rain.", "stop_reason": "stop"},
    ],
)
def test_the_answer_of_each_vendor_is_read(answered: dict[str, Any]) -> None:
    found = record(bedrock("amazon.titan-text-express-v1", {"inputText": "Weather in Oslo?"}, answered))

    assert found.response is not None
    assert [choice["text"] for choice in found.response["choices"]] == ["Rain."]


def test_an_embedding_is_not_a_call_to_a_language_model() -> None:
    found = bedrock("amazon.titan-embed-text-v2:0", {"inputText": "Oslo"}, {"embedding": [0.1]})

    assert reasons(found) == [("not_llm", "bedrock.invocation")]


@pytest.mark.parametrize(
    "events",
    [
        [
            {"contentBlockDelta": {"delta": {"text": "Let me see."}, "contentBlockIndex": 0}},
            {
                "contentBlockStart": {
                    "start": {"toolUse": {"toolUseId": "t", "name": "w"}},
                    "contentBlockIndex": 1,
                }
            },
            {"contentBlockDelta": {"delta": {"toolUse": {"input": '{"city":'}}, "contentBlockIndex": 1}},
            {"contentBlockDelta": {"delta": {"toolUse": {"input": '"Oslo"}'}}, "contentBlockIndex": 1}},
        ],
        [
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": "Let me see."},
            },
            {
                "type": "content_block_start",
                "index": 1,
                "content_block": {"type": "tool_use", "id": "t", "name": "w", "input": {}},
            },
            {"type": "content_block_delta", "index": 1, "delta": {"partial_json": '{"city":'}},
            {"type": "content_block_delta", "index": 1, "delta": {"partial_json": '"Oslo"}'}},
        ],
    ],
)
def test_calls_of_tools_in_a_stream_are_part_of_the_answer(events: list[Any]) -> None:
    asked = {"messages": [{"role": "user", "content": [{"text": "Weather in Oslo?"}]}]}
    found = record(bedrock("anthropic.claude-sonnet-4", asked, events))

    assert found.response is not None
    message = found.response["choices"][0]["message"]
    assert message["content"] == "Let me see."
    assert message["tool_calls"][0]["function"] == {"name": "w", "arguments": '{"city":"Oslo"}'}
