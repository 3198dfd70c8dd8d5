"""Azure: rows of one call are joined before they are parsed."""

import json
from typing import Any

import pytest
from support.reading import answered, asked, reasons, record, records, used

from tokcount.logs.formats.gateways import azure

TOKENS: dict[str, Any] = {
    "TimeGenerated": "2025-05-21T01:02:03Z",
    "CorrelationId": "c1",
    "SequenceNumber": 0,
    "DeploymentName": "my-prod",
    "ModelName": "gpt-4o-2024-11-20",
    "PromptTokens": 24,
    "CompletionTokens": 2,
    "TotalTokens": 26,
    "RequestMessages": "",
    "ResponseMessages": "",
}


def chunk(number: int, **columns: str) -> dict[str, Any]:
    """A row that holds a piece of the messages."""
    return {
        "CorrelationId": "c1",
        "SequenceNumber": number,
        "PromptTokens": 0,
        "CompletionTokens": 0,
        **columns,
    }


ASKED = chunk(1, RequestMessages='[{"role": "user", "content": "capital of France?"}]')
ANSWERED = chunk(2, ResponseMessages='[{"role": "assistant", "content": "Paris."}]')


def test_the_rows_of_a_call_are_one_record() -> None:
    found = record(TOKENS, ASKED, ANSWERED)

    assert (found.format, found.kind, found.id, found.line) == ("azure.apim", "chat", "c1", 1)
    assert (found.model, found.deployment) == ("gpt-4o-2024-11-20", "my-prod")
    assert asked(found)["messages"][0]["content"] == "capital of France?"
    assert answered(found) == ["Paris."]
    assert (used(found).input, used(found).output) == (24, 2)


def test_messages_cut_into_chunks_are_joined_in_order_then_parsed() -> None:
    text = ASKED["RequestMessages"]
    rows = [
        ANSWERED | {"SequenceNumber": 4},
        chunk(2, RequestMessages=text[20:]),
        TOKENS,
        chunk(1, RequestMessages=text[:20]),
    ]

    assert asked(record(*rows))["messages"] == [{"role": "user", "content": "capital of France?"}]


def test_calls_whose_rows_are_mixed_are_told_apart() -> None:
    other = [row | {"CorrelationId": "c2"} for row in (TOKENS, ASKED)]

    assert [found.id for found in records(TOKENS, other[0], ASKED, other[1])] == ["c1", "c2"]


def test_a_call_without_messages_is_usage() -> None:
    assert (record(TOKENS).kind, record(TOKENS).flags) == ("usage", ("no_text",))


def test_numbers_may_be_text_as_in_csv() -> None:
    assert used(record(TOKENS | {"PromptTokens": "24", "SequenceNumber": "0"}, ASKED)).input == 24


DIAGNOSTICS: dict[str, Any] = {
    "category": "RequestResponse",
    "time": "2025-05-21T01:02:03Z",
    "correlationId": "c9",
    "resultSignature": "200",
    "properties": json.dumps(
        {
            "apiName": "Azure OpenAI",
            "modelDeploymentName": "my-prod",
            "modelName": "gpt-4o",
            "requestLength": 120,
            "responseLength": 300,
        }
    ),
}


def test_diagnostics_name_the_model_and_hold_no_text() -> None:
    found = record(DIAGNOSTICS)

    assert (found.format, found.kind, found.flags) == ("azure.diagnostics", "usage", ("no_text",))
    assert (found.model, found.deployment) == ("gpt-4o", "my-prod")


def test_diagnostics_with_bodies_are_read() -> None:
    body = '{"messages": [{"role": "user", "content": "hi"}]}'

    assert asked(record(DIAGNOSTICS | {"backend_request_body": body}))["messages"][0]["content"] == "hi"


def test_failed_diagnostics_are_errors() -> None:
    assert reasons(DIAGNOSTICS | {"resultSignature": "429"}) == [("error", "azure.diagnostics")]


def test_messages_may_be_parsed_lists_bodies_or_text() -> None:
    lists = record(
        TOKENS | {"RequestMessages": [{"role": "user", "content": "a"}]}, chunk(1, RequestMessages="")
    )
    body = record(TOKENS | {"RequestMessages": '{"messages": [{"role": "user", "content": "b"}]}'})
    single = record(
        TOKENS | {"RequestMessages": '{"role": "user", "content": "c"}', "ResponseMessages": "text"}
    )
    pieces = record(
        TOKENS,
        chunk(1, RequestMessages='[{"role": "user", "content": "d"}]'),
        chunk(2, RequestMessages='[{"role": "user", "content": "e"}]'),
        chunk(3, ResponseMessages='{"choices": [{"message": {"role": "assistant", "content": "f"}}]}'),
    )

    assert asked(lists)["messages"][0]["content"] == "a"
    assert asked(body)["messages"][0]["content"] == "b"
    assert (asked(single)["messages"][0]["content"], answered(single)) == ("c", ["text"])
    assert [message["content"] for message in asked(pieces)["messages"]] == ["d", "e"]
    assert answered(pieces) == ["f"]


def test_calls_left_open_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(azure, "_OPEN_CALLS", 2)
    rows = [TOKENS | {"CorrelationId": f"c{number}"} for number in range(5)]

    assert [found.id for found in records(*rows)] == ["c0", "c1", "c2", "c3", "c4"]
