"""Short texts in ASCII, counted without loading a vocabulary into tiktoken, which takes longer than they do.

Byte-pair encoding as tiktoken does it: the pattern splits a text, then the pair of the lowest rank is merged until none
is left. Of the vocabulary, only the tokens of the lengths that are looked up are read. The classes of the pattern are
written out for ASCII, where they mean the same in every version of Unicode; all other texts are for an engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from tokcount.tokens.encodings import counted_as, packed_bytes
from tokcount.tokens.encodings.openai import OPENAI

LONGEST: Final = 2_000
"""Characters from which loading a vocabulary is worth it."""
_SEPARATORS: Final = re.compile("[\x1c-\x1f]")
"""White space in Python, but not in tiktoken's patterns."""
_ASCII: Final = {
    "L": "A-Za-z", "Lu": "A-Z", "Ll": "a-z", "Lt": "", "Lm": "", "Lo": "", "M": "", "N": "0-9",
}  # fmt: skip
"""Unicode category → its characters in ASCII."""
_CLASS: Final = re.compile(r"\[[^\[\]]*\]|\\p\{\w+\}")
_CATEGORY: Final = re.compile(r"\\p\{(\w+)\}")


def takes(encoding: str, text: str) -> bool:
    """Whether the text is short and plain enough to be counted here."""
    is_plain = len(text) <= LONGEST and text.isascii() and _SEPARATORS.search(text) is None
    return is_plain and counted_as(encoding) in OPENAI


def count_tokens(encoding: str, text: str) -> int:
    """Tokens of a text that `takes` accepts, exactly those of `tiktoken.Encoding.encode_ordinary`."""
    name = counted_as(encoding)
    vocabulary = _vocabulary(name)
    return sum(_merged(piece[0].encode(), vocabulary) for piece in _pattern(name).finditer(text))


def _merged(piece: bytes, vocabulary: _Vocabulary) -> int:
    """How many tokens one match of the pattern has."""
    if vocabulary.rank(piece) is not None:
        return 1
    parts = [piece[place : place + 1] for place in range(len(piece))]
    while True:
        ranks = [vocabulary.rank(left + right) for left, right in pairwise(parts)]
        lowest = min((rank for rank in ranks if rank is not None), default=None)
        if lowest is None:
            return len(parts)
        place = ranks.index(lowest)
        parts[place : place + 2] = [parts[place] + parts[place + 1]]


class _Vocabulary:
    """The ranks of tokens, by length; each length is read when it is first asked for."""

    def __init__(self, name: str) -> None:
        self._lengths, self._tokens = packed_bytes(name)
        self._ranks: dict[int, dict[bytes, int]] = {}

    def rank(self, token: bytes) -> int | None:
        length = len(token)
        if length not in self._ranks:
            self._ranks[length] = dict(self._of_length(length))
        return self._ranks[length].get(token)

    def _of_length(self, length: int) -> Iterator[tuple[bytes, int]]:
        """The tokens of a length with their ranks."""
        begin = seen = 0
        while (rank := self._lengths.find(length, seen)) >= 0:
            begin += sum(self._lengths[seen:rank])
            yield self._tokens[begin : begin + length], rank
            begin, seen = begin + length, rank + 1


@cache
def _vocabulary(name: str) -> _Vocabulary:
    return _Vocabulary(name)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """The pattern of an encoding for Python's `re`."""
    pattern = _CLASS.sub(_in_ascii, OPENAI[name].pattern)
    return re.compile(pattern.replace("$", r"\Z"), re.ASCII)


def _in_ascii(found: re.Match[str]) -> str:
    """A class, or a category outside of one, as a class of ASCII characters."""
    inside = found[0][1:-1] if found[0].startswith("[") else found[0]
    return f"[{_CATEGORY.sub(lambda category: _ASCII[category[1]], inside)}]"
