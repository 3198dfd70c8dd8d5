"""Counts texts under several encodings as the sum of their words, so that each word is counted once.

Natural text has few different words, and looking one up takes less time than counting it under three encodings with
tiktoken. Texts without words that recur (other scripts, data) are counted whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tokcount.tokens.memo import Memo
from tokcount.tokens.packing import PackedCounts, Packer
from tokcount.tokens.pieces import Trial

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
LEAST_REPEATED: Final = 0.65
"""The share of a text that has to be in known words: a new one takes three times as long alone as in its text."""


class WordPacker(Packer):
    """Counts texts by words as long as that pays. All encodings must have `CutRules`."""

    def __init__(self, counters: Sequence[Callable[[str], int]]) -> None:
        super().__init__(counters)
        self._memo = Memo(self.counts, CACHE_BYTES)
        self._trial = Trial(self._memo, LEAST_REPEATED)

    def __call__(self, text: str) -> PackedCounts:
        """The packed counts of one text."""
        words = words_of(text) if self._trial.wants(len(text)) else ()
        return self._sum(text, words) if words else super().__call__(text)

    def all(self, texts: Sequence[str]) -> list[PackedCounts]:
        """The packed counts of many texts; all their new words are counted under one encoding after the other."""
        if not self._trial.wants(sum(map(len, texts))):
            return super().all(texts)
        found = list(map(words_of, texts))
        self._learn(set().union(*found))
        whole = iter(super().all([text for text, words in zip(texts, found, strict=True) if not words]))
        return [
            self._sum(text, words) if words else next(whole) for text, words in zip(texts, found, strict=True)
        ]

    def _learn(self, words: Iterable[str]) -> None:
        fresh = [word for word in words if not self._memo.knows(word)]
        for word, packed in zip(fresh, self.all_counts(fresh), strict=True):
            self._memo.learn(word, packed)

    def _sum(self, text: str, words: Sequence[str]) -> PackedCounts:
        self._trial.note(len(text))
        return self.flagged(text, sum(map(self._memo.__getitem__, words)))


def words_of(text: str) -> Sequence[str]:
    """The words of a text; none when it should be counted whole."""
    if len(text) not in LENGTHS:
        return ()
    words: list[str] = WORD.findall(text)
    return words if DENSE * len(words) > len(text) else ()
