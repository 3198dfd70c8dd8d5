"""Tokens by class: every token has one, so the classes add up to what the encoding counts."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.texts import FRAGMENTS, NASTY, patient
from support.together import together

from tokcount.tokens import encodings
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.engines.base import repair
from tokcount.tokens.text_classes import CLASSES, runs
from tokcount.tokens.text_parts import by_class, total

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
def counter(request: pytest.FixtureRequest) -> TextCounter:
    return TextCounter(("cl100k_base", "o200k_base"), request.param, classes=True)


@pytest.mark.parametrize("encoding", ENCODINGS)
@together("name", NASTY)
def test_classes_are_those_of_the_places_where_tokens_start(
    counter: TextCounter, name: str, encoding: str
) -> None:
    packed = counter.by_class(encoding, NASTY[name])

    assert by_class(packed) == token_by_token(NASTY[name], encoding)
    assert total(packed) == len(encodings.get(encoding).encode_ordinary(repair(NASTY[name])))


@settings(patient, max_examples=60)
@given(st.lists(st.sampled_from([*FRAGMENTS, "x = 1;\n", "Some prose. ", "中文。", " 12"]), max_size=30))
def test_the_memory_of_paragraphs_changes_no_class(counter: TextCounter, parts: list[str]) -> None:
    text = "".join(parts)
    packed = counter.by_class("o200k_base", text)

    assert by_class(packed) == token_by_token(text, "o200k_base")
    assert sum(by_class(packed).values()) == total(packed)


def test_counts_of_several_texts_add_up(counter: TextCounter) -> None:
    texts = ["Hello 1", "中文", "", "x = 1;"]
    packed = sum(counter.by_class("cl100k_base", text) for text in texts)

    assert total(packed) == counter.count_all(texts).counts[0]
    assert set(by_class(packed)) == {"latin", "digits", "cjk", "code"}


def test_a_giant_run_is_counted_by_class(counter: TextCounter) -> None:
    text = "a" + " " * 200_000 + "b"

    assert sum(by_class(counter.by_class("o200k_base", text)).values()) == total(
        counter.by_class("o200k_base", text)
    )


def test_a_counter_by_class_counts_and_flags_like_one_without(counter: TextCounter) -> None:
    plain = TextCounter(counter.encodings, "tiktoken")

    for text in NASTY.values():
        assert counter.count_all((text,)).counts == plain.count_all((text,)).counts
        assert bool(counter.count_all((text,)).special) == bool(plain.count_all((text,)).special)
        assert bool(counter.count_all((text,)).repaired) == bool(plain.count_all((text,)).repaired)


def test_texts_are_counted_ahead_without_a_difference(counter: TextCounter) -> None:
    ahead = TextCounter(counter.encodings, counter.engine.name, classes=True)
    ahead.learn(NASTY.values())

    assert [ahead.by_class("o200k_base", text) for text in NASTY.values()] == [
        counter.by_class("o200k_base", text) for text in NASTY.values()
    ]
