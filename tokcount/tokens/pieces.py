"""Counts a text as the sum of its pieces, so that repeated pieces are counted once.

Prompts made from a template all differ, but their paragraphs, lines and sentences repeat. Each level cuts a text where
every pattern with `CutRules` has a cut (see the proof at each level) and caches the counts of its pieces:

    text ─▶ blocks ─▶ indented lines ─▶ sentences ─▶ engine
            a paragraph or      a line with        of words, or of
            function, up to     the indentation    Chinese or Japanese
            an unindented line  after it

A piece that is not in the cache of one level goes to the next, finer level, and in the end to the engine. Counting new
pieces takes longer than counting their text whole, so a level counts none before it has seen that pieces recur, which
it looks for from time to time (`Trial`).

A piece that ends in white space counts differently at the end of a text than before more text (patterns look ahead
there). It is counted with a sentinel after it, which represents the text that follows.

What each level saves with tiktoken, as CPU time without it ÷ with it, on logs of 3 to 12 MB where its pieces repeat:
blocks 3.9 (prompts from a template), indented lines 3.0 (pretty-printed JSON), sentences 4.6 (documents on one line).
With splintr: 1.3, 0.7 and 2.6.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from tokcount.tokens.cuts import WHITE_SPACE
from tokcount.tokens.memo import Memo

Count = Callable[[str], int]
"""Text → a number that is additive over exact cuts: tokens, or the `PackedCounts` of several encodings."""

Cut: TypeAlias = tuple[tuple[str, ...], list[str]]
"""A text as its ends, which are counted as they are, and the pieces between or before them, which may recur."""

BLOCK = re.compile(r"[^\n]*+\n(?:(?=[\s/])[^\n]*+\n)*+(?=[^\s/])|[\s\S]+")
"""A line and the indented or empty lines after it, up to a line that starts with text.

No match of a pattern continues from a line end into text, except for `/` after it with `slash_after_line_end`: hence no
cut before `/`. The sentinel is a letter."""

INDENTED = re.compile(
    r"(?:[^\n]*+\n[W]*+(?<=[\r\n]))*+[^\n]*+\n[W]*(?=[W])(?=[^\r\n][^W])|[\s\S]+".replace("W", WHITE_SPACE)
)
"""A line and the indentation of the next line, except for its last character.

Every pattern leaves the last character of a run of white space to the text after it, and starts a match there when
it is not a line end. The sentinel is a space and a letter."""

DENSE_STOP = "。"
DENSE_END = re.compile(r"[0-9A-Za-z\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3]\Z")
"""Letters and digits of texts without spaces. A match that contains one never continues into `。`."""

LONG_LINE = 200
"""Texts shorter than this are not cut into sentences."""

FIRST_WINDOW = 300_000
WINDOW = 100_000
"""Characters that a level is given before it decides that it does not pay: the first time, when all is new, and later.

It pays as soon as what it found is enough for the shorter window."""

REST = 250_000
LONGEST_REST = 16_000_000
"""Characters for which a level that does not pay is off; doubled each time, up to the longest."""

MOST_SEEN: Final = 20_000
"""Pieces that a level remembers while it is off."""


def is_cut(text: str) -> bool:
    """Is there anything in a text where a level could cut it?"""
    return "\n" in text or len(text) >= LONG_LINE


class Trial:
    """Decides whether a level pays: whether enough of the text that it is given are pieces that came before."""

    def __init__(self, memo: Memo, least: float) -> None:
        self.is_on = False
        self._memo = memo
        self._least = least
        self._seen: set[str] = set()
        self._window = FIRST_WINDOW
        self.rest = 0
        """Characters for which the level is off and looks at no text."""
        self._pause = REST
        self._begin()

    def wants(self, size: int) -> bool:
        """True when a text of `size` characters should be cut; not while the level rests."""
        if self._given > self._window:
            self._judge()
        if self.rest > 0:
            return False
        self._given += size
        return True

    def pays(self, pieces: Sequence[str], size: int) -> bool:
        """True when the pieces of a text, of `size` characters, should be counted one by one."""
        if self.is_on:
            self._looked_up += size
            return True
        seen = self._seen
        self._looked_up += sum([len(piece) for piece in pieces if piece in seen])
        seen.update(pieces[:MOST_SEEN])
        if self._looked_up > self._least * WINDOW:
            self._judge()
        return self.is_on

    def _begin(self) -> None:
        self._given = self._looked_up = 0
        self._missed = self._memo.missed

    def _judge(self) -> None:
        found = self._looked_up - (self._memo.missed - self._missed)
        self.is_on = found > self._least * (self._given if self.is_on else WINDOW)
        self._pause = REST if self.is_on else min(2 * self._pause, LONGEST_REST)
        self.rest = 0 if self.is_on else self._pause
        self._window = WINDOW
        if self.is_on or len(self._seen) > MOST_SEEN:
            self._seen.clear()
        self._begin()


class Level(ABC):
    """One way of cutting texts, over the next finer one.

    `limit`: bytes of its cache. `least`: the share of the text that it must find in its cache to pay.
    """

    shortest = 0
    """Characters of the texts that it looks at."""

    def __init__(self, below: Count, limit: int, least: float) -> None:
        self._below = below
        self.memo = Memo(self._in_text, limit)
        self.trial = Trial(self.memo, least)

    @abstractmethod
    def cut(self, text: str) -> Cut | None:
        """The ends and the pieces of a text; `None` when it has too few."""

    @abstractmethod
    def _in_text(self, piece: str) -> int:
        """The number of a piece with text around it."""

    def __call__(self, text: str) -> int:
        """The number of `text`."""
        if len(text) < self.shortest:
            return self._below(text)
        trial = self.trial
        if trial.rest > 0:
            trial.rest -= len(text)
            return self._below(text)
        cut = self._wanted(text)
        if cut is None:
            return self._below(text)
        ends, pieces = cut
        return sum(map(self.memo.__getitem__, pieces)) + sum(map(self._below, ends))

    def watch(self, texts: Iterable[str], size: int) -> bool:
        """Look at texts of `size` characters that are counted elsewhere until the level has decided whether it pays."""
        trial = self.trial
        if trial.rest > 0:
            trial.rest -= size
            return False
        for text in texts:
            self._wanted(text)
            if trial.is_on or trial.rest > 0:
                break
        return trial.is_on

    def _wanted(self, text: str) -> Cut | None:
        """The text cut, when its pieces should be counted one by one."""
        cut = self.cut(text) if self.trial.wants(len(text)) else None
        if cut is None:
            return None
        ends, pieces = cut
        return cut if self.trial.pays(pieces, len(text) - sum(map(len, ends))) else None


class Lines(Level):
    """Counts by the matches of `pattern`, each except the last followed by `sentinel`."""

    def __init__(
        self, pattern: re.Pattern[str], sentinel: str, below: Count, limit: int, least: float
    ) -> None:
        super().__init__(below, limit, least)
        self._findall = pattern.findall
        self._sentinel = sentinel
        self._sentinel_count = below(sentinel)

    def cut(self, text: str) -> Cut | None:
        """A text of several lines."""
        if "\n" not in text:
            return None
        pieces = self._findall(text)
        return (pieces.pop(),), pieces

    def _in_text(self, piece: str) -> int:
        return self._below(piece + self._sentinel) - self._sentinel_count


class Spaced(Level):
    """Counts by sentences of words, each from the space before it to its full stop."""

    shortest = LONG_LINE

    def cut(self, text: str) -> Cut | None:
        """A long text with several full stops."""
        if ". " not in text:
            return None
        first, *middle, last = text.split(". ")
        return (first + ".", " " + last), middle

    def _in_text(self, piece: str) -> int:
        return self._below(f" {piece}.")


class Dense(Level):
    """Counts by sentences of a script without spaces, each from the full stop before it to its last letter."""

    shortest = LONG_LINE

    def cut(self, text: str) -> Cut | None:
        """A long text with full stops, all of them after letters."""
        if text.isascii() or DENSE_STOP not in text:
            return None
        first, *middle, last = text.split(DENSE_STOP)
        if not all(map(DENSE_END.search, (first, *middle))):
            return None
        return (first, DENSE_STOP + last), middle

    def _in_text(self, piece: str) -> int:
        return self._below(DENSE_STOP + piece)


class Pieces:
    """All levels, coarse to fine, over a counting function.

    `limit`: bytes of all caches together. `least`: the share of the text that a level must find in its cache to pay.
    `whole_lines`: nothing is cut inside of lines, for numbers that depend on the whole line.
    """

    def __init__(self, count: Count, limit: int, least: float, *, whole_lines: bool = False) -> None:
        finer: list[Level] = []
        if not whole_lines:
            dense = Dense(count, limit // 8, least)
            finer = [Spaced(dense, limit // 8, least), dense]
        indented = Lines(INDENTED, " a", finer[0] if finer else count, limit // 4, least)
        self._levels = [Lines(BLOCK, "a", indented, limit // 2, least), indented, *finer]

    def __call__(self, text: str) -> int:
        """The number of `text`."""
        return self._levels[0](text)

    def idle(self, texts: Sequence[str]) -> bool:
        """True while no level pays, so that these texts may as well be counted whole."""
        if any(level.trial.is_on for level in self._levels):
            return False
        size = sum(map(len, texts))
        return not any(level.watch(texts, size) for level in self._levels)


class Whole:
    """Counts every text as a whole, for tokenizers without `CutRules`."""

    def __init__(self, count: Count) -> None:
        self._count = count

    def __call__(self, text: str) -> int:
        """The number of `text`."""
        return self._count(text)

    def idle(self, _texts: Sequence[str]) -> bool:
        """True: texts may be counted in batches."""
        return True
