"""Token ids, tokens, truncated texts and chunks: nothing is lost, and nothing is longer than was asked for."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.errors import UsageError
from tokcount.texts.tokens import Cutter, decode
from tokcount.tokens import tokenizers
from tokcount.tokens.encodings import NAMES
from tokcount.tokens.engines.base import repair

CUTTERS = {name: Cutter(name, "tiktoken") for name in NAMES}
PIECES = st.sampled_from(
    [
        *"ab \n\t.1é中😀'ſ",
        "hello",
        "   ",
        "\r\n",
        " world",
        "12345",
        "'s",
        "<|endoftext|>",
        "👨‍👩‍👧",
        "\ud83d",
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def blocks(text: str) -> list[str]:
    return [text[i : i + 7] for i in range(0, len(text), 7)]


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS)
def test_decoded_ids_are_the_text(name: str, text: str) -> None:
    ids = [token for some in CUTTERS[name].ids(blocks(text)) for token in some]

    assert decode(ids, name).decode() == repair(text)
    assert len(ids) == CUTTERS[name].count(text)


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS)
def test_the_tokens_joined_are_the_text(name: str, text: str) -> None:
    assert b"".join(token.data for token in CUTTERS[name].tokens(blocks(text))).decode() == repair(text)


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS, most=st.integers(0, 20))
def test_a_truncated_text_is_an_end_of_the_text_with_no_more_tokens(name: str, text: str, most: int) -> None:
    cutter = CUTTERS[name]
    first, last = cutter.truncate(blocks(text), most), cutter.truncate(blocks(text), most, "last")

    assert repair(text).startswith(first)
    assert repair(text).endswith(last)
    assert max(cutter.count(first), cutter.count(last)) <= most


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS, most=st.integers(3, 20))
def test_the_ellipsis_is_part_of_the_tokens(name: str, text: str, most: int) -> None:
    kept = CUTTERS[name].truncate(blocks(text), most, ellipsis="…")

    assert CUTTERS[name].count(kept) <= most
    assert kept == repair(text) or (kept.endswith("…") and repair(text).startswith(kept[:-1]))


def test_truncation_reads_no_more_than_it_needs() -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "more words " * 1_000

    assert (
        CUTTERS["o200k_base"].truncate(endless(), 10)
        == "more words more words more words more words more words"
    )
    assert read < 5


def test_an_ellipsis_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="--ellipsis has more than 1 tokens"):
        CUTTERS["o200k_base"].truncate(["a b c"], 1, ellipsis=" and so on")


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS, size=st.integers(1, 12))
def test_chunks_joined_are_the_text_and_none_is_longer(name: str, text: str, size: int) -> None:
    parts = list(CUTTERS[name].chunks(text, size))

    assert "".join(part.text for part in parts) == repair(text)
    for part in parts:
        assert part.tokens == CUTTERS[name].count(part.text)
        assert part.tokens <= size or len(part.text) == 1


@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base"])
@given(text=TEXTS, size=st.integers(2, 12), data=st.data())
def test_chunks_with_an_overlap_cover_the_text(name: str, text: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    covered = 0
    for part in CUTTERS[name].chunks(text, size, overlap):
        assert part.start <= covered < part.end
        assert repair(text)[part.start : part.end] == part.text
        covered = part.end
    assert covered == len(repair(text))


@pytest.mark.parametrize("number", [-1, 10**9, 10**30])
def test_a_number_that_is_not_a_token_is_named(number: int) -> None:
    with pytest.raises(UsageError, match=f"{number} is not a token of o200k_base"):
        decode([number], "o200k_base")


VENDORS = ("qwen2", "llama3", "gemma3", "llama4", "qwen3_5")


@pytest.mark.parametrize("name", [name for name in VENDORS if tokenizers.problem(name) is None])
def test_texts_are_shown_and_cut_under_other_vendors_tokenizers(name: str) -> None:
    cutter = Cutter(name)
    text = "請寫 a poem <think>\n  now</think> 1234"
    assert decode([token for ids in cutter.ids(blocks(text)) for token in ids], name) == text.encode()
    assert "".join(part.text for part in cutter.chunks(text, 3)) == text
    assert cutter.count(cutter.truncate([text], 4)) <= 4
    with pytest.raises(UsageError, match=f"^99999999 is not a token of {name}.$"):
        decode([99999999], name)
