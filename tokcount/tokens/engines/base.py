"""Engines: what turns a text into a number of tokens.

`TiktokenEngine` is the default and the oracle. `FastEngine` counts the same with splintr, several times as fast.
Both are exact for every string and take time linear in its length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar, get_args

from tokcount.errors import DataError
from tokcount.tokens import encodings
from tokcount.tokens.cuts import CHUNK, GIANT_RUN, chunks, is_one_match
from tokcount.tokens.packing import Packer

T = TypeVar("T")
Count = Callable[[str], int]
"""Number of tokens of a text; any ``str``, lone surrogates included."""

Encode = Callable[[str], Sequence[int]]
"""The tokens of a text; any ``str``, lone surrogates included."""

EngineName = Literal["auto", "tiktoken", "fast"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
"""The names that `choose` knows."""


class Engine(Protocol):
    """Something that counts the tokens of texts as `tiktoken.Encoding.encode_ordinary` does."""

    name: str
    least_repeated: float
    """The share of a text that has to be known already for counting it by pieces to pay."""
    warnings: list[str]
    """One line each, for the caller to show: why something slower than asked for is at work."""

    def counter(self, encoding: str) -> Count:
        """The counting function of one encoding. Loads the vocabulary."""

    def packer(self, names: Sequence[str]) -> Packer:
        """Counts under several encodings at once."""

    def encoder(self, encoding: str) -> Encode:
        """The encoding function of one encoding, for those who need the tokens themselves."""


class TiktokenEngine:
    """Counts with tiktoken."""

    name = "tiktoken"
    least_repeated = 0.05

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._counters: dict[str, Count] = {}

    def counter(self, encoding: str) -> Count:
        """The counting function of ``encoding``; `UsageError` when there is no such encoding."""
        name = encodings.counted_as(encoding)
        if name not in self._counters:
            self._counters[name] = _with_tiktoken(name)
        return self._counters[name]

    def packer(self, names: Sequence[str]) -> Packer:
        """Counts under several encodings at once; `UsageError` when there is no such encoding."""
        return Packer([self.counter(name) for name in names])

    def encoder(self, encoding: str) -> Encode:
        """The encoding function of ``encoding``; `UsageError` when there is no such encoding."""
        name = encodings.counted_as(encoding)
        encode, encode_chunk = encodings.get(name).encode_ordinary, _chunk_encoder(name)

        def encode_all(text: str) -> Sequence[int]:
            if len(text) <= CHUNK:
                return encode(text)
            parts = chunks(repair(text), name)
            return guarded(lambda: [token for part in parts for token in encode_chunk(part)], text)

        return encode_all


def _with_tiktoken(name: str) -> Count:
    encode, encode_chunk = encodings.get(name).encode_ordinary, _chunk_encoder(name)

    def count(text: str) -> int:
        if len(text) <= CHUNK:
            return len(encode(text))
        return guarded(lambda: sum(len(encode_chunk(part)) for part in chunks(repair(text), name)), text)

    return count


def _chunk_encoder(name: str) -> Encode:
    encoding = encodings.get(name)

    def encode_chunk(chunk: str) -> Sequence[int]:
        if len(chunk) > GIANT_RUN and is_one_match(chunk, name):
            return encoding._encode_single_piece(chunk)  # noqa: SLF001 - the pattern fails on giant runs
        return encoding.encode_ordinary(chunk)

    return encode_chunk


def guarded(count: Callable[[], T], text: str) -> T:
    """``count()``, with a panic inside tiktoken turned into a `DataError`.

    A panic is no `Exception` and its class cannot be imported, so it is known by its name.
    """
    try:
        return count()
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DataError(f"tiktoken cannot count a text of {len(text):,} characters; split it") from None


def repair(text: str) -> str:
    """``text`` with lone surrogates replaced by U+FFFD and pairs joined, as tiktoken repairs it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
