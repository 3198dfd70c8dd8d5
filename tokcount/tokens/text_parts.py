"""The tokens of texts by text class: every token has exactly one class, so the classes add up to the count.

A token has the class of the run that it starts in (see `tokcount.tokens.text_classes`), even when it continues into the
next run or starts inside a character. Texts and their paragraphs are cached as for counting.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

from tokcount.tokens import encodings
from tokcount.tokens.encodings.openai import OPENAI
from tokcount.tokens.engines.base import Encode, Engine, TiktokenEngine, repair
from tokcount.tokens.memo import Memo
from tokcount.tokens.packing import FIELD, MASK
from tokcount.tokens.pieces import BLOCK, INDENTED, Count, Lines
from tokcount.tokens.text_classes import CLASSES, Runs, runs

CACHE_BYTES: Final = 24_000_000
_SHIFTS: Final = tuple(FIELD * (number + 1) for number in range(len(CLASSES)))


def total(packed: int) -> int:
    """All tokens of a packed count."""
    return packed & MASK


def by_class(packed: int) -> dict[str, int]:
    """Class → tokens, without classes that have none."""
    counts = ((name, packed >> shift & MASK) for name, shift in zip(CLASSES, _SHIFTS, strict=True))
    return {name: count for name, count in counts if count}


class ClassCounter:
    """Counts texts by class under any encoding; packed counts can be added before they are read.

    Not safe to share between threads. The memory of each encoding is bounded by `cache_bytes`.
    """

    def __init__(self, engine: Engine, cache_bytes: int = CACHE_BYTES) -> None:
        self._engine = engine
        self._cache_bytes = cache_bytes
        self._memos: dict[str, Memo] = {}
        self._last: tuple[str, Borders] = ("", Borders([], []))

    def count(self, encoding: str, text: str) -> int:
        """The packed count of one text, see `total` and `by_class`."""
        name = encodings.counted_as(encoding)
        memo = self._memos.get(name)
        if memo is None:
            memo = self._memos[name] = self._memo_of(name)
        return memo[text]

    def count_all(self, encoding: str, texts: Iterable[str]) -> int:
        """The packed count of all texts together."""
        return sum(self.count(encoding, text) for text in texts)

    def _memo_of(self, name: str) -> Memo:
        quarter, least = self._cache_bytes // 4, self._engine.least_repeated
        measure = self._by_tokens(name) if name in OPENAI else self._by_runs(name)
        pieces: Count = measure
        if encodings.cuts_of(name):
            pieces = Lines(BLOCK, "a", Lines(INDENTED, " a", measure, quarter, least), quarter, least)
        return Memo(lambda text: pieces(repair(text)), 2 * quarter)

    def _by_tokens(self, name: str) -> Count:
        """By where each token starts."""
        lengths = token_lengths(name)
        encode = self._engine.encoder(name)

        def measure(text: str) -> int:
            found = self._borders(text)
            packed = _measure(text, found, encode, lengths)
            return packed or _measure(text, found, TiktokenEngine().encoder(name), lengths)

        return measure

    def _by_runs(self, name: str) -> Count:
        """For tokenizers whose tokens have unknown lengths: by the count of each run, the last run taking the rest."""
        count = self._engine.counter(name)

        def measure(text: str) -> int:
            total_count = rest = count(text)
            packed = total_count
            found = runs(text)
            for (start, number), (end, _) in pairwise(found):
                tokens = min(rest, count(text[start:end]))
                packed += tokens << _SHIFTS[number]
                rest -= tokens
            return packed + (rest << _SHIFTS[found[-1][1]]) if found else packed

        return measure

    def _borders(self, text: str) -> Borders:
        """The runs of a text; the last text is cached, since it is needed once per encoding."""
        if self._last[0] != text:
            self._last = text, borders(text, runs(text))
        return self._last[1]


class Borders:
    """The start of each run, in bytes of UTF-8, and its class."""

    __slots__ = ("classes", "starts")

    def __init__(self, starts: list[int], classes: list[int]) -> None:
        self.starts = starts
        self.classes = classes


def borders(text: str, found: Runs) -> Borders:
    """The runs of a text, with starts in bytes instead of characters."""
    classes = [number for _, number in found]
    starts = [start for start, _ in found]
    if not text.isascii():
        sizes = (len(text[start:end].encode()) for start, end in pairwise(starts))
        starts = list(accumulate(sizes, initial=0))
    return Borders(starts, classes)


@cache
def token_lengths(encoding: str) -> Sequence[int]:
    """The number of bytes of each token of an encoding, by rank; 0 for ranks without a token."""
    ranks = encodings.ranks(encoding)
    lengths = [0] * (max(ranks.values()) + 1)
    for token, rank in ranks.items():
        lengths[rank] = len(token)
    return lengths


def _measure(text: str, found: Borders, encode: Encode, lengths: Sequence[int]) -> int:
    """The packed count of a text; 0 for an empty text, and when the tokens are not those of the text."""
    ids = encode(text) if text else ()
    if not ids:
        return 0
    if len(found.classes) == 1:
        return len(ids) | len(ids) << _SHIFTS[found.classes[0]]
    ends = list(accumulate(map(lengths.__getitem__, ids)))
    size = len(text) if text.isascii() else len(text.encode())
    if ends.pop() != size:
        return 0
    packed = len(ids)
    before = 0
    for number, start_of_next in zip(found.classes, found.starts[1:], strict=False):
        reached = 1 + bisect_left(ends, start_of_next, max(before - 1, 0))
        packed += reached - before << _SHIFTS[number]
        before = reached
    return packed + (len(ids) - before << _SHIFTS[found.classes[-1]])
