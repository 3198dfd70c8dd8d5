"""Counts texts under several encodings as the sum of their words, so that each word is counted once.

Natural text has few different words, and looking one up takes less time than counting it under three encodings with
tiktoken. Whether this pays depends on the text: prose gains up to a half, code loses a quarter. So both ways are timed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from time import thread_time
from typing import Final

from tokcount.tokens.memo import Memo
from tokcount.tokens.packing import PackedCounts, Packer

_ALNUM: Final = (
    "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0391-\u03a1\u03a3-\u03f5\u0400-\u0481\u0620-\u064a"
    "\uac00-\ud7a3"
)
"""Letters and numbers, those that are so in every version of Unicode."""

WORD: Final = re.compile(
    r"[^W]*+[W]++(?:['\x80-\U0010ffff][^W]*+[W]++)*+(?!['\x80-\U0010ffff])|[\s\S]+".replace("W", _ALNUM)
)
"""Letters and digits with what is before them, up to white space or a sign of ASCII other than the apostrophe.

No match of a pattern with `CutRules` continues from a letter or number into such a character: only letters,
marks and contractions follow letters, only numbers follow numbers. Every word ends in a letter or number, where no
pattern looks ahead."""

LENGTHS: Final = range(24, 1 << 21)
"""Characters of the texts that are cut into words: short ones are not worth it, long ones would take much memory."""
DENSE: Final = 8
"""Characters a word from which a text is counted whole."""

CACHE_BYTES: Final = 12_000_000
WARM_UP: Final = 2
"""Batches from which words are learned before the two ways are compared."""
TRIED_EVERY: Final = 16
"""Batches after which the slower way is tried again."""
TIMED: Final = 100_000
"""Characters from which the time of a batch shows something."""


class Race:
    """Finds out whether counting by words takes less time than counting texts whole."""

    def __init__(self) -> None:
        self._batches = 0
        self._seconds: dict[bool, float] = {}
        """By words? → seconds a character took in the last batch."""

    @property
    def by_words(self) -> bool:
        """Whether words took less time; false as long as that is not known."""
        return len(self._seconds) == len((True, False)) and self._seconds[True] < self._seconds[False]

    def next_by_words(self) -> bool:
        """How to count the next batch."""
        if self._batches <= WARM_UP:
            return self._batches < WARM_UP
        return self.by_words != (self._batches % TRIED_EVERY == 0)

    def note(self, seconds: float, size: int, *, by_words: bool) -> None:
        """Records how long a batch took."""
        self._batches += 1
        self._seconds[by_words] = seconds / size


class WordPacker(Packer):
    """Counts texts by words as long as that takes less time. All encodings must have `CutRules`."""

    def __init__(self, counters: Sequence[Callable[[str], int]]) -> None:
        super().__init__(counters)
        self._memo = Memo(self.counts, CACHE_BYTES)
        self._race = Race()

    def __call__(self, text: str) -> PackedCounts:
        """The packed counts of one text."""
        words = words_of(text) if self._race.by_words else ()
        return self._sum(text, words) if words else super().__call__(text)

    def all(self, texts: Sequence[str]) -> list[PackedCounts]:
        """The packed counts of many texts, about a megabyte."""
        by_words = self._race.next_by_words()
        begun = thread_time()
        packed = self._by_words(texts) if by_words else super().all(texts)
        size = sum(map(len, texts))
        if size >= TIMED:
            self._race.note(thread_time() - begun, size, by_words=by_words)
        return packed

    def _by_words(self, texts: Sequence[str]) -> list[PackedCounts]:
        """All new words are counted under one encoding after the other."""
        found = list(map(words_of, texts))
        self._learn(set().union(*found))
        whole = iter(super().all([text for text, words in zip(texts, found, strict=True) if not words]))
        return [
            self._sum(text, words) if words else next(whole) for text, words in zip(texts, found, strict=True)
        ]

    def _learn(self, words: Iterable[str]) -> None:
        fresh = self._memo.unknown(words)
        self._memo.learn(fresh, self.all_counts(fresh))

    def _sum(self, text: str, words: Sequence[str]) -> PackedCounts:
        return self.flagged(text, sum(map(self._memo.__getitem__, words)))


def words_of(text: str) -> Sequence[str]:
    """The words of a text; none when it should be counted whole."""
    if len(text) not in LENGTHS:
        return ()
    words: list[str] = WORD.findall(text)
    return words if DENSE * len(words) > len(text) else ()
