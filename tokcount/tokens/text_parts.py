"""The tokens of texts by text class: every token has exactly one class, so the classes add up to the count.

A token has the class of the run that it starts in (see `tokcount.tokens.text_classes`), even when it continues into the
next run or starts inside a character.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Final

from tokcount.tokens import encodings
from tokcount.tokens.encodings.openai import OPENAI
from tokcount.tokens.engines.base import Encode, Engine, TiktokenEngine, repair
from tokcount.tokens.packing import FIELD, MASK, PackedCounts, flags
from tokcount.tokens.text_classes import CLASSES, Runs, runs

FIELDS: Final = 1 + len(CLASSES)
"""Fields of an encoding in packed counts by class: all tokens, then those of each class."""
RECENT: Final = 2_000_000
"""Characters of the texts whose borders are kept, plus at most one text."""
_SHIFTS: Final = tuple(FIELD * (number + 1) for number in range(len(CLASSES)))
_NAMED: Final = tuple(zip(CLASSES, _SHIFTS, strict=True))


def total(packed: int) -> int:
    """All tokens of the packed count of one encoding."""
    return packed & MASK


def by_class(packed: int) -> dict[str, int]:
    """Class → tokens, without classes that have none, of the packed count of one encoding."""
    return {name: count for name, shift in _NAMED if (count := packed >> shift & MASK)}


class ClassPacker:
    """Counts texts by class under several encodings: `fields` for each, and the flags of a `Packer`."""

    fields: Final = FIELDS

    def __init__(self, engine: Engine, names: Sequence[str], recent: RecentBorders) -> None:
        self._measures = tuple(_measure_of(engine, encodings.counted_as(name)) for name in reversed(names))
        self._recent = recent

    def __call__(self, text: str) -> PackedCounts:
        """The packed counts of one text."""
        packed = flags(text)
        if not self._measures:
            return PackedCounts(packed)
        text = repair(text)
        found = self._recent.of(text)
        for measure in self._measures:
            packed = packed << FIELD * FIELDS | measure(text, found)
        return PackedCounts(packed)

    def all(self, texts: Sequence[str]) -> list[PackedCounts]:
        """The packed counts of many texts."""
        return [self(text) for text in texts]


class Borders:
    """The runs of a text: the class of each, and where it starts in characters and in bytes of UTF-8."""

    __slots__ = ("classes", "runs", "starts")

    def __init__(self, text: str) -> None:
        self.runs: Runs = runs(text)
        self.classes = [number for _, number in self.runs]
        starts = [start for start, _ in self.runs]
        if not text.isascii():
            sizes = (len(text[start:end].encode()) for start, end in pairwise(starts))
            starts = list(accumulate(sizes, initial=0))
        self.starts = starts


class RecentBorders:
    """The borders of recent texts: the packers of several encodings need the same ones within a batch."""

    def __init__(self) -> None:
        self._known: dict[str, Borders] = {}
        self._characters = 0

    def of(self, text: str) -> Borders:
        """The borders of a text without lone surrogates."""
        found = self._known.get(text)
        if found is None:
            if self._characters > RECENT:
                self._known, self._characters = {}, 0
            found = self._known[text] = Borders(text)
            self._characters += len(text)
        return found


Measure = Callable[[str, Borders], int]
"""A text and its runs → the packed count of one encoding."""


def _measure_of(engine: Engine, name: str) -> Measure:
    return _by_tokens(engine, name) if name in OPENAI else _by_runs(engine, name)


def _by_tokens(engine: Engine, name: str) -> Measure:
    """By where each token starts."""
    lengths = token_lengths(name)
    encode = engine.encoder(name)

    def measure(text: str, found: Borders) -> int:
        packed = _measure(text, found, encode, lengths)
        return packed or _measure(text, found, TiktokenEngine().encoder(name), lengths)

    return measure


def _by_runs(engine: Engine, name: str) -> Measure:
    """For tokenizers whose tokens have unknown lengths: by the count of each run, the last run taking the rest."""
    count = engine.counter(name)

    def measure(text: str, found: Borders) -> int:
        packed = rest = count(text)
        for (start, number), (end, _) in pairwise(found.runs):
            tokens = min(rest, count(text[start:end]))
            packed += tokens << _SHIFTS[number]
            rest -= tokens
        return packed + (rest << _SHIFTS[found.classes[-1]]) if found.runs else packed

    return measure


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
        reached = 1 + bisect_left(ends, start_of_next)
        packed += reached - before << _SHIFTS[number]
        before = reached
    return packed + (len(ids) - before << _SHIFTS[found.classes[-1]])
