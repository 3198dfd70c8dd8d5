"""Bodies of Bedrock's InvokeModel that hold a prompt and the text that follows it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.reading import answered, asked, reasons, record, used

METRICS = {"amazon-bedrock-invocationMetrics": {"inputTokenCount": 9, "outputTokenCount": 3}}


def invocation(model: str, sent: Any, received: Any, endpoint: str = "invoke") -> dict[str, Any]:
    url = f"https://bedrock-runtime.us-east-1.amazonaws.com/model/{model}/{endpoint}"
    return {
        "request": {"uri": url, "body": json.dumps(sent)},
        "response": {"status": 200, "body": {"string": json.dumps(received)}},
    }


@pytest.mark.parametrize(
    ("model", "sent", "received", "endpoint"),
    [
        (
            "amazon.titan-text-express-v1",
            {"inputText": "Why?"},
            {"inputTextTokenCount": 9, "results": [{"tokenCount": 3, "outputText": "Because."}]},
            "invoke",
        ),
        (
            "meta.llama3-8b-instruct-v1:0",
            {"prompt": "Why?", "max_gen_len": 64},
            {"generation": "Because.", "prompt_token_count": 9, "generation_token_count": 3},
            "invoke",
        ),
        (
            "meta.llama3-8b-instruct-v1:0",
            {"prompt": "Why?"},
            [{"generation": "Be"}, {"generation": "cause.", **METRICS}],
            "invoke-with-response-stream",
        ),
        (
            "amazon.nova-lite-v1:0",
            {"prompt": "Why?"},
            [
                {"messageStart": {"role": "assistant"}},
                {"contentBlockDelta": {"delta": {"text": "Because."}, "contentBlockIndex": 0}},
                {"metadata": {"usage": {"inputTokens": 9, "outputTokens": 3}}, **METRICS},
            ],
            "invoke-with-response-stream",
        ),
    ],
)
def test_prompt_answer_and_usage_of_each_vendor_are_read(
    model: str, sent: Any, received: Any, endpoint: str
) -> None:
    found = record(invocation(model, sent, received, endpoint))

    assert (found.model, asked(found)["prompt"], answered(found)) == (model, "Why?", ["Because."])
    assert (used(found).input, used(found).output) == (9, 3)


def test_embeddings_are_not_a_call_to_a_language_model() -> None:
    found = invocation("amazon.titan-embed-text-v2:0", {"inputText": "Oslo"}, {"embedding": [0.1]})

    assert reasons(found) == [("not_llm", "vcr")]


def test_an_endpoint_of_that_name_elsewhere_is_not_bedrocks() -> None:
    found = {
        "request": {"uri": "https://example.com/chain/invoke", "body": "{}"},
        "response": {"status": 200},
    }

    assert reasons(found) == [("not_llm", "vcr")]
