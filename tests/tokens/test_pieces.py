"""Pieces are cut only where counts add up, and only as long as they are met again."""

import re

import pytest
from hypothesis import given
from support.texts import patchwork, patient, repeated

from tokcount.tokens import pieces
from tokcount.tokens.engines.base import TiktokenEngine, repair
from tokcount.tokens.memo import Memo
from tokcount.tokens.pieces import BLOCK, INDENTED, Lines, Sentences, Trial

NAMES = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
ORACLE = TiktokenEngine()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("pattern", "sentinel"), [(BLOCK, "a"), (INDENTED, " a")], ids=["block", "indented"])
@patient
@given(text=(patchwork | repeated).map(repair))
def test_lines_add_up_to_the_whole(name: str, pattern: re.Pattern[str], sentinel: str, text: str) -> None:
    count = ORACLE.counter(name)

    assert count(text) == Lines(pattern, sentinel, count, 100_000, 0)(text)


@pytest.mark.parametrize("name", NAMES)
@patient
@given(text=(patchwork | repeated).map(repair))
def test_sentences_add_up_to_the_whole(name: str, text: str) -> None:
    count = ORACLE.counter(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "LONG_LINE", 0)

        assert count(text) == Sentences(count, 100_000, 0)(text)


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
    for text in texts * 4:
        count(text)

    assert engine.characters < sum(map(len, PARAGRAPHS)) + 4 * 45 * 16


def distinct(n: int) -> str:
    """About 3,000 characters with no line like those of another n."""
    return "".join(f"{n} {k} {n * k}\n\n" for k in range(240))


def test_a_log_that_does_not_repeat_is_mostly_left_in_one_piece() -> None:
    engine = Counting()
    count = pieces.Pieces(engine, 1_000_000, 0.1)
    for n in range(1000):
        count(distinct(n))
    calls = engine.calls
    for n in range(1000, 2000):
        count(distinct(n))

    assert engine.calls - calls < 0.1 * 1000 * 240


def test_a_level_that_does_not_pay_rests_and_tries_again() -> None:
    memo = Memo(len, 10_000)
    trial = Trial(memo, 0.5)
    trial.note(pieces.FIRST_WINDOW + 1)
    memo.missed = pieces.FIRST_WINDOW

    assert not trial.wants(3 * pieces.REST)
    assert trial.wants(1)


def test_a_level_that_pays_goes_on() -> None:
    memo = Memo(len, 10_000)
    trial = Trial(memo, 0.5)
    for _ in range(5):
        trial.note(pieces.FIRST_WINDOW + 1)
        memo.missed += pieces.FIRST_WINDOW // 3

        assert trial.wants(1)
        assert trial.wants(1)


def test_pieces_are_idle_only_while_a_log_does_not_repeat() -> None:
    count = pieces.Pieces(Counting(), 1_000_000, 0.1)
    idle = []
    for n in range(1500):
        text = distinct(n)
        idle.append(count.idle(len(text)))
        if not idle[-1]:
            count(text)

    assert not any(idle[: pieces.FIRST_WINDOW // len(distinct(100))])
    assert sum(idle[500:]) > 700
    assert count.idle(20 * pieces.LONGEST_REST) or count.idle(20 * pieces.LONGEST_REST)
    assert not count.idle(1)


def test_a_level_that_is_rarely_asked_does_not_keep_the_others_waiting() -> None:
    count = pieces.Pieces(Counting(), 1_000_000, 0.1)
    count("a\nb\nc\n")

    assert not count.idle(pieces.FIRST_WINDOW)
    assert not count.idle(1)
    assert count.idle(1)
