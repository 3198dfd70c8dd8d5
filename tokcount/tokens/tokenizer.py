"""Tokenizers: what turns a text into tokens, OpenAI's encodings and those of other packages.

A package adds a tokenizer with an entry point of the group `tokcount.tokenizers`, whose name is the name to use
wherever an encoding can be named (`count -e acme`, `--to acme`) and whose value is a class or function that makes the
tokenizer without arguments; see docs/extend/tokenizer.md. Entry points are looked up only for names that tokcount does
not know itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from tokcount.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "tokcount.tokenizers"


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
    """A tokenizer of another package. Subclass it, or have the same members; `cuts` may be missing then."""

    name: str
    cuts: CutRules | None = None
    """`None`: no text may be cut. Every distinct text is then counted as a whole, which is always exact."""

    def count(self, text: str) -> int:
        """Number of tokens of any text without lone surrogates, special tokens counted as ordinary text."""
        raise NotImplementedError

    def encode(self, text: str) -> Sequence[int]:
        """The tokens of such a text."""
        raise NotImplementedError


@cache
def installed() -> dict[str, EntryPoint]:
    """Name → entry point of the tokenizers of other packages."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP)}


@cache
def load(name: str) -> Tokenizer:
    """The tokenizer of another package. Raises `UsageError` when it cannot be made or lacks a member."""
    entry = installed()[name]
    package = entry.dist.name if entry.dist else entry.value
    try:
        made = entry.load()()
    except Exception as error:
        raise UsageError(f"tokenizer {name} of {package} fails: {type(error).__name__}: {error}.") from error
    missing = [member for member in ("count", "encode") if not callable(getattr(made, member, None))]
    if missing:
        raise UsageError(f"tokenizer {name} of {package} has no {' and no '.join(missing)}().")
    tokenizer: Tokenizer = made
    return tokenizer


def cuts_of(name: str) -> CutRules | None:
    """The cut rules of a tokenizer of another package."""
    return getattr(load(name), "cuts", None)
