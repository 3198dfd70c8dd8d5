"""Helicone, Portkey, OpenPipe: the bodies inside win, the row around them fills in."""

import json
from typing import Any

import pytest
from support.reading import (
    CHAT_REQUEST,
    CHAT_RESPONSE,
    TEXT_RESPONSE,
    answered,
    asked,
    reasons,
    record,
    row,
    used,
)

HELICONE: dict[str, Any] = {
    "request_id": "q1",
    "request_created_at": "2024-05-29T13:46:19Z",
    "request_path": "https://api.openai.com/v1/chat/completions",
    "request_model": "gpt-4o-mini",
    "request_body": CHAT_REQUEST,
    "response_body": CHAT_RESPONSE,
    "response_status": 200,
    "response_model": "gpt-4o-mini-2024-07-18",
    "provider": "OPENAI",
    "request_user_id": "u1",
    "request_properties": {"appname": "MyApp"},
    "prompt_tokens": 24,
    "completion_tokens": 2,
    "prompt_cache_read_tokens": 5,
    "costUSD": 4.8e-06,
}
PORTKEY: dict[str, Any] = {
    "id": "l1",
    "trace_id": "t1",
    "created_at": "2024-10-20T00:00:00Z",
    "request": CHAT_REQUEST,
    "response": CHAT_RESPONSE,
    "is_success": True,
    "ai_org": "openai",
    "ai_model": "gpt-4o-mini",
    "req_units": 24,
    "res_units": 2,
    "total_units": 26,
    "cost": 0.00048,
    "response_status_code": 200,
    "metadata": {"_user": "u1"},
}
OPENPIPE: dict[str, Any] = {"input": CHAT_REQUEST, "output": CHAT_RESPONSE, "tags": {"prompt_id": "a"}}


@pytest.mark.parametrize(
    ("value", "name"),
    [(HELICONE, "helicone.export"), (PORTKEY, "portkey.export"), (OPENPIPE, "openpipe.export")],
)
def test_an_envelope_gives_the_call_inside(value: dict[str, Any], name: str) -> None:
    found = record(value)

    assert (found.format, found.kind) == (name, "chat")
    assert asked(found) == CHAT_REQUEST
    assert answered(found) == ["Paris."]
    assert (used(found).input, used(found).output) == (24, 2)
    assert (found.model, found.served_model) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")


def test_the_metadata_of_the_row_is_kept() -> None:
    found = record(HELICONE)

    assert (found.id, found.user, found.tags) == ("q1", "u1", ("appname:MyApp",))
    assert (used(found).cached_input, used(found).cost_usd) == (5, "4.8e-06")
    assert record(OPENPIPE).tags == ("prompt_id:a",)


def test_portkeys_cost_is_left_out_because_its_unit_is_not_documented() -> None:
    assert used(record(PORTKEY)).cost_usd is None


def test_a_request_may_be_logged_with_its_url_and_headers() -> None:
    whole = {"url": "https://api.openai.com/v1/chat/completions", "headers": {}, "body": CHAT_REQUEST}

    assert asked(record(PORTKEY | {"request": whole})) == CHAT_REQUEST


def test_a_body_that_was_too_large_to_keep_is_truncated_usage() -> None:
    stub = {"tooLarge": True, "heliconeMessage": "Request body too large"}
    found = record(HELICONE | {"request_body": stub, "response_body": {}, "prompt_tokens": 90000})

    assert (found.kind, found.flags, used(found).input) == ("usage", ("truncated",), 90000)


def test_a_row_without_bodies_is_usage() -> None:
    bare = {key: value for key, value in HELICONE.items() if not key.endswith("_body")}

    assert (record(bare).kind, record(bare).flags) == ("usage", ("no_text",))


def test_bodies_in_csv_are_json_text() -> None:
    columns = {
        "request_id": "q1",
        "request_created_at": "2024-05-29T13:46:19Z",
        "request_body": json.dumps(CHAT_REQUEST),
        "response_body": json.dumps(CHAT_RESPONSE),
        "response_status": "200",
    }

    assert asked(record(row(**columns))) == CHAT_REQUEST


def test_a_streamed_answer_is_put_together() -> None:
    chunks = [
        {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": piece}}]}
        for piece in ("Pa", "ris")
    ]
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"

    assert answered(record(PORTKEY | {"response": stream})) == ["Paris"]


def test_the_path_decides_the_kind() -> None:
    legacy = {
        "request_path": "/v1/completions",
        "request_body": {"model": "davinci-002", "prompt": "a joke"},
        "response_body": TEXT_RESPONSE,
    }

    assert record(HELICONE | legacy).kind == "completions"
    assert reasons(HELICONE | {"request_path": "/v1/embeddings"}) == [("not_llm", "helicone.export")]


@pytest.mark.parametrize(
    "value",
    [
        HELICONE | {"response_status": 429},
        PORTKEY | {"is_success": False},
        PORTKEY | {"response_status_code": "500"},
    ],
)
def test_failed_calls_are_errors(value: dict[str, Any]) -> None:
    assert [reason for reason, _ in reasons(value)] == ["error"]


def test_another_vendors_model_is_flagged() -> None:
    found = record(PORTKEY | {"ai_org": "anthropic", "ai_model": "claude-3-haiku", "response": None})

    assert "non_openai" in found.flags
