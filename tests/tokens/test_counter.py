"""A TextCounter counts like tiktoken whatever it remembers, and remembers within bounds."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared import SHARED, needs_shared
from support.texts import NASTY, patient, texts
from support.together import together

from tokcount.errors import UsageError
from tokcount.tokens import encodings
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.engines import splintr as fast

NAMES = ("p50k_base", "cl100k_base", "o200k_base", "r50k_base", "o200k_harmony", "p50k_edit")
ENGINES = ["tiktoken", *(["fast"] if fast.problem() is None else [])]
CACHES = (0, 3_000, 24_000_000)
COUNTERS = {(name, cache): TextCounter(NAMES, name, cache) for name in ENGINES for cache in CACHES}
counters = pytest.mark.parametrize("counter", COUNTERS.values(), ids=[f"{n}-{c}" for n, c in COUNTERS])


def oracle(text: str) -> tuple[int, ...]:
    return tuple(len(encodings.get(name).encode_ordinary(text)) for name in NAMES)


@counters
@together("text", NASTY.values())
def test_nasty_texts_are_counted_as_tiktoken_counts_them(counter: TextCounter, text: str) -> None:
    expected = oracle(text)

    assert expected == counter.count(text)
    assert expected == counter.count(text)
    assert expected == tuple(counter.tokens(name, text) for name in NAMES)


@counters
@patient
@given(text=texts)
def test_any_text_is_counted_as_tiktoken_counts_it(counter: TextCounter, text: str) -> None:
    assert oracle(text) == counter.count(text)


def strings(value: Any) -> Iterator[str]:
    """All strings in a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@needs_shared
@pytest.mark.parametrize("engine", ENGINES)
def test_real_messages_are_counted_as_tiktoken_counts_them(engine: str) -> None:
    counter = TextCounter(NAMES[:3], engine)
    encoders = [encodings.get(name).encode_ordinary for name in NAMES[:3]]
    with gzip.open(SHARED / "truth" / "recordings-later.jsonl.gz", "rt", encoding="utf-8") as lines:
        messages = dict.fromkeys(text for line in lines for text in strings(json.loads(line)))

    assert len(messages) > 1000
    for text in messages:
        assert counter.count(text) == tuple(len(encode(text)) for encode in encoders)


def test_totals_are_sums_and_flagged_texts_are_numbered() -> None:
    counter = TextCounter(("cl100k_base", "o200k_base"), "tiktoken")
    texts = ["hello", "<|endoftext|>", "hello", "\ud800", "<|im_start|>\udfff"]
    counted = counter.count_all(texts)

    assert counted.counts == tuple(map(sum, zip(*map(counter.count, texts), strict=True)))
    assert counted.special == 2
    assert counted.repaired == 2
    assert counter.count_all(("<|im_start|>",)) == (counter.count("<|im_start|>"), 1, 0)
    assert counter.count_all([]) == ((0, 0), 0, 0)


@counters
@patient
@given(batch=st.lists(texts, max_size=8))
def test_texts_learnt_in_a_batch_are_counted_alike(counter: TextCounter, batch: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counter._together.pieces, "idle", lambda _size: True)
        counter.learn(batch)

    assert [counter.count(text) for text in batch] == [oracle(text) for text in batch]


def test_learning_flags_texts_and_counts_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = TextCounter(("cl100k_base",), "tiktoken")
    counter.learn(["idle at last"])
    monkeypatch.setattr(counter._together.pieces, "idle", lambda _size: True)
    counter.learn(["<|endoftext|>", "\ud800", "<|endoftext|>"])
    monkeypatch.setattr(counter._together.pack, "all", None)

    assert counter.count_all(["<|endoftext|>", "\ud800", "<|endoftext|>"])[1:] == (2, 1)
    counter.learn(["\ud800"])


def test_texts_can_be_learnt_under_one_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = TextCounter(("cl100k_base",), "tiktoken")
    alone = counter._alone("p50k_base")
    monkeypatch.setattr(alone.pieces, "idle", lambda _size: True)
    counter.learn(["    hello"], "p50k_base")

    assert alone.memo.unknown(["    hello"]) == []
    assert counter._texts.unknown(["    hello"]) == ["    hello"]
    assert counter.tokens("p50k_base", "    hello") == counter.tokens("r50k_base", "    hello") - 2


def test_one_encoding_is_counted_without_the_others() -> None:
    counter = TextCounter((), "tiktoken")

    assert counter.count("hello") == ()
    assert counter.tokens("o200k_base", "<|endoftext|>") == 7


def test_the_memory_of_a_counter_is_bounded() -> None:
    counter = TextCounter(("cl100k_base",), "tiktoken", cache_bytes=50_000)
    for number in range(2_000):
        counter.count(f"text number {number}\nand a line {number}\n\nand more {number}. Or less. " * 3)
    memo = counter._texts

    assert len(memo) + len(memo._old) < 50_000 / 200


def test_unknown_names_are_usage_errors() -> None:
    with pytest.raises(UsageError, match="Did you mean cl100k_base"):
        TextCounter(("cl100k",))
    with pytest.raises(UsageError, match="unknown engine"):
        TextCounter(("cl100k_base",), "slow")


@pytest.mark.parametrize("engine", ENGINES)
def test_warnings_are_for_the_caller_to_show(engine: str) -> None:
    assert TextCounter(("cl100k_base",), engine).warnings == []
