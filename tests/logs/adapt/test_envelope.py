"""The bodies of HTTP captures."""

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import CHAT_REQUEST

from tokcount.logs.adapt.envelope import body_of, text_of_base64, text_of_bytes


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
