"""Pieces are cut only where counts add up, and only as long as they are met again."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from support.texts import patchwork, patient, repeated

from tokcount.tokens import pieces
from tokcount.tokens.engines.base import TiktokenEngine, repair
from tokcount.tokens.memo import Memo
from tokcount.tokens.pieces import BLOCK, INDENTED, Count, Dense, Level, Lines, Spaced, Trial

NAMES = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
ORACLE = TiktokenEngine()


def paying(level: Level) -> Level:
    """The level, which cuts every text that it can."""
    level.shortest = 0
    level.trial.is_on = True
    return level


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("pattern", "sentinel"), [(BLOCK, "a"), (INDENTED, " a")], ids=["block", "indented"])
@patient
@given(text=(patchwork | repeated).map(repair))
def test_lines_add_up_to_the_whole(name: str, pattern: re.Pattern[str], sentinel: str, text: str) -> None:
    count = ORACLE.counter(name)

    assert count(text) == paying(Lines(pattern, sentinel, count, 100_000, 0))(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sentences", [Spaced, Dense])
@patient
@given(text=(patchwork | repeated).map(repair))
def test_sentences_add_up_to_the_whole(
    name: str, sentences: Callable[[Count, int, float], Level], text: str
) -> None:
    count = ORACLE.counter(name)

    assert count(text) == paying(sentences(count, 100_000, 0))(text)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("one\ntwo\n\nthree", ["one\n", "two\n\n", "three"]),
        ("def f():\n    x\n\n    y\ndef g():\n", ["def f():\n    x\n\n    y\n", "def g():\n"]),
        ("a\n// b\nc", ["a\n// b\n", "c"]),
        ("a\r\nb", ["a\r\n", "b"]),
        ("a\n\n\n", ["a\n\n\n"]),
    ],
)
def test_blocks_end_before_a_line_that_starts_with_text(text: str, blocks: list[str]) -> None:
    assert blocks == BLOCK.findall(text)


def test_indented_lines_leave_the_last_space_to_the_next() -> None:
    assert INDENTED.findall("if x:\n    y\n\tz\n") == ["if x:\n   ", " y\n", "\tz\n"]


@pytest.mark.parametrize("pattern", [BLOCK, INDENTED])
@pytest.mark.parametrize("text", ["\n" * 50_000, "a\n\n/" * 20_000, "a\n \t" * 20_000, " \n" * 50_000 + "x"])
def test_the_patterns_take_linear_time(pattern: re.Pattern[str], text: str) -> None:
    assert "".join(pattern.findall(text)) == text


class Counting:
    """An engine that notes how much it was given."""

    def __init__(self) -> None:
        self.characters = 0
        self.calls = 0

    def __call__(self, text: str) -> int:
        self.characters += len(text)
        self.calls += 1
        return ORACLE.counter("cl100k_base")(text)


PARAGRAPHS = [f"Paragraph {n} says that {n * n} is a square number, and little else.\n\n" for n in range(50)]


def test_paragraphs_that_come_again_are_counted_once() -> None:
    engine = Counting()
    count = pieces.Pieces(engine, 1_000_000, 0.1)
    texts = ["".join(PARAGRAPHS[n : n + 5]) + f"Question {n}?" for n in range(45)]
    for text in texts * 10:
        count(text)
    before = engine.characters
    for text in texts:
        count(text)

    assert engine.characters - before == sum(len(text) - text.index("Question") for text in texts)


def distinct(n: int) -> str:
    """About 3,000 characters with no line like those of another n."""
    return "".join(f"{n} {k} {n * k}\n\n" for k in range(240))


def test_texts_that_repeat_nothing_are_counted_whole() -> None:
    engine = Counting()
    count = pieces.Pieces(engine, 1_000_000, 0.1)
    before = engine.calls
    for n in range(1000):
        count(distinct(n))

    assert engine.calls - before == 1000


def test_a_log_that_begins_to_repeat_is_counted_by_pieces_from_then_on() -> None:
    engine = Counting()
    count = pieces.Pieces(engine, 1_000_000, 0.1)
    fresh, again = [distinct(n) for n in range(300)], ["".join(PARAGRAPHS)] * 300
    assert all(count.idle(fresh) for _ in range(3))

    rested = [count.idle(again) for _ in range(2 * pieces.LONGEST_REST // 1_000_000)]
    assert rested[0]
    assert not rested[-1]
    count(f"{again[0]}begin")
    before = engine.characters
    count(f"{again[0]}end")
    assert engine.characters - before == len("end")


def look_at(trial: Trial, texts: list[list[str]]) -> list[bool]:
    """What a trial says of each text, given its pieces; nothing when it does not want it."""
    said = []
    for text in texts:
        size = sum(map(len, text))
        if trial.wants(size):
            said.append(trial.pays(text, size))
    return said


def test_a_level_whose_pieces_do_not_recur_rests_and_tries_again() -> None:
    trial = Trial(Memo(len, 10_000), 0.5)
    texts = [[f"{n:10}"] for n in range(pieces.FIRST_WINDOW // 5)]

    assert not any(look_at(trial, texts))
    assert trial.rest > 0
    trial.rest = 0
    assert look_at(trial, [["x"]]) == [False]


def test_a_level_looks_at_a_text_that_is_longer_than_its_window() -> None:
    trial = Trial(Memo(len, 10_000), 0.5)
    text = ["x" * (pieces.FIRST_WINDOW + 1)]

    assert look_at(trial, [text, text]) == [False]
    trial.rest = 0
    assert look_at(trial, [text]) == [True]


def test_a_level_is_used_as_soon_as_enough_of_its_pieces_recur() -> None:
    trial = Trial(Memo(len, 10_000), 0.5)
    size = pieces.WINDOW // 4

    assert look_at(trial, [["x" * size]] * 5) == [False, False, False, True, True]


def test_a_level_in_use_whose_pieces_stop_recurring_rests() -> None:
    memo = Memo(len, 10_000)
    trial = Trial(memo, 0.5)
    trial.is_on = True
    for n in range(pieces.FIRST_WINDOW // 10 + 2):
        look_at(trial, [[f"{n:10}"]])
        memo[f"{n:10}"]

    assert not trial.is_on
    assert trial.rest > 0


def test_a_level_in_use_that_few_texts_reach_rests() -> None:
    """It would keep texts from being counted in batches."""
    trial = Trial(Memo(len, 10_000), 0.5)
    trial.is_on = True
    assert trial.wants(pieces.FIRST_WINDOW + 1)
    assert not trial.wants(1)
    assert not trial.is_on
