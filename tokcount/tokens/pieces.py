"""Counting a text as the sum of its pieces, so that pieces that come again are counted once.

Prompts made from a template are all different, but their paragraphs, lines and sentences are not. Each level here
cuts a text where every encoding has a cut (see the proofs at each) and remembers what its pieces count; a piece that
is new to one level is handed to the next, finer one, and in the end to the engine. A level that finds too little
again rests, and looks again from time to time.

A piece that ends in white space counts differently at the end of a text than before more text (patterns look ahead
there). It is counted with a sentinel after it, which stands for whatever follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tokcount.tokens.cuts import WHITE_SPACE
from tokcount.tokens.memo import Memo

Packed = Callable[[str], int]
"""Text → the numbers of tokens under all encodings, packed into one integer."""

BLOCK = re.compile(r"[^\n]*+\n(?:(?=[\s/])[^\n]*+\n)*+(?=[^\s/])|[\s\S]+")
"""A line and the indented or empty lines after it, up to a line that starts with text.

No match of any pattern goes on from a line end into text, but for ``o200k``, which takes ``/`` after it: hence no cut
before ``/``. The sentinel is a letter."""

INDENTED = re.compile(
    r"(?:[^\n]*+\n[W]*+(?<=[\r\n]))*+[^\n]*+\n[W]*(?=[W])(?=[^\r\n][^W])|[\s\S]+".replace("W", WHITE_SPACE)
)
"""A line and the indentation of the next, but for its last character.

Every pattern leaves the last character of a run of white space to the text after it, and starts a match there when
it is not a line end. The sentinel is a space and a letter."""

DENSE_STOP = "。"
DENSE_END = re.compile(r"[0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3]\Z")
"""Letters and digits of texts without spaces. A match with a letter or digit in it never goes on into ``。``."""

LONG_LINE = 200
"""Texts shorter than this are not cut into sentences."""

FIRST_WINDOW = 300_000
WINDOW = 100_000
"""Characters that a level looks up before it decides whether it pays: the first time, when all is new, and later."""

REST = 3_000_000
LONGEST_REST = 16_000_000
"""Characters for which a level that does not pay stays off; twice as long each time, up to the longest."""


class Trial:
    """Decides whether a level pays: whether enough of what it looks up was met before."""

    def __init__(self, memo: Memo, least: float) -> None:
        self._memo = memo
        self._most_missed = 1 - least
        self._window = FIRST_WINDOW
        self._looked_up = 0
        self._missed = 0
        self._waited = 0
        self._rest = 0
        self._pause = REST

    def wants(self, text: str) -> bool:
        """True when the level should have a go at ``text``."""
        if self._looked_up > self._window:
            self._judge()
        return not self._rests(len(text))

    def note(self, size: int) -> None:
        """``size`` characters were looked up in the memo."""
        self._looked_up += size

    def idle(self, size: int) -> bool:
        """True while the level rests; asked before each batch of texts, with the number of their characters.

        A level that is rarely asked anything has to decide after a while, so that it does not keep others waiting.
        """
        if self._waited > FIRST_WINDOW:
            self._judge()
        if self._rests(size):
            return True
        self._waited += size
        return False

    def _rests(self, size: int) -> bool:
        if self._rest <= 0:
            return False
        self._rest -= size
        return True

    def _judge(self) -> None:
        missed = self._memo.missed - self._missed
        paid = missed < self._most_missed * self._looked_up
        self._pause = REST if paid else min(2 * self._pause, LONGEST_REST)
        self._rest = 0 if paid else self._pause
        self._window = WINDOW
        self._looked_up = self._waited = 0
        self._missed = self._memo.missed


class Lines:
    """Counts by pieces of ``pattern``, each but the last followed by ``sentinel``."""

    def __init__(
        self, pattern: re.Pattern[str], sentinel: str, below: Packed, limit: int, least: float
    ) -> None:
        self._findall = pattern.findall
        self._sentinel = sentinel
        self._sentinel_count = below(sentinel)
        self._below = below
        self.memo = Memo(self._followed, limit)
        self.trial = Trial(self.memo, least)

    def __call__(self, text: str) -> int:
        """The packed number of tokens of ``text``."""
        if "\n" not in text or not self.trial.wants(text):
            return self._below(text)
        pieces = self._findall(text)
        last = pieces.pop()
        self.trial.note(len(text) - len(last))
        return sum(map(self.memo.__getitem__, pieces)) + self._below(last)

    def _followed(self, piece: str) -> int:
        return self._below(piece + self._sentinel) - self._sentinel_count


class Sentences:
    """Counts by sentences: of words, each from the space after the stop before it to its own stop; of a dense script,
    each from the stop before it to its last letter.
    """

    def __init__(self, below: Packed, limit: int, least: float) -> None:
        self._below = below
        self.spaced = Memo(lambda sentence: below(f" {sentence}."), limit)
        self.dense = Memo(lambda sentence: below(DENSE_STOP + sentence), limit)
        self.spaced_trial = Trial(self.spaced, least)
        self.dense_trial = Trial(self.dense, least)

    def __call__(self, text: str) -> int:
        """The packed number of tokens of ``text``."""
        if len(text) < LONG_LINE:
            return self._below(text)
        if ". " in text:
            return self._by_spaced(text) if self.spaced_trial.wants(text) else self._below(text)
        if not text.isascii() and DENSE_STOP in text and self.dense_trial.wants(text):
            return self._by_dense(text)
        return self._below(text)

    def _by_spaced(self, text: str) -> int:
        first, *middle = text.split(". ")
        last = middle.pop()
        self.spaced_trial.note(len(text) - len(first) - len(last))
        return self._below(first + ".") + sum(map(self.spaced.__getitem__, middle)) + self._below(" " + last)

    def _by_dense(self, text: str) -> int:
        first, *middle = text.split(DENSE_STOP)
        last = middle.pop()
        if not all(map(DENSE_END.search, (first, *middle))):
            return self._below(text)
        self.dense_trial.note(len(text) - len(first) - len(last))
        return self._below(first) + sum(map(self.dense.__getitem__, middle)) + self._below(DENSE_STOP + last)


class Pieces:
    """All levels, coarse to fine, over a counting function.

    ``limit``: bytes that they may remember together. ``least``: the share of the text that a level has to find
    again to be worth its work.
    """

    def __init__(self, count: Packed, limit: int, least: float) -> None:
        sentences = Sentences(count, limit // 8, least)
        indented = Lines(INDENTED, " a", sentences, limit // 4, least)
        self._blocks = Lines(BLOCK, "a", indented, limit // 2, least)
        self._trials = (self._blocks.trial, indented.trial, sentences.spaced_trial, sentences.dense_trial)

    def __call__(self, text: str) -> int:
        """The packed number of tokens of ``text``."""
        return self._blocks(text)

    def idle(self, size: int) -> bool:
        """True while no level expects to find anything again, so that the next ``size`` characters of text may as well
        be counted whole.
        """
        idle = [trial.idle(size) for trial in self._trials]
        return all(idle)
