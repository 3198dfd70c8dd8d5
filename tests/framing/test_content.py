"""Content of messages: text, parts, media, and shapes that no API knows."""

from typing import Any

import pytest

from tokcount.framing.content import read_content

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


@pytest.mark.parametrize(
    ("content", "text", "media", "odd"),
    [
        ("hi", "hi", 0, False),
        (None, "", 0, False),
        ([], "", 0, False),
        (
            [{"type": "text", "text": "Hello, wor"}, {"type": "text", "text": "ld!"}],
            "Hello, world!",
            0,
            False,
        ),
        ([{"type": "refusal", "refusal": "No."}], "No.", 0, False),
        ([{"type": "input_text", "text": "a"}, {"type": "output_text", "text": "b"}], "ab", 0, False),
        ([{"text": "untyped"}], "untyped", 0, False),
        ([{"type": "text", "text": {"value": "nested"}}], "nested", 0, False),
        (["a", "b"], "ab", 0, False),
        ([{"type": "text", "text": "see"}, IMAGE, IMAGE], "see", 2, False),
        ([{"type": "mystery", "payload": 1}], "", 0, True),
        ([None, 3, [], {"type": "text"}], "", 0, True),
        ({"answer": "only"}, "only", 0, True),
        ({"a": "x", "b": "y"}, "", 0, True),
        (7, "7", 0, True),
    ],
)
def test_text_and_media_of_content(content: Any, text: str, media: int, odd: bool) -> None:
    found = read_content(content)
    assert (found.text, len(found.media), bool(found.doubt)) == (text, media, odd)
