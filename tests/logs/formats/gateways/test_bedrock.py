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
