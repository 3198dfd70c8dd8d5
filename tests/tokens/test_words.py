"""Words add up to the texts, and each is counted once as long as words recur."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.texts import NASTY, patchwork, patient, repeated, texts

from tokcount.tokens import encodings, words
from tokcount.tokens.engines.base import TiktokenEngine
from tokcount.tokens.packing import Packer, unpack
from tokcount.tokens.words import WORD, WordPacker

NAMES = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
ORACLE = TiktokenEngine()
COUNTERS = [ORACLE.counter(name) for name in NAMES]
EVERY = range(1 << 21)
any_text = texts | patchwork | repeated


def oracle(text: str) -> tuple[int, ...]:
    return tuple(len(encodings.get(name).encode_ordinary(text)) for name in NAMES)


@pytest.fixture(autouse=True)
def _every_text_by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LENGTHS", EVERY)
    monkeypatch.setattr(words, "DENSE", 1 << 21)


@patient
@given(text=any_text)
def test_words_add_up_to_any_text(text: str) -> None:
    assert "".join(WORD.findall(text)) == text
    assert unpack(WordPacker(COUNTERS)(text), len(NAMES)).counts == oracle(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_words_add_up_to_nasty_texts(text: str) -> None:
    for whole in (text, f"a{text}b", f"1{text} 'x", f"é{text}\n{text}"):
        assert unpack(WordPacker(COUNTERS)(whole), len(NAMES)).counts == oracle(whole)


@patient
@given(batch=st.lists(any_text, max_size=5))
def test_many_texts_are_packed_like_one_after_the_other(batch: list[str]) -> None:
    plain = Packer(COUNTERS)
    by_words = WordPacker(COUNTERS)

    assert by_words.all(batch) == list(map(plain, batch)) == list(map(by_words, batch))


def test_every_character_between_letters_is_counted_as_tiktoken_counts_it() -> None:
    pack = WordPacker(COUNTERS)
    for block in range(0, 0x3100, 32):
        text = " ".join(f"x{chr(point)}y{chr(point)} 1{chr(point)}É" for point in range(block, block + 32))

        assert unpack(pack(text), len(NAMES)).counts == oracle(text), hex(block)


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "é'" * 30_000, ". " * 30_000, "'a" * 30_000, "a.'\x80" * 15_000]
)
def test_the_pattern_takes_linear_time(text: str) -> None:
    assert "".join(WORD.findall(text)) == text


def counting(calls: list[str]) -> Callable[[str], int]:
    def count(text: str) -> int:
        calls.append(text)
        return len(text)

    return count


def test_words_that_recur_are_counted_once() -> None:
    calls: list[str] = []
    pack = WordPacker([counting(calls)])
    pack.all(["one two, three", "three two one"])
    pack("one two two two, three!")

    assert sorted(calls) == sorted(["one", " two", ", three", "three", " one", "!"])


def test_texts_whose_words_do_not_recur_are_counted_whole() -> None:
    calls: list[str] = []
    pack = WordPacker([counting(calls)])
    numbers = iter(range(10**11, 10**12, 7_919_000))
    batches = [[" ".join(str(next(numbers)) for _ in range(80)) for _ in range(200)] for _ in range(6)]
    for batch in batches:
        pack.all(batch)

    assert calls[-400:] == [*batches[-2], *batches[-1]]


def test_dense_short_and_very_long_texts_are_counted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    calls: list[str] = []
    pack = WordPacker([counting(calls)])
    batch = ["a short one", "我们他们" * 50, "words " * (1 << 19)]

    assert [unpack(packed, 1).counts for packed in pack.all(batch)] == [(len(text),) for text in batch]
    assert calls == batch
