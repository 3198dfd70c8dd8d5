"""Files of the batch APIs of other vendors: requests and answers are joined, and what failed is no record."""

from __future__ import annotations

from typing import Any

import pytest
from support.reading import answered, asked, items, reasons, record, used

from tokcount.logs.record import Record

CLAUDE = {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Why?"}]}
CLAUDE_ANSWER = {
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "text", "text": "Because."}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 10, "output_tokens": 3, "service_tier": "batch"},
}
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Why?"}]}]}
GEMINI_ANSWER = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Because."}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 3, "totalTokenCount": 13},
}
INVOKED = {"anthropic_version": "bedrock-2023-05-31", **CLAUDE}
SIDES = [
    (
        "anthropic.batch.output",
        {"custom_id": "a", "params": CLAUDE},
        {"custom_id": "a", "result": {"type": "succeeded", "message": CLAUDE_ANSWER}},
    ),
    ("gemini.batch.output", {"key": "a", "request": GEMINI}, {"key": "a", "response": GEMINI_ANSWER}),
    (
        "bedrock.batch.output",
        {"recordId": "a", "modelInput": INVOKED},
        {"recordId": "a", "modelInput": INVOKED, "modelOutput": CLAUDE_ANSWER},
    ),
]


@pytest.mark.parametrize(("name", "sent", "got"), SIDES, ids=[name for name, _, _ in SIDES])
@pytest.mark.parametrize("turned", [False, True])
def test_both_sides_of_a_call_are_one_record(
    name: str, sent: dict[str, Any], got: dict[str, Any], turned: bool
) -> None:
    found = record(*((got, sent) if turned else (sent, got)))

    assert (found.format, found.custom_id, found.tier) == (name, "a", "batch")
    assert (asked(found)["messages"], answered(found)) == (
        [{"role": "user", "content": "Why?"}],
        ["Because."],
    )
    assert (used(found).input, used(found).output) == (10, 3)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"custom_id": "a", "result": {"type": "canceled"}}, "anthropic.batch.output"),
        (
            {"custom_id": "a", "result": {"type": "errored", "error": {"error": {"type": "api_error"}}}},
            "anthropic.batch.output",
        ),
        ({"key": "a", "error": {"code": 13, "message": "No."}}, "gemini.batch.output"),
        ({"recordId": "a", "modelInput": INVOKED, "error": {"errorCode": 400}}, "bedrock.batch.output"),
        (
            {"status": "Bad Request", "processed_time": "2026-01-01T00:00:00Z", "request": GEMINI},
            "vertex.batch",
        ),
    ],
)
def test_a_line_of_a_failed_call_is_an_error(line: dict[str, Any], name: str) -> None:
    assert reasons(line) == [("error", name)]


def test_a_line_of_vertex_has_both_sides_and_its_host() -> None:
    found = record(
        {
            "status": "",
            "processed_time": "2026-01-01T00:00:00Z",
            "request": GEMINI,
            "response": {**GEMINI_ANSWER, "modelVersion": "gemini-2.5-flash"},
        }
    )

    assert (found.format, found.tier, found.host, used(found).input) == (
        "vertex.batch",
        "batch",
        "vertex_ai",
        10,
    )
    assert (asked(found)["messages"], answered(found)) == (
        [{"role": "user", "content": "Why?"}],
        ["Because."],
    )


def test_batches_of_claude_on_vertex_name_their_requests() -> None:
    (found,) = items({"custom_id": "a", "request": {"anthropic_version": "vertex-2023-10-16", **CLAUDE}})

    assert isinstance(found, Record)
    assert found.format == "anthropic.batch.input"
