"""Several counts of one text in one integer, so that the totals of a record are one sum over its texts.

    bits  0–39   tokens under the first encoding
         40–79   tokens under the second encoding, and so on
          …      texts that contain something like a special token
          …      texts that contain a lone surrogate

Packed counts can be added and subtracted. A text that is counted in pieces adds the flags of its pieces, so the last
two fields are flags: zero or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, NewType

FIELD: Final = 40
"""Bits of one count; no text has a trillion tokens."""
MASK: Final = (1 << FIELD) - 1

PackedCounts = NewType("PackedCounts", int)
"""The counts of one or more texts; `unpack` reads them."""

_SPECIAL = re.compile(r"<\|[a-z_]+(?:_\d+)?\|>")


class Counted(NamedTuple):
    """Tokens per encoding, and flags: above zero when they apply."""

    counts: tuple[int, ...]
    special: int
    """Pieces of text with something like a special token, counted as ordinary text."""
    repaired: int
    """Pieces of text with a lone surrogate, counted as U+FFFD."""


class Packer:
    """Counts texts under several encodings, given the counting function of each."""

    fields: Final = 1
    """Fields of an encoding in packed counts; the first is its count."""

    def __init__(self, counters: Sequence[Callable[[str], int]]) -> None:
        self._counters = tuple(reversed(counters))

    def __call__(self, text: str) -> PackedCounts:
        """The packed counts of one text."""
        return self.flagged(text, self.counts(text))

    def all(self, texts: Sequence[str]) -> list[PackedCounts]:
        """The packed counts of many texts: one encoding after the other takes a sixth less time than text by text."""
        return list(map(self.flagged, texts, self.all_counts(texts)))

    def counts(self, text: str) -> int:
        """The counts of one text, without flags."""
        packed = 0
        for count in self._counters:
            packed = packed << FIELD | count(text)
        return packed

    def all_counts(self, texts: Sequence[str]) -> list[int]:
        """The counts of many texts, without flags."""
        packed = [0] * len(texts)
        for count in self._counters:
            packed = [
                value << FIELD | tokens for value, tokens in zip(packed, map(count, texts), strict=True)
            ]
        return packed

    def flagged(self, text: str, counts: int) -> PackedCounts:
        """The counts of a text with its flags."""
        return PackedCounts(flags(text) << FIELD * len(self._counters) | counts)


def unpack(packed: PackedCounts, encodings: int, fields: int = 1) -> Counted:
    """The counts in `packed`, given the number of encodings, and of the fields of each: the first is its count."""
    width = FIELD * fields
    counts = tuple([packed >> shift & MASK for shift in range(0, width * encodings, width)])
    rest = packed >> width * encodings
    return Counted(counts, rest & MASK, rest >> FIELD)


def has_special(text: str) -> bool:
    """True when `text` contains something like `<|endoftext|>`."""
    return "<|" in text and _SPECIAL.search(text) is not None


def has_lone_surrogate(text: str) -> bool:
    """True when `text` is not valid Unicode, and is therefore counted with U+FFFD in some places."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def flags(text: str) -> int:
    """The fields of a text that are above those of its counts."""
    return has_lone_surrogate(text) << FIELD | has_special(text)
