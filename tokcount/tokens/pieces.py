"""Counts a text as the sum of its pieces, so that repeated pieces are counted once.

Prompts made from a template all differ, but their paragraphs, lines and sentences repeat. Each level cuts a text where
every pattern with `CutRules` has a cut (see the proof at each level) and caches the counts of its pieces:

    text ─▶ blocks ─▶ indented lines ─▶ sentences ─▶ engine
            a paragraph or      a line with        of words, or of
            function, up to     the indentation    Chinese or Japanese
            an unindented line  after it

A piece that is not in the cache of one level goes to the next, finer level, and in the end to the engine. A level that
finds too few repeated pieces is switched off and tried again from time to time (`Trial`).

A piece that ends in white space counts differently at the end of a text than before more text (patterns look ahead
there). It is counted with a sentinel after it, which represents the text that follows.

What each level saves with tiktoken, as CPU time without it ÷ with it, on logs of 3 to 12 MB where its pieces repeat:
blocks 3.9 (prompts from a template), indented lines 3.0 (pretty-printed JSON), sentences 4.6 (documents on one line).
With splintr: 1.3, 0.7 and 2.6. On messages that repeat nothing, all levels together cost up to a fifth of the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tokcount.tokens.cuts import WHITE_SPACE
from tokcount.tokens.memo import Memo

Count = Callable[[str], int]
"""Text → a number that is additive over exact cuts: tokens, or the `PackedCounts` of several encodings."""

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
"""Characters that a level looks up before it decides whether it pays: the first time, when all is new, and later."""

REST = 3_000_000
LONGEST_REST = 16_000_000
"""Characters for which a level that does not pay is off; doubled each time, up to the longest."""


def is_cut(text: str) -> bool:
    """Is there anything in a text where a level could cut it?"""
    return "\n" in text or len(text) >= LONG_LINE


class Trial:
    """Decides whether a level pays: whether enough of what it looks up is in its cache."""

    def __init__(self, memo: Memo, least: float) -> None:
        self._memo = memo
        self._most_missed = 1 - least
        self._window = FIRST_WINDOW
        self._looked_up = 0
        self._missed = 0
        self._waited = 0
        self._rest = 0
        self._pause = REST

    def wants(self, size: int) -> bool:
        """True when the level should be tried for a text, or several, of `size` characters."""
        if self._looked_up > self._window:
            self._judge()
        return not self._rests(size)

    def note(self, size: int) -> None:
        """Records that `size` characters were looked up."""
        self._looked_up += size

    def idle(self, size: int) -> bool:
        """True while the level is off; called before each batch of texts, with their number of characters.

        A level that few texts reach must decide after a while too, so that others do not wait for it.
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
    """Counts by the matches of `pattern`, each except the last followed by `sentinel`."""

    def __init__(
        self, pattern: re.Pattern[str], sentinel: str, below: Count, limit: int, least: float
    ) -> None:
        self._findall = pattern.findall
        self._sentinel = sentinel
        self._sentinel_count = below(sentinel)
        self._below = below
        self.memo = Memo(self._followed, limit)
        self.trial = Trial(self.memo, least)

    def __call__(self, text: str) -> int:
        """The number of `text`."""
        if "\n" not in text or not self.trial.wants(len(text)):
            return self._below(text)
        pieces = self._findall(text)
        last = pieces.pop()
        self.trial.note(len(text) - len(last))
        return sum(map(self.memo.__getitem__, pieces)) + self._below(last)

    def _followed(self, piece: str) -> int:
        return self._below(piece + self._sentinel) - self._sentinel_count


class Sentences:
    """Counts by sentences: of words, each from the space before it to its full stop; of a script without spaces, each
    from the full stop before it to its last letter.
    """

    def __init__(self, below: Count, limit: int, least: float) -> None:
        self._below = below
        self.spaced = Memo(lambda sentence: below(f" {sentence}."), limit)
        self.dense = Memo(lambda sentence: below(DENSE_STOP + sentence), limit)
        self.spaced_trial = Trial(self.spaced, least)
        self.dense_trial = Trial(self.dense, least)

    def __call__(self, text: str) -> int:
        """The number of `text`."""
        if len(text) < LONG_LINE:
            return self._below(text)
        if ". " in text:
            return self._by_spaced(text) if self.spaced_trial.wants(len(text)) else self._below(text)
        if not text.isascii() and DENSE_STOP in text and self.dense_trial.wants(len(text)):
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

    `limit`: bytes of all caches together. `least`: the share of the text that a level must find in its cache to pay.
    `whole_lines`: nothing is cut inside of lines, for numbers that depend on the whole line.
    """

    def __init__(self, count: Count, limit: int, least: float, *, whole_lines: bool = False) -> None:
        sentences = None if whole_lines else Sentences(count, limit // 8, least)
        indented = Lines(INDENTED, " a", sentences or count, limit // 4, least)
        self._blocks = Lines(BLOCK, "a", indented, limit // 2, least)
        self._trials = [self._blocks.trial, indented.trial]
        if sentences is not None:
            self._trials += [sentences.spaced_trial, sentences.dense_trial]

    def __call__(self, text: str) -> int:
        """The number of `text`."""
        return self._blocks(text)

    def idle(self, size: int) -> bool:
        """True while every level is off, so that the next `size` characters of text may as well be counted whole."""
        idle = [trial.idle(size) for trial in self._trials]
        return all(idle)


class Whole:
    """Counts every text as a whole, for tokenizers without `CutRules`."""

    def __init__(self, count: Count) -> None:
        self._count = count

    def __call__(self, text: str) -> int:
        """The number of `text`."""
        return self._count(text)

    def idle(self, _size: int) -> bool:
        """True: texts may be counted in batches."""
        return True
