"""The tokens of texts by text class: every token has exactly one class, so the classes add up to the count.

A token has the class of the run that it starts in (see `tokcount.tokens.text_classes`), even when it continues into the
next run or starts inside a character.
"""

from __future__ import annotations

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
_START: Final = 1
_SHIFTS: Final = tuple(FIELD * (number + 1) for number in range(len(CLASSES)))


def total(packed: int) -> int:
    """All tokens of the packed count of one encoding."""
    return packed & MASK


def by_class(packed: int) -> dict[str, int]:
    """Class → tokens, without classes that have none, of the packed count of one encoding."""
    found = {}
    rest = packed >> FIELD
    for name in CLASSES:
        if count := rest & MASK:
            found[name] = count
        rest >>= FIELD
        if not rest:
            break
    return found


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
        starts: Sequence[int] = [start for start, _ in self.runs]
        self.classes = [number for _, number in self.runs]
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
    marks = token_marks(name)
    encode = engine.encoder(name)

    def measure(text: str, found: Borders) -> int:
        packed = _measure(text, found, encode, marks)
        return packed or _measure(text, found, TiktokenEngine().encoder(name), marks)

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
def token_marks(encoding: str) -> Sequence[bytes]:
    """For each token of an encoding, by rank, as many bytes as it has, the first of them `_START`.

    Those of all tokens of a text, one after the other, show where the tokens start. Empty for ranks without a token.
    """
    by_length = [b"", *(bytes([_START]).ljust(length, b"\0") for length in range(1, 256))]
    return [by_length[length] for length in encodings.token_lengths(encoding)]


def _measure(text: str, found: Borders, encode: Encode, marks: Sequence[bytes]) -> int:
    """The packed count of a text; 0 for an empty text, and when the tokens are not those of the text."""
    ids = encode(text) if text else ()
    if not ids:
        return 0
    classes, starts = found.classes, found.starts
    if len(classes) == 1:
        return len(ids) | len(ids) << _SHIFTS[classes[0]]
    tokens = b"".join(map(marks.__getitem__, ids))
    if len(tokens) != (len(text) if text.isascii() else len(text.encode())):
        return 0
    packed: int = len(ids)
    for number, start, end in zip(classes, starts, (*starts[1:], len(tokens)), strict=True):
        packed += tokens.count(_START, start, end) << _SHIFTS[number]
    return packed
