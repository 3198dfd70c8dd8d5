"""Streams of other vendors' APIs: as values, as the text of events, and as one answer of a pair."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.reading import answered, items, reasons, record, records, used

from tokcount.logs.record import Record

CLAUDE: list[dict[str, Any]] = [
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": [],
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": 4, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Be"}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "cause."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
    {"type": "message_stop"},
]
GEMINI: list[dict[str, Any]] = [
    {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "Be"}]}}],
        "usageMetadata": {"promptTokenCount": 14, "totalTokenCount": 14},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "g1",
    },
    {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "cause."}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 14, "candidatesTokenCount": 3, "totalTokenCount": 17},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "g1",
    },
]
CONVERSE: list[dict[str, Any]] = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"delta": {"text": "Be"}, "contentBlockIndex": 0}},
    {"contentBlockDelta": {"delta": {"text": "cause."}, "contentBlockIndex": 0}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "end_turn"}},
    {"metadata": {"usage": {"inputTokens": 14, "outputTokens": 3, "totalTokens": 17}}},
]
COHERE: list[dict[str, Any]] = [
    {"type": "message-start", "id": "c1", "delta": {"message": {"role": "assistant"}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Be"}}}},
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "cause."}}}},
    {
        "type": "message-end",
        "delta": {
            "finish_reason": "COMPLETE",
            "usage": {"billed_units": {"input_tokens": 14, "output_tokens": 3}},
        },
    },
]
STREAMS = [
    ("anthropic.messages.stream", CLAUDE),
    ("gemini.stream", GEMINI),
    ("bedrock.converse.stream", CONVERSE),
    ("cohere.chat.stream", COHERE),
]
each_stream = pytest.mark.parametrize(("name", "chunks"), STREAMS, ids=[name for name, _ in STREAMS])


def seen(found: Record) -> tuple[Any, ...]:
    return answered(found), used(found).input, used(found).output


@each_stream
def test_the_chunks_of_a_file_are_put_together(name: str, chunks: list[Any]) -> None:
    found = record(*chunks)

    assert (found.format, found.line, seen(found)) == (name, 1, (["Because."], 14, 3))
    assert used(found).source == "stream"


@each_stream
def test_two_streams_of_a_file_are_two_records(name: str, chunks: list[Any]) -> None:
    again = [json.loads(json.dumps(chunk).replace('"g1"', '"g2"')) for chunk in chunks]

    assert [seen(found) for found in records(*chunks, *again)] == [(["Because."], 14, 3)] * 2


@each_stream
def test_a_stream_that_was_cut_off_has_what_came(name: str, chunks: list[Any]) -> None:
    whole = ["cause." in json.dumps(chunk) for chunk in chunks].index(True)
    (found,) = items(*chunks[:whole])

    assert isinstance(found, Record)
    assert (found.format, answered(found)) in [(name, ["Be"]), ("gemini.response", ["Be"])]


@each_stream
@pytest.mark.parametrize("as_text", [True, False])
def test_the_stream_of_a_pair_is_its_answer(name: str, chunks: list[Any], as_text: bool) -> None:
    text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks)
    call = {"model": "m", "messages": [{"role": "user", "content": "Why?"}]}

    assert seen(record({"request": call, "response": text if as_text else chunks})) == (["Because."], 14, 3)


@each_stream
def test_a_list_of_chunks_is_one_stream(name: str, chunks: list[Any]) -> None:
    assert seen(record(chunks)) == (["Because."], 14, 3)


def test_the_fragments_of_a_call_keep_the_text_of_its_arguments() -> None:
    started = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    found = record(
        CLAUDE[0],
        {"type": "content_block_start", "index": 0, "content_block": started},
        {"type": "content_block_delta", "index": 0, "delta": {"partial_json": '{"a":'}},
        {"type": "content_block_delta", "index": 0, "delta": {"partial_json": " 1}"}},
    )

    assert found.response is not None
    (call,) = found.response["choices"][0]["message"]["tool_calls"]
    assert call["function"] == {"name": "f", "arguments": '{"a": 1}'}


def test_a_stream_that_ends_with_an_error_failed() -> None:
    failed = [CLAUDE[0], {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}]
    text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in failed)
    call = {"model": "claude-sonnet-4-5", "messages": [{"role": "user", "content": "Why?"}]}

    assert reasons({"request": call, "response": text}) == [("error", "openai.error")]
