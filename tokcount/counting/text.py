"""The tokens of texts under several encodings, each distinct text counted once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tokcount.counting.engine import Engine, choose, repair
from tokcount.counting.memo import Memo
from tokcount.counting.pieces import Packed, by_pieces

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


class TextCounter:
    """Counts texts under ``encodings``, remembering the texts met lately in about ``cache_bytes``.

    Not safe to share between threads. ``cache_bytes=0`` remembers nothing. `UsageError` for an unknown encoding or
    engine.
    """

    def __init__(
        self, encodings: Sequence[str], engine: str = "auto", cache_bytes: int = CACHE_BYTES
    ) -> None:
        self.encodings = tuple(encodings)
        self.engine: Engine = choose(engine)
        self._cache_bytes = cache_bytes
        self._counters = [self.engine.counter(name) for name in self.encodings]
        self._by_pieces = self._with_pieces(self._pack, cache_bytes // 2)
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

    def _memo_of(self, encoding: str) -> Memo:
        by_pieces = self._with_pieces(self.engine.counter(encoding), self._cache_bytes // 8)
        return Memo(lambda text: by_pieces(repair(text)), self._cache_bytes // 8)

    def _with_pieces(self, count: Packed, limit: int) -> Packed:
        return by_pieces(count, limit, self.engine.least_repeated) if limit else count

    def _measure(self, text: str) -> int:
        lone = has_lone_surrogate(text)
        flags = lone << FIELD | has_special(text)
        return flags << FIELD * len(self.encodings) | self._by_pieces(repair(text) if lone else text)

    def _pack(self, text: str) -> int:
        packed = 0
        for count in reversed(self._counters):
            packed = packed << FIELD | count(text)
        return packed

    def _unpack(self, packed: int) -> tuple[int, ...]:
        return tuple([packed >> shift & MASK for shift in range(0, FIELD * len(self.encodings), FIELD)])
