"""Token ids of one encoding in the words of another; never a guess."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokcount.reports.migrate.parameters.token_ids import UNKNOWN_ENCODING, decode, map_biases
from tokcount.tokens import encodings

ENCODINGS = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")


@pytest.mark.parametrize("name", ENCODINGS)
@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=40))
def test_the_ids_of_a_text_decode_to_it(name: str, text: str) -> None:
    ids = encodings.get(name).encode_ordinary(text)

    assert decode(ids, name).text == text


@pytest.mark.parametrize(
    ("ids", "encoding", "reason"),
    [
        ([15496], None, UNKNOWN_ENCODING),
        ([99_999_999], "p50k_base", "token ids that p50k_base does not have"),
        ([-1], "p50k_base", "token ids that p50k_base does not have"),
        ([10**40], "p50k_base", "token ids that p50k_base does not have"),
        (
            encodings.get("p50k_base").encode_ordinary("請")[:1],
            "p50k_base",
            "token ids that end inside a character",
        ),
    ],
)
def test_ids_that_are_no_text_have_a_reason(ids: list[int], encoding: str | None, reason: str) -> None:
    assert decode(ids, encoding).reason == reason


def test_special_tokens_are_told() -> None:
    decoded = decode([50256, 15496], "p50k_base")

    assert (decoded.text, decoded.special) == ("<|endoftext|>Hello", True)
    assert not decode([15496], "p50k_base").special


def test_a_bias_follows_the_bytes_of_its_token() -> None:
    old, new = encodings.get("p50k_base"), encodings.get("o200k_base")
    token = old.encode_single_token(" is")

    assert map_biases({str(token): -100}, "p50k_base", "o200k_base") == (
        {str(new.encode_single_token(" is")): -100},
        [],
    )


@pytest.mark.parametrize(
    ("biases", "reason"),
    [
        ({"50256": -100}, "an entry for a special token"),
        ({"word": 1}, "an entry that is not a token id of p50k_base"),
        ({"99999999": 1}, "an entry that is not a token id of p50k_base"),
        ({"318": 0.5}, "an entry whose bias is not an integer from -100 to 100"),
        ({"318": 500}, "an entry whose bias is not an integer from -100 to 100"),
        ({"318": "5"}, "an entry whose bias is not an integer from -100 to 100"),
        ({"318": float("nan")}, "an entry whose bias is not an integer from -100 to 100"),
    ],
)
def test_entries_that_cannot_follow_are_left_with_the_reason(biases: dict[Any, Any], reason: str) -> None:
    assert map_biases(biases, "p50k_base", "o200k_base") == ({}, [reason])


def test_a_token_that_is_several_of_the_new_ones_is_left() -> None:
    old = encodings.get("p50k_base")
    token = old.encode_single_token(" guiActiveUn")

    assert map_biases({str(token): 1, "318": 2}, "p50k_base", "o200k_base") == (
        {"382": 2},
        ["an entry whose token is not a single token of o200k_base"],
    )


def test_without_the_old_encoding_no_bias_is_carried() -> None:
    assert map_biases({"318": 1}, None, "o200k_base") == ({}, [UNKNOWN_ENCODING])
