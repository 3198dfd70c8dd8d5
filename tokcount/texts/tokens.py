"""The tokens of a text with the bytes they stand for, and texts cut between them.

A token may end inside a character, and the tokens of a part are not always those that the whole text has at this place.
So every part ends at a whole character, and its tokens are counted by itself before it is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final, Literal

import msgspec

from tokcount.errors import UsageError
from tokcount.tokens import encodings, tokenizers
from tokcount.tokens.encodings.openai import OPENAI
from tokcount.tokens.engines.base import Count, Encode, repair
from tokcount.tokens.engines.choose import choose
from tokcount.tokens.stream import exact_blocks

Keep = Literal["first", "last"]
"""Which end of a text is kept."""
DAMAGED: Final = "the bytes of the tokens are not those of the text"
MOST_BYTES: Final = 1 << 12
"""Characters of a text that are read at once where only its first tokens are needed."""


class Token(msgspec.Struct, frozen=True):
    """One token: its number, and the bytes that it stands for."""

    id: int
    data: bytes

    @property
    def text(self) -> str:
        r"""The bytes as text; those that are not whole characters are written as `\xf0`."""
        return self.data.decode("utf-8", "backslashreplace")


class Part(msgspec.Struct, frozen=True):
    """A part of a text, from character `start` to `end` (exclusive), and its number of tokens."""

    start: int
    end: int
    tokens: int
    text: str


class Cutter:
    """Shows and cuts texts under one encoding. Raises `UsageError` for an unknown encoding or engine."""

    def __init__(self, encoding: str, engine: str = "auto") -> None:
        made = choose(engine)
        self.encoding = encoding
        self.count: Count = made.counter(encoding)
        self.encode: Encode = made.encoder(encoding)
        self._bytes_of = bytes_of(encoding)

    def ids(self, blocks: Iterable[str]) -> Iterator[Sequence[int]]:
        """The tokens of the joined blocks, some at a time."""
        return map(self.encode, exact_blocks(blocks, [self.encoding]))

    def tokens(self, blocks: Iterable[str]) -> Iterator[Token]:
        """The tokens of the joined blocks, with their bytes."""
        for ids in self.ids(blocks):
            for token in ids:
                yield Token(token, self._bytes_of(token))

    def truncate(self, blocks: Iterable[str], most: int, keep: Keep = "first", ellipsis: str = "") -> str:
        """The longest beginning (or end) of a text found between its tokens that has at most `most` tokens.

        `ellipsis` stands at the cut and is counted as well; a text that is not longer is returned as it is. Raises
        `UsageError` when the ellipsis alone is too long.
        """
        if self.count(ellipsis) > most:
            raise UsageError(f"--ellipsis has more than {most:,} tokens.")
        text = repair("".join(blocks if keep == "last" else self._enough(blocks, most)))
        if self.count(text) <= most:
            return text
        data, ends = self._ends(text)
        fits = len(ends) - 1
        for place in range(min(most, fits), -1, -1):
            part = _first(data, ends[place]) if keep == "first" else _last(data, ends[fits - place])
            kept = part + ellipsis if keep == "first" else ellipsis + part
            if self.count(kept) <= most:
                return kept
        return ellipsis

    def chunks(self, text: str, size: int, overlap: int = 0) -> Iterator[Part]:
        """The text in parts of at most `size` tokens, each of which repeats about `overlap` tokens of the one before.

        Without an overlap the parts joined are the text. A character of more than `size` tokens is a part of its own.
        """
        text = repair(text)
        data, ends = self._ends(text)
        begin = end = position = 0
        while end < len(data):
            following, part, tokens = self._next(data, ends, begin, end, size, overlap)
            position += len(data[begin:following].decode())
            yield Part(position, position + len(part), tokens, part)
            begin, end = following, following + len(part.encode())

    def _next(
        self, data: bytes, ends: Sequence[int], begin: int, end: int, size: int, overlap: int
    ) -> tuple[int, str, int]:
        """Where the part after `begin` to `end` begins, its text and its tokens; it always goes on beyond `end`."""
        last = _index(ends, end)
        for first in range(max(last - overlap, 0), last):
            repeated = _boundary(data, ends[first])
            if begin < repeated < end:
                part, tokens = self._part(data, repeated, ends, first, size)
                if repeated + len(part.encode()) > end:
                    return repeated, part, tokens
        return end, *self._part(data, end, ends, last, size)

    def _part(self, data: bytes, begin: int, ends: Sequence[int], first: int, size: int) -> tuple[str, int]:
        """The longest part from `begin` with at most `size` tokens, and its tokens; one character at least."""
        for last in range(min(first + size, len(ends) - 1), first, -1):
            end = _boundary(data, ends[last])
            part = data[begin:end].decode() if end > begin else ""
            if part and (tokens := self.count(part)) <= size:
                return part, tokens
        end = begin + 1
        while end < len(data) and _is_inside(data, end):
            end += 1
        part = data[begin:end].decode()
        return part, self.count(part)

    def _enough(self, blocks: Iterable[str], most: int) -> Iterator[str]:
        """The blocks up to an exact cut after more than `most` tokens."""
        tokens = 0
        for block in exact_blocks(blocks, [self.encoding], MOST_BYTES):
            yield block
            tokens += self.count(block)
            if tokens > most:
                return

    def _ends(self, text: str) -> tuple[bytes, list[int]]:
        """The bytes of a text, and where its tokens end in them, beginning with 0."""
        data = text.encode()
        ends = [0, *accumulate(len(self._bytes_of(token)) for token in self.encode(text))]
        if ends[-1] != len(data):
            raise UsageError(f"{self.encoding}: {DAMAGED}; texts cannot be cut under it.")
        return data, ends


def decode(ids: Iterable[int], encoding: str) -> bytes:
    """The bytes that tokens stand for. Raises `UsageError` for a number that is not a token of the encoding."""
    token_bytes = bytes_of(encoding)
    return b"".join(map(token_bytes, ids))


def bytes_of(encoding: str) -> Callable[[int], bytes]:
    """What a token of an encoding stands for. Raises `UsageError` for an encoding that cannot tell."""
    name = encodings.counted_as(encoding)
    if name not in OPENAI:
        return _foreign(name)
    single = encodings.get(name).decode_single_token_bytes

    def token_bytes(token: int) -> bytes:
        try:
            return single(token)
        except (KeyError, OverflowError):
            raise UsageError(f"{token} is not a token of {encoding}.") from None

    return token_bytes


def _foreign(name: str) -> Callable[[int], bytes]:
    decode_tokens = getattr(tokenizers.load(name), "decode", None)
    if not callable(decode_tokens):
        raise UsageError(f"tokenizer {name} has no decode(); its tokens can be counted, not shown or cut.")

    def token_bytes(token: int) -> bytes:
        try:
            return bytes(decode_tokens([token]))
        except Exception:  # noqa: BLE001 - a tokenizer may answer anything to a number that is none of its tokens
            raise UsageError(f"{token} is not a token of {name}.") from None

    return token_bytes


def _index(ends: Sequence[int], place: int) -> int:
    """The number of tokens that end at or before a place in the bytes."""
    from bisect import bisect_right

    return bisect_right(ends, place) - 1


def _is_inside(data: bytes, place: int) -> bool:
    """Whether a place is inside a character of UTF-8."""
    return 0 < place < len(data) and data[place] & 0xC0 == 0x80


def _boundary(data: bytes, place: int) -> int:
    """The last end of a character at or before a place."""
    while _is_inside(data, place):
        place -= 1
    return place


def _first(data: bytes, end: int) -> str:
    return data[: _boundary(data, end)].decode()


def _last(data: bytes, begin: int) -> str:
    while _is_inside(data, begin):
        begin += 1
    return data[begin:].decode()
