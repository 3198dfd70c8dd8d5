"""Tokens by class: every token has one, so the classes add up to what the encoding counts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.texts import FRAGMENTS, NASTY, patient

from tokcount.tokens import encodings
from tokcount.tokens.engines.base import repair
from tokcount.tokens.engines.choose import choose
from tokcount.tokens.text_classes import CLASSES, runs
from tokcount.tokens.text_parts import ClassCounter, by_class, total

ENCODINGS = ("p50k_base", "cl100k_base", "o200k_base")


def token_by_token(text: str, encoding: str) -> dict[str, int]:
    """The plain way: decode every token and look up where it starts."""
    known = encodings.get(encoding)
    text = repair(text)
    found = runs(text)
    starts = [len(text[:start].encode()) for start, _ in found]
    counts: Counter[str] = Counter()
    place = 0
    for token in known.encode_ordinary(text):
        counts[CLASSES[found[bisect_right(starts, place) - 1][1]]] += 1
        place += len(known.decode_single_token_bytes(token))
    return dict(counts)


@pytest.fixture(scope="module", params=["tiktoken", "auto"])
def counter(request: pytest.FixtureRequest) -> ClassCounter:
    return ClassCounter(choose(request.param))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NASTY)
def test_classes_are_those_of_the_places_where_tokens_start(
    counter: ClassCounter, name: str, encoding: str
) -> None:
    packed = counter.count(encoding, NASTY[name])

    assert by_class(packed) == token_by_token(NASTY[name], encoding)
    assert total(packed) == len(encodings.get(encoding).encode_ordinary(repair(NASTY[name])))


@settings(patient, max_examples=60)
@given(st.lists(st.sampled_from([*FRAGMENTS, "x = 1;\n", "Some prose. ", "中文。", " 12"]), max_size=30))
def test_the_memory_of_paragraphs_changes_no_class(counter: ClassCounter, parts: list[str]) -> None:
    text = "".join(parts)
    packed = counter.count("o200k_base", text)

    assert by_class(packed) == token_by_token(text, "o200k_base")
    assert sum(by_class(packed).values()) == total(packed)


def test_counts_of_several_texts_add_up(counter: ClassCounter) -> None:
    texts = ["Hello 1", "中文", "", "x = 1;"]
    packed = counter.count_all("cl100k_base", texts)

    assert total(packed) == sum(total(counter.count("cl100k_base", text)) for text in texts)
    assert set(by_class(packed)) == {"latin", "digits", "cjk", "code"}


def test_a_giant_run_is_counted_by_class(counter: ClassCounter) -> None:
    text = "a" + " " * 200_000 + "b"

    assert sum(by_class(counter.count("o200k_base", text)).values()) == total(
        counter.count("o200k_base", text)
    )


def test_an_encoding_with_the_same_ranks_is_counted_once(counter: ClassCounter) -> None:
    assert counter.count("o200k_harmony", "Hello 1") == counter.count("o200k_base", "Hello 1")
