"""What a tokenizer other than OpenAI's encodings has to be; `tokcount.tokens.tokenizers` finds and loads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec


class CutRules(msgspec.Struct, frozen=True):
    """For tokenizers that first split a text with one of OpenAI's patterns, or one that splits at the same places: how
    that pattern treats white space. With it, long texts are counted in chunks and repeated parts of texts only once.

    A tokenizer whose tokens can span a space after a word, or a line end before a word, must not have cut rules.
    """

    line_ends_first: bool = True
    """A run of white space is first matched up to its last line end, with the punctuation before it."""
    slash_after_line_end: bool = False
    """That match goes on with `/`."""
    whole_run_at_end: bool = False
    """A run of white space that ends the text is one match."""


class Tokenizer(Protocol):
    """A tokenizer. Subclass it, or have the same members; `cuts` may be missing then."""

    name: str
    cuts: CutRules | None = None
    """`None`: no text may be cut. Every distinct text is then counted as a whole, which is always exact."""

    def count(self, text: str) -> int:
        """Number of tokens of any text without lone surrogates, special tokens counted as ordinary text."""
        raise NotImplementedError

    def encode(self, text: str) -> Sequence[int]:
        """The tokens of such a text."""
        raise NotImplementedError
