"""Words add up to the texts, and each is counted once as long as words recur."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.texts import NASTY, patchwork, patient, repeated, texts

from tokcount.tokens import encodings, words
from tokcount.tokens.engines.base import TiktokenEngine
from tokcount.tokens.packing import Packer, unpack
from tokcount.tokens.words import WORD, Race, WordPacker

NAMES = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
ORACLE = TiktokenEngine()
COUNTERS = [ORACLE.counter(name) for name in NAMES]
EVERY = range(1 << 21)
any_text = texts | patchwork | repeated


def oracle(text: str) -> tuple[int, ...]:
    return tuple(len(encodings.get(name).encode_ordinary(text)) for name in NAMES)


def counted(pack: WordPacker, text: str) -> tuple[int, ...]:
    (packed,) = pack.all([text])
    return unpack(packed, len(NAMES)).counts


@pytest.fixture(autouse=True)
def _every_text_by_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "LENGTHS", EVERY)
    monkeypatch.setattr(words, "DENSE", 1 << 21)


@patient
@given(text=any_text)
def test_words_add_up_to_any_text(text: str) -> None:
    assert "".join(WORD.findall(text)) == text
    assert counted(WordPacker(COUNTERS), text) == oracle(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_words_add_up_to_nasty_texts(text: str) -> None:
    for whole in (text, f"a{text}b", f"1{text} 'x", f"é{text}\n{text}"):
        assert counted(WordPacker(COUNTERS), whole) == oracle(whole)


@patient
@given(batch=st.lists(any_text, max_size=5))
def test_many_texts_are_packed_like_one_after_the_other(batch: list[str]) -> None:
    plain = Packer(COUNTERS)
    by_words = WordPacker(COUNTERS)

    assert by_words.all(batch) == list(map(plain, batch))


def test_every_character_between_letters_is_counted_as_tiktoken_counts_it() -> None:
    pack = WordPacker(COUNTERS)
    for block in range(0, 0x3100, 32):
        text = " ".join(f"x{chr(point)}y{chr(point)} 1{chr(point)}É" for point in range(block, block + 32))

        assert counted(pack, text) == oracle(text), hex(block)


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
    pack.all(["one two two two, three!"])

    assert sorted(calls) == sorted(["one", " two", ", three", "three", " one", "!"])


def ways(race: Race, *, words: float, whole: float) -> str:
    """How 50 batches are counted: w by words, t as whole texts, which take so many seconds."""
    found = ""
    for _ in range(50):
        by_words = race.next_by_words()
        race.note(words if by_words else whole, 1_000_000, by_words=by_words)
        found += "w" if by_words else "t"
    return found


def test_the_faster_way_is_used_and_the_other_one_tried_from_time_to_time() -> None:
    assert ways(Race(), words=1, whole=2) == "wwt" + 13 * "w" + 2 * ("t" + 15 * "w") + "tw"
    assert ways(Race(), words=2, whole=1) == "wwt" + 13 * "t" + 2 * ("w" + 15 * "t") + "wt"


def test_a_text_of_its_own_is_counted_by_words_only_when_that_is_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    pack = WordPacker([counting(calls)])
    assert unpack(pack("one two"), 1).counts == (7,)
    monkeypatch.setattr(Race, "by_words", True)
    assert unpack(pack("one two"), 1).counts == (7,)

    assert calls == ["one two", "one", " two"]


def test_small_batches_do_not_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Race, "note", None)
    pack = WordPacker([len])

    assert [unpack(packed, 1).counts for packed in pack.all(["some", "words"])] == [(4,), (5,)]


def test_dense_short_and_very_long_texts_are_counted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    calls: list[str] = []
    pack = WordPacker([counting(calls)])
    batch = ["a short one", "我们他们" * 50, "words " * (1 << 19)]

    assert [unpack(packed, 1).counts for packed in pack.all(batch)] == [(len(text),) for text in batch]
    assert calls == batch
