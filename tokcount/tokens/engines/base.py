"""Engines: what counts the tokens of a text under an encoding.

`TiktokenEngine` is the default and the reference. `FastEngine` returns the same counts with splintr, several times as
fast. Both are exact for every string and take time linear in its length. Other tokenizers than OpenAI's encodings
(`tokcount.tokens.tokenizers`) count texts themselves, under either engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeVar, get_args

from tokcount.errors import DataError
from tokcount.tokens import encodings, tokenizers
from tokcount.tokens.cuts import CHUNK, GIANT_RUN, chunks, is_one_match
from tokcount.tokens.encodings.openai import OPENAI
from tokcount.tokens.packing import Packer

T = TypeVar("T")
Count = Callable[[str], int]
"""Number of tokens of any `str`, including lone surrogates."""

Encode = Callable[[str], Sequence[int]]
"""The tokens of any `str`, including lone surrogates."""

EngineName = Literal["auto", "tiktoken", "fast"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
"""The names that `choose` knows."""


class Engine(Protocol):
    """Counts tokens as `tiktoken.Encoding.encode_ordinary` does."""

    name: str
    least_repeated: float
    """The minimum share of a text that must repeat for counting by pieces to be faster."""
    warnings: list[str]
    """One line each, for the caller to show: why a slower engine than requested is used."""

    def counter(self, encoding: str) -> Count:
        """The counting function of one encoding. Loads the vocabulary."""

    def packer(self, names: Sequence[str]) -> Packer:
        """Counts under several encodings at once."""

    def encoder(self, encoding: str) -> Encode:
        """The encoding function of one encoding, for the tokens themselves."""


class TiktokenEngine:
    """Counts with tiktoken."""

    name = "tiktoken"
    least_repeated = 0.05

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self._counters: dict[str, Count] = {}

    def counter(self, encoding: str) -> Count:
        """The counting function of `encoding`; `UsageError` when there is no such encoding."""
        name = encodings.counted_as(encoding)
        if name not in self._counters:
            self._counters[name] = _with_tiktoken(name) if name in OPENAI else _with_tokenizer(name)
        return self._counters[name]

    def packer(self, names: Sequence[str]) -> Packer:
        """Counts under several encodings at once; `UsageError` when there is no such encoding."""
        counters = [self.counter(name) for name in names]
        if len(counters) < 2 or not all(map(encodings.cuts_of, names)):
            return Packer(counters)
        from tokcount.tokens.words import WordPacker  # its pattern takes a while to compile

        return WordPacker(counters)

    def encoder(self, encoding: str) -> Encode:
        """The encoding function of `encoding`; `UsageError` when there is no such encoding."""
        name = encodings.counted_as(encoding)
        if name not in OPENAI:
            encode_foreign = tokenizers.load(name).encode
            return lambda text: guarded(lambda: encode_foreign(repair(text)), text)
        encode, encode_chunk = encodings.get(name).encode_ordinary, _chunk_encoder(name)
        rules = OPENAI[name].cuts

        def encode_all(text: str) -> Sequence[int]:
            if len(text) <= CHUNK:
                return encode(text)
            parts = chunks(repair(text), rules)
            return guarded(lambda: [token for part in parts for token in encode_chunk(part)], text)

        return encode_all


def _with_tiktoken(name: str) -> Count:
    encode, encode_chunk = encodings.get(name).encode_ordinary, _chunk_encoder(name)
    rules = OPENAI[name].cuts

    def count(text: str) -> int:
        if len(text) <= CHUNK:
            return len(encode(text))
        return guarded(lambda: sum(len(encode_chunk(part)) for part in chunks(repair(text), rules)), text)

    return count


def _with_tokenizer(name: str) -> Count:
    count = tokenizers.load(name).count
    return lambda text: guarded(lambda: count(repair(text)), text)


def _chunk_encoder(name: str) -> Encode:
    encoding, rules = encodings.get(name), OPENAI[name].cuts

    def encode_chunk(chunk: str) -> Sequence[int]:
        if len(chunk) > GIANT_RUN and is_one_match(chunk, rules):
            return encoding._encode_single_piece(chunk)  # noqa: SLF001 - the pattern fails on giant runs
        return encoding.encode_ordinary(chunk)

    return encode_chunk


def guarded(count: Callable[[], T], text: str) -> T:
    """`count()`, with a panic inside tiktoken turned into a `DataError`.

    A panic is not an `Exception` and its class cannot be imported, so it is recognised by its name.
    """
    try:
        return count()
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise DataError(f"tiktoken cannot count a text of {len(text):,} characters; split it") from None


def repair(text: str) -> str:
    """`text` with lone surrogates replaced by U+FFFD and pairs joined, as tiktoken does."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
