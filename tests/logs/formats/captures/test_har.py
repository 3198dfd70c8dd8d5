"""HAR captures: the exchanges with a text endpoint."""

import base64
import gzip
import json
from typing import Any

import pytest
from support.captures import STREAM, URL
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, answered, asked, items, reasons, record, used

from tokcount.logs.record import Record, Skipped


def entry(url: str = URL, status: int = 200, **content: Any) -> dict[str, Any]:
    """An entry of a HAR file."""
    return {
        "startedDateTime": "2026-11-22T11:35:42.323622+00:00",
        "request": {"method": "POST", "url": url, "postData": {"text": json.dumps(CHAT_REQUEST)}},
        "response": {
            "status": status,
            "headers": [{"name": "X-MS-Served-Model", "value": "gpt-4o-2024-08-06"}],
            "content": {"text": json.dumps(CHAT_RESPONSE)} | content,
        },
    }


def har(*entries: Any) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": list(entries)}}


def test_an_entry_is_a_call_with_its_time() -> None:
    found = record(har(entry()))

    assert (found.format, found.kind) == ("har", "chat")
    assert found.timestamp == pytest.approx(1795347342.32, abs=0.01)
    assert asked(found) == CHAT_REQUEST
    assert (answered(found), used(found).input) == (["Paris."], 24)


@pytest.mark.parametrize(
    "content",
    [
        {"text": STREAM, "mimeType": "text/event-stream"},
        {"text": base64.b64encode(json.dumps(CHAT_RESPONSE).encode()).decode(), "encoding": "base64"},
        {"text": base64.b64encode(gzip.compress(STREAM.encode())).decode(), "encoding": "base64"},
    ],
)
def test_answers_may_be_streams_or_base64(content: dict[str, Any]) -> None:
    found = record(har(entry(**content)))

    assert (answered(found), used(found).output) == (["Paris."], 2)


def test_other_requests_and_failures_are_skipped() -> None:
    other = entry("https://api.openai.com/v1/models")
    embedding = entry("https://api.openai.com/v1/embeddings")
    failed = entry(status=429, text='{"error": {"message": "slow down", "type": "rate_limit"}}')

    assert reasons(har(other, embedding, failed)) == [
        ("not_llm", "har"),
        ("not_llm", "har"),
        ("error", "har"),
    ]


def test_azure_names_the_deployment_in_the_url_and_the_model_in_a_header() -> None:
    url = "https://x.openai.azure.com/openai/deployments/my-prod/chat/completions?api-version=2024-02-01"
    value = entry(url, text=json.dumps({"choices": CHAT_RESPONSE["choices"]}))
    value["request"]["postData"]["text"] = json.dumps({"messages": CHAT_REQUEST["messages"]})

    found = record(har(value))

    assert (found.deployment, found.model, found.served_model) == ("my-prod", "my-prod", "gpt-4o-2024-08-06")


def test_entries_that_are_no_objects_are_passed_over() -> None:
    assert [type(item) for item in items(har(None, 5, entry(), {"request": None}))] == [Record, Skipped]
