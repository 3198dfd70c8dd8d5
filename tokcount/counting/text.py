"""The tokens of texts under several encodings, each distinct text counted once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tokcount.counting.engine import Engine, choose, repair
from tokcount.counting.memo import Memo
from tokcount.counting.pieces import Pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CACHE_BYTES = 24_000_000
FIELD = 40
"""Bits of one number inside a packed count; no log has a trillion tokens in one text."""
MASK = (1 << FIELD) - 1

_SPECIAL = re.compile(r"<\|[a-z_]+(?:_\d+)?\|>")


class Counted(NamedTuple):
    """Tokens per encoding, and how many of the texts hold something worth a flag."""

    counts: tuple[int, ...]
    special: int
    """Texts with what looks like a special token, counted as ordinary text."""
    repaired: int
    """Texts with a lone surrogate, counted as U+FFFD."""


def has_special(text: str) -> bool:
    """True when ``text`` holds something like ``<|endoftext|>``."""
    return "<|" in text and _SPECIAL.search(text) is not None


def has_lone_surrogate(text: str) -> bool:
    """True when ``text`` is not valid Unicode, and so counted with U+FFFD in some places."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _flags(text: str) -> int:
    """The flags of a text as packed numbers of texts: special tokens in the low field, repaired in the high."""
    return has_lone_surrogate(text) << FIELD | has_special(text)


class TextCounter:
    """Counts texts under ``encodings``, remembering the texts met lately in about ``cache_bytes``.

    Not safe to share between threads. `UsageError` for an unknown encoding or
    engine.
    """

    def __init__(
        self, encodings: Sequence[str], engine: str = "auto", cache_bytes: int = CACHE_BYTES
    ) -> None:
        self.encodings = tuple(encodings)
        self.engine: Engine = choose(engine)
        self._cache_bytes = cache_bytes
        self._counters = [self.engine.counter(name) for name in self.encodings]
        self._pieces = Pieces(self._pack, cache_bytes // 2, self.engine.least_repeated)
        self._texts = Memo(self._measure, cache_bytes // 2)
        self._single: dict[str, Memo] = {}

    @property
    def warnings(self) -> list[str]:
        """One line each, for the caller to show: why a slower engine than asked for is at work."""
        return self.engine.warnings

    def count(self, text: str) -> tuple[int, ...]:
        """Tokens of ``text``, in the order of `encodings`."""
        return self._unpack(self._texts[text])

    def count_all(self, texts: Iterable[str]) -> Counted:
        """Tokens of all ``texts`` together, and how many of them are flagged."""
        packed = sum(map(self._texts.__getitem__, texts))
        flags = packed >> FIELD * len(self.encodings)
        return Counted(self._unpack(packed), flags & MASK, flags >> FIELD)

    def count_flagged(self, text: str) -> Counted:
        """Tokens and flags of one text."""
        return self.count_all((text,))

    def tokens(self, encoding: str, text: str) -> int:
        """Tokens of ``text`` under one encoding, which need not be one of `encodings`.

        For texts that only one encoding asks for; `count` is faster where all of them do.
        """
        memo = self._single.get(encoding)
        if memo is None:
            memo = self._single[encoding] = self._memo_of(encoding)
        return memo[text]

    def learn(self, texts: Iterable[str]) -> None:
        """Count texts that will be asked for next, about a megabyte at a time.

        Counting many texts under one encoding, then under the next, takes a sixth less time than changing the
        encoding with every text. Does nothing where pieces of texts are met again, which gains more.
        """
        fresh = [text for text in dict.fromkeys(texts) if not self._texts.knows(text)]
        if not self._pieces.idle(sum(map(len, fresh))):
            return
        packed = [_flags(text) for text in fresh]
        for count in reversed(self._counters):
            packed = [
                value << FIELD | tokens for value, tokens in zip(packed, map(count, fresh), strict=True)
            ]
        for text, value in zip(fresh, packed, strict=True):
            self._texts.learn(text, value)

    def _memo_of(self, encoding: str) -> Memo:
        share = self._cache_bytes // 8
        pieces = Pieces(self.engine.counter(encoding), share, self.engine.least_repeated)
        return Memo(lambda text: pieces(repair(text)), share)

    def _measure(self, text: str) -> int:
        flags = _flags(text)
        return flags << FIELD * len(self.encodings) | self._pieces(repair(text) if flags >> FIELD else text)

    def _pack(self, text: str) -> int:
        packed = 0
        for count in reversed(self._counters):
            packed = packed << FIELD | count(text)
        return packed

    def _unpack(self, packed: int) -> tuple[int, ...]:
        return tuple([packed >> shift & MASK for shift in range(0, FIELD * len(self.encodings), FIELD)])
