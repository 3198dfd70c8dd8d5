"""Several numbers travel in one integer and come out as they went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.tokens.packing import Packer, has_lone_surrogate, has_special, unpack


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<|endoftext|>", True),
        ("a <|reserved_200001|> b", True),
        ("<|im_start|>", True),
        ("<| endoftext |>", False),
        ("a <| b |> c", False),
        ("", False),
    ],
)
def test_what_looks_like_a_special_token(text: str, expected: bool) -> None:
    assert expected == has_special(text)


@pytest.mark.parametrize(("text", "expected"), [("abc", False), ("é😀", False), ("\ud83d", True)])
def test_lone_surrogates_are_found(text: str, expected: bool) -> None:
    assert expected == has_lone_surrogate(text)


@given(texts=st.lists(st.text(max_size=5)), shares=st.lists(st.integers(0, 2**39), max_size=4))
def test_sums_of_packed_numbers_unpack_to_the_sums(texts: list[str], shares: list[int]) -> None:
    pack = Packer([lambda text, share=share: len(text) * (share >> 8) for share in shares])

    counted = unpack(sum(map(pack, texts)), len(shares))

    size = sum(map(len, texts))
    assert counted.counts == tuple(size * (share >> 8) for share in shares)


@given(texts=st.lists(st.text() | st.sampled_from(["<|endoftext|>", "\ud800", "a<|x|>\udc00"])))
def test_many_texts_are_packed_like_one_after_the_other(texts: list[str]) -> None:
    pack = Packer([len, lambda text: text.count("a")])

    assert pack.all(texts) == [pack(text) for text in texts]


def test_flags_are_the_highest_fields() -> None:
    pack = Packer([len, len])

    assert unpack(pack("<|im_start|>\ud800"), 2) == ((13, 13), 1, 1)
    assert unpack(pack("plain"), 2) == ((5, 5), 0, 0)
    assert unpack(0, 0) == ((), 0, 0)
