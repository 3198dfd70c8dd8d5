"""Short texts counted without tiktoken have its counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.tokens.encodings import NAMES, get, ranks
from tokcount.tokens.engines import short

ASCII = st.text(st.characters(max_codepoint=127, exclude_characters="\x1c\x1d\x1e\x1f"), max_size=60)
WORDS = st.lists(
    st.sampled_from(
        [
            *" \n\r\t\x0b\x0c/",
            "   ",
            "'s",
            "'LL",
            "hello",
            "WORLD",
            "1234567",
            "<|endoftext|>",
            "x" * 30,
            "!!!",
            "\n\n",
        ]
    ),
    max_size=25,
).map("".join)


@pytest.mark.parametrize("name", NAMES)
@given(text=ASCII | WORDS)
def test_any_short_text_in_ascii_is_counted_as_tiktoken_does(name: str, text: str) -> None:
    assert short.takes(name, text)
    assert short.count_tokens(name, text) == len(get(name).encode_ordinary(text))


@pytest.mark.parametrize("name", NAMES)
def test_every_token_in_ascii_is_counted_as_tiktoken_does(name: str) -> None:
    tokens = [
        token.decode() for token in list(ranks(name))[:: 23 if name != "p50k_base" else 11] if token.isascii()
    ]
    plain = [token for token in tokens if short.takes(name, token)]
    pairs = [a + b for a, b in zip(plain, plain[7:], strict=False)]

    wrong = [
        text
        for text in (*plain, *pairs)
        if short.count_tokens(name, text) != len(get(name).encode_ordinary(text))
    ]

    assert len(plain) > 1_000
    assert wrong == []


@pytest.mark.parametrize("text", ["é", "a\x1cb", "x" * (short.LONGEST + 1), "\ud83d"])
def test_other_texts_are_left_to_an_engine(text: str) -> None:
    assert not short.takes("o200k_base", text)
