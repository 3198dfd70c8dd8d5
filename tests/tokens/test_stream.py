"""A text counted block by block has the tokens of the whole text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.tokens import stream
from tokcount.tokens.counter import TextCounter

ENCODINGS = ("p50k_base", "cl100k_base", "o200k_base")
COUNTER = TextCounter(ENCODINGS, engine="tiktoken", cache_bytes=0)


@given(st.lists(st.text(alphabet="ab \n\t.1é中😀'", max_size=12), max_size=30))
def test_any_blocks_count_like_their_sum(blocks: list[str]) -> None:
    parts = list(stream.exact_blocks(blocks, ENCODINGS, size=8))

    assert "".join(parts) == "".join(blocks)
    assert COUNTER.count_all(parts).counts == COUNTER.count("".join(blocks))


def test_no_blocks_are_an_empty_text() -> None:
    assert list(stream.exact_blocks([], ENCODINGS)) == [""]


@pytest.mark.parametrize(
    ("text", "cut"), [("", 0), ("word", 0), ("a b", 1), ("a  b", 1), (" a", 0), ("a b ", 3), ("   ", 0)]
)
def test_a_cut_is_before_a_space_after_text(text: str, cut: int) -> None:
    assert stream.last_cut(text) == cut
