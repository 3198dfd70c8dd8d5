"""Tokenizers that splintr has the vocabularies of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tokcount.tokens.tokenizer import Tokenizer

if TYPE_CHECKING:
    from tokcount.tokens.tokenizers.entry import VendorTokenizer

FORGET_AFTER: Final = 24_000_000
"""Number of characters after which splintr's own cache is cleared, which grows for a long time."""
_BYTE_LEVEL: Final = "BPE"
"""The only kind of tokenizer that has such a cache."""


class SplintrTokenizer(Tokenizer):
    """One vocabulary of splintr, with special tokens as ordinary text and without the tokens that splintr adds."""

    def __init__(self, entry: VendorTokenizer) -> None:
        import splintr

        self.name, self.cuts = entry.name, entry.cuts
        self._made: Any = splintr.Tokenizer.from_pretrained(entry.argument)
        self._added = re.compile(f"({entry.added})") if entry.added else None
        self._nfc = entry.nfc
        self._has_cache = self._made.family == _BYTE_LEVEL
        self._seen = 0

    def count(self, text: str) -> int:
        """Number of tokens of a text without lone surrogates."""
        return sum(map(len, self._parts(text)))

    def encode(self, text: str) -> Sequence[int]:
        """Its tokens."""
        return [token for part in self._parts(text) for token in part]

    def decode(self, tokens: Sequence[int]) -> bytes:
        """The bytes that tokens stand for."""
        return b"".join(map(self._made.decode_token_bytes, tokens))

    def _parts(self, text: str) -> Iterator[Sequence[int]]:
        self._seen += len(text)
        if self._has_cache and self._seen > FORGET_AFTER:
            self._seen = 0
            self._made.clear_cache()
        if self._nfc and not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if self._added is None or self._added.search(text) is None:
            yield self._made.encode_ordinary(text)
            return
        for place, part in enumerate(self._added.split(text)):
            yield self._made.encode(part) if place % 2 else self._made.encode_ordinary(part)
