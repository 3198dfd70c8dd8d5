"""Several numbers of one text in one integer, so that a record's totals are one sum over its texts.

From the low bits up: the tokens under each encoding, in order; then the texts that look like special tokens; then the
texts with a lone surrogate. Packed numbers may be added and subtracted; a text that is counted in pieces adds the
flags of its pieces, so flags say whether, not how often.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

FIELD: Final = 40
"""Bits of one number; no log has a trillion tokens in one text."""
MASK: Final = (1 << FIELD) - 1

_SPECIAL = re.compile(r"<\|[a-z_]+(?:_\d+)?\|>")


class Counted(NamedTuple):
    """Tokens per encoding; above zero: some of the text is worth a flag."""

    counts: tuple[int, ...]
    special: int
    """Pieces of text with what looks like a special token, counted as ordinary text."""
    repaired: int
    """Pieces of text with a lone surrogate, counted as U+FFFD."""


class Packer:
    """Counts texts under several encodings, given the counting function of each."""

    def __init__(self, counters: Sequence[Callable[[str], int]]) -> None:
        self._counters = tuple(reversed(counters))

    def __call__(self, text: str) -> int:
        """The packed numbers of one text."""
        packed = _flags(text)
        for count in self._counters:
            packed = packed << FIELD | count(text)
        return packed

    def all(self, texts: Sequence[str]) -> list[int]:
        """The packed numbers of many texts: one encoding after the other takes a sixth less time than text by text."""
        packed = [_flags(text) for text in texts]
        for count in self._counters:
            packed = [
                value << FIELD | tokens for value, tokens in zip(packed, map(count, texts), strict=True)
            ]
        return packed


def unpack(packed: int, encodings: int) -> Counted:
    """The numbers in ``packed`` under so many encodings."""
    counts = tuple([packed >> shift & MASK for shift in range(0, FIELD * encodings, FIELD)])
    flags = packed >> FIELD * encodings
    return Counted(counts, flags & MASK, flags >> FIELD)


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
    return has_lone_surrogate(text) << FIELD | has_special(text)
