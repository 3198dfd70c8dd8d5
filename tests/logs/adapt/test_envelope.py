"""Answers next to a request, in any form, and the bodies of HTTP captures."""

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import CHAT_REQUEST

from tokcount.logs.adapt.envelope import answer_of, body_of, text_of_base64, text_of_bytes
from tokcount.logs.record import Kind

BODY = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "x"}}]}
DELTA = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "x"}}]}


def text_in(response: dict[str, Any] | None) -> list[str]:
    """The texts of an answer, of whatever kind."""
    found = response or {}
    texts = [choice.get("text") or choice["message"]["content"] for choice in found.get("choices", ())]
    return texts + [part["text"] for item in found.get("output", ()) for part in item["content"]]


@pytest.mark.parametrize("kind", ["chat", "completions", "responses"])
@pytest.mark.parametrize("value", ["x", ["x"], {"role": "assistant", "content": "x"}])
def test_a_plain_answer_becomes_a_body_of_its_kind(value: object, kind: Kind) -> None:
    assert text_in(answer_of(value, kind)) == ["x"]


@pytest.mark.parametrize("kind", ["chat", "completions", "responses"])
def test_several_plain_answers_are_several_choices(kind: Kind) -> None:
    assert text_in(answer_of(["x", "y"], kind)) == ["x", "y"]


@pytest.mark.parametrize("value", [BODY, [DELTA], json.dumps(BODY)])
def test_a_body_its_text_and_its_chunks_are_the_body(value: object) -> None:
    assert text_in(answer_of(value, "chat")) == ["x"]


@pytest.mark.parametrize("value", [None, 3, True, [], [1, None]])
def test_what_holds_no_answer_is_none(value: object) -> None:
    assert answer_of(value, "chat") is None


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bytes])
def test_packed_text_is_unpacked(pack: Any) -> None:
    assert text_of_bytes(pack("héllo".encode())) == "héllo"


def test_a_body_that_explodes_is_left_alone() -> None:
    assert text_of_bytes(gzip.compress(bytes(70 << 20))) is None


def test_zstd_is_unpacked_where_the_library_is_there() -> None:
    zstd = pytest.importorskip("backports.zstd")

    assert text_of_bytes(zstd.compress(b"hello")) == "hello"


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_nothing(data: bytes) -> None:
    for packed in (data, b"\x1f\x8b" + data, b"\x78\x9c" + data, b"\x28\xb5\x2f\xfd" + data):
        found = text_of_bytes(packed)
        assert found is None or isinstance(found, str)
    text_of_base64(base64.b64encode(data).decode())


@given(st.text(max_size=100))
def test_any_text_is_a_body_or_none(text: str) -> None:
    for start in ("", "{", "[", "data: ", 'data: {"choices": '):
        found = body_of(start + text)
        assert found is None or isinstance(found, dict)


def test_text_that_is_no_base64_has_no_body() -> None:
    assert text_of_base64("a") is None


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_body_that_is_damaged_is_none(pack: Any) -> None:
    packed = pack(json.dumps(CHAT_REQUEST).encode() * 40)

    assert text_of_bytes(packed[:12] + b"\xff\x00\xff" * 20) is None


def test_a_body_that_is_neither_text_nor_packed_in_a_known_way_is_none() -> None:
    assert text_of_bytes(b"\xfe\xff binary \x00\x01") is None
    assert text_of_bytes(b"\x28\xb5\x2f\xfd no zstd") is None
