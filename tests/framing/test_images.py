"""Images cost tiles or patches by their size, which is read from the first bytes of the file."""

import base64
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.families import family_of

from tokcount.framing.features import IMAGE, LOW_DETAIL
from tokcount.framing.images import (
    MediaTokens,
    add_media,
    image_tokens,
    media_tokens,
    size_of_bytes,
    size_of_data_url,
)
from tokcount.framing.layout import LayoutBuilder

EARLY = 1_760_000_000.0
"""October 2025, when patches cost one token more."""


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


def jpeg(width: int, height: int) -> bytes:
    exif = b"\xff\xe1" + struct.pack(">H", 10) + b"metadata"
    table = b"\xff\xc4" + struct.pack(">H", 4) + b"\0\0"
    return (
        b"\xff\xd8" + exif + table + b"\xff\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width) + b"\3" * 9
    )


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 100) + b"WEBP" + kind + struct.pack("<I", 80) + body


def url(data: bytes, mime: str = "image/png") -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def chat_part(source: str, **more: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": source, **more}}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png(640, 480), id="png"),
        pytest.param(jpeg(640, 480), id="jpeg"),
        pytest.param(b"GIF89a" + struct.pack("<HH", 640, 480), id="gif"),
        pytest.param(webp(b"VP8 ", b"\0" * 6 + struct.pack("<HH", 640, 480)), id="webp lossy"),
        pytest.param(webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14)), id="webp lossless"),
        pytest.param(webp(b"VP8X", b"\0" * 4 + struct.pack("<HBHB", 639, 0, 479, 0)), id="webp extended"),
    ],
)
def test_the_size_of_each_format_is_read_from_its_header(data: bytes) -> None:
    assert size_of_bytes(data) == (640, 480)
    assert size_of_data_url(url(data + b"\0" * 100)) == (640, 480)


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", png(0, 5), b"%PDF-1.7", webp(b"ALPH", b"")]
)
def test_damaged_or_other_files_have_no_size(data: bytes) -> None:
    assert size_of_bytes(data) is None


@pytest.mark.parametrize(
    "text", ["", "data:image/png;base64", "data:image/png;base64,é", "data:,%00", "file.png"]
)
def test_what_is_not_base64_of_an_image_has_no_size(text: str) -> None:
    assert size_of_data_url(text) is None


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=80),
    st.sampled_from([b"", b"\xff\xd8", b"RIFF\0\0\0\0WEBPVP8X", b"\x89PNG\r\n\x1a\n", b"GIF87a"]),
)
def test_any_bytes_are_read_without_raising(tail: bytes, start: bytes) -> None:
    size = size_of_bytes(start + tail)
    assert size is None or min(size) > 0


@pytest.mark.parametrize(
    ("model", "size", "early", "later"),
    [
        ("gpt-4o-2024-08-06", (640, 480), 425, 425),
        ("gpt-4.1", (1, 1), 255, 255),
        ("gpt-4o", (2048, 4096), 1105, 1105),
        ("gpt-4o", (4096, 2048), 1105, 1105),
        ("gpt-4o", (768, 2048), 1445, 1445),
        ("gpt-4o-mini", (640, 480), 14167, 14167),
        ("gpt-5-2025-08-07", (640, 480), 350, 350),
        ("o1", (1024, 1024), 675, 675),
        ("gpt-4.1-mini", (640, 480), 488, 487),
        ("gpt-4.1-nano", (128, 128), 41, 40),
        ("gpt-4.1-nano", (1024, 1024), 2521, 2520),
        ("o4-mini", (640, 480), 517, 516),
        ("gpt-5-mini", (640, 480), 361, 360),
        ("gpt-5-nano", (128, 128), 25, 24),
        ("gpt-5.4", (60, 30), 4, 4),
        ("gpt-5.5", (1245, 1395), 2061, 2061),
        ("gpt-5.2-chat-latest", (330, 291), 133, 133),
        ("gpt-5-chat-latest", (640, 480), 350, 350),
        ("gpt-4.1-mini", (1800, 2400), 2354, 2353),
    ],
)
def test_tokens_by_model_and_size(model: str, size: tuple[int, int], early: int, later: int) -> None:
    part = chat_part(url(png(*size)))
    assert media_tokens(part, family_of(model), model, EARLY)[0] == early
    assert media_tokens(part, family_of(model), model)[0] == later


def test_both_apis_carry_images_alike() -> None:
    source = url(png(640, 480))
    nested, flat = (
        chat_part(source, detail="high"),
        {"type": "input_image", "image_url": source, "detail": "high"},
    )
    assert (
        media_tokens(nested, family_of("gpt-4o"), "gpt-4o")
        == media_tokens(flat, family_of("gpt-4o"), "gpt-4o")
        == MediaTokens(425, "exact", IMAGE)
    )


@pytest.mark.parametrize(
    ("part", "model", "tokens", "basis"),
    [
        (chat_part("https://example.org/a.png"), "gpt-4o", 0, "partial"),
        ({"type": "input_image", "file_id": "file-1"}, "gpt-5-nano", 0, "partial"),
        (chat_part("not an image"), "gpt-4o", 0, "partial"),
        (chat_part(url(png(4000, 4000)), detail="low"), "gpt-4o", 85, "exact"),
        (chat_part(url(png(4000, 2000)), detail="low"), "gpt-5-mini", 154, "exact"),
        (chat_part(url(png(10, 10))), "gpt-3.5-turbo", 0, "partial"),
        (chat_part(url(png(10, 10))), "gpt-5.4", 3, "exact"),
        (chat_part("https://example.org/a.png", detail="low"), "gpt-5-mini", 0, "partial"),
        ({"type": "input_audio", "input_audio": {"data": ""}}, "gpt-audio", 4, "partial"),
        (
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0x"}},
            "gpt-4o",
            0,
            "partial",
        ),
    ],
)
def test_a_part_is_counted_or_has_a_reason(part: dict[str, Any], model: str, tokens: int, basis: str) -> None:
    found = media_tokens(part, family_of(model), model)
    assert (found.tokens, found.basis) == (tokens, basis)
    assert found.reason


def test_media_are_added_to_a_layout_with_their_features_and_reasons() -> None:
    builder = LayoutBuilder()
    parts = [chat_part(url(png(1, 1))), chat_part(url(png(1, 1)), detail="low"), {"type": "input_audio"}]
    add_media(builder, parts, family_of("gpt-4o"), "gpt-4o")
    layout = builder.finish()
    assert (layout.constant, layout.basis, len(layout.reasons)) == (255 + 85 + 4, "partial", 1)
    assert layout.features >= {IMAGE, LOW_DETAIL}


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 20_000),
    st.integers(1, 20_000),
    st.sampled_from(["gpt-4o", "gpt-4.1-mini", "gpt-5.5", "o1"]),
)
def test_an_image_never_costs_less_than_the_smallest_nor_more_than_the_largest(
    width: int, height: int, model: str
) -> None:
    rule = family_of(model).image_rule(model)
    assert rule is not None
    tokens = image_tokens(rule, (width, height))
    most = image_tokens(rule, (768, 2048)) if rule.rule == "tiles" else rule.cap * rule.unit + 1
    assert image_tokens(rule, (1, 1)) <= tokens <= most


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["type", "image_url", "detail", "file", "url"]),
        st.none() | st.integers() | st.text(max_size=30) | st.sampled_from(["image_url", "input_image", "low"])
        | st.dictionaries(st.sampled_from(["url", "detail"]), st.text(max_size=30) | st.none()),
    )
)  # fmt: skip
def test_any_part_is_counted_without_raising(part: dict[str, Any]) -> None:
    found = media_tokens(part, family_of("gpt-4o"), "gpt-4o")
    assert found.tokens >= 0
    assert (found.basis == "exact") == (found.reason in (IMAGE, LOW_DETAIL))
