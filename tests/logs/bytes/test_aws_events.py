"""Amazon's binary event streams, as Bedrock sends them and as recordings keep them."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import answered, record, used

from tokcount.logs.bytes.aws_events import begins_message, events


def message(kind: str, payload: Any) -> bytes:
    """A message of an event stream."""
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in ((":event-type", kind), (":content-type", "application/json"))
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", len(headers) + len(body) + 16, len(headers))
    whole = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + body
    return whole + struct.pack(">I", binascii.crc32(whole))


CONVERSE = [
    ("messageStart", {"role": "assistant"}),
    ("contentBlockDelta", {"delta": {"text": "Because."}, "contentBlockIndex": 0, "p": "abc"}),
    ("messageStop", {"stopReason": "end_turn"}),
    ("metadata", {"usage": {"inputTokens": 14, "outputTokens": 3, "totalTokens": 17}}),
]
OWN = [
    {"type": "message_start", "message": {"model": "claude-3-haiku", "usage": {"input_tokens": 14}}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Because."}},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
]


def chunk(event: Any) -> bytes:
    return message("chunk", {"bytes": base64.b64encode(json.dumps(event).encode()).decode(), "p": "ab"})


@pytest.mark.parametrize(
    ("stream", "endpoint"),
    [
        (b"".join(message(kind, payload) for kind, payload in CONVERSE), "converse-stream"),
        (b"".join(map(chunk, OWN)), "invoke-with-response-stream"),
    ],
)
def test_a_recorded_stream_is_an_answer(stream: bytes, endpoint: str) -> None:
    url = f"https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-haiku/{endpoint}"
    asked = {"messages": [{"role": "user", "content": [{"type": "text", "text": "Why?"}]}]}
    found = record(
        {
            "request": {"uri": url, "body": json.dumps(asked)},
            "response": {"status": 200, "body": {"base64_string": base64.b64encode(stream).decode()}},
        }
    )

    assert (answered(found), used(found).input, used(found).output) == (["Because."], 14, 3)


def test_a_stream_that_is_cut_off_has_its_whole_messages() -> None:
    stream = b"".join(message(kind, payload) for kind, payload in CONVERSE)

    assert [next(iter(event)) for event in events(stream[:-5])] == [kind for kind, _ in CONVERSE[:-1]]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_raising(data: bytes) -> None:
    assert list(events(data)) == [] or begins_message(data)
