"""A bounded cache: text → number."""

from __future__ import annotations

from sys import getsizeof
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ENTRY_BYTES = 84
"""Memory of an entry in addition to its text and number: its slot in the dictionary."""


class Memo(dict[str, int]):
    """Caches `compute(text)` for recent texts, in at most about `limit` bytes.

    A lookup is `memo[text]`. There are two generations: new texts enter the young one; when it has half of the bytes it
    becomes the old one, whose texts move to the young one when they recur and are dropped otherwise.
    """

    def __init__(self, compute: Callable[[str], int], limit: int) -> None:
        super().__init__()
        self._compute = compute
        self._half = limit // 2
        self._bytes = 0
        self._old: dict[str, int] = {}
        self.missed = 0
        """Characters of the texts that had to be computed."""

    def __missing__(self, text: str) -> int:
        value = self._old.get(text)
        if value is None:
            value = self._compute(text)
            self.missed += len(text)
        self._remember(text, value)
        return value

    def learn(self, texts: Sequence[str], values: Sequence[int]) -> None:
        """Caches values that were computed elsewhere."""
        self.missed += sum(map(len, texts))
        size = sum(map(getsizeof, texts)) + sum(map(getsizeof, values)) + ENTRY_BYTES * len(texts)
        if size > self._half:
            for text, value in zip(texts, values, strict=True):
                self._remember(text, value)
            return
        self._make_room(size)
        self.update(zip(texts, values, strict=True))

    def unknown(self, texts: Iterable[str]) -> list[str]:
        """The different texts that are not cached."""
        old = self._old
        return [text for text in dict.fromkeys(texts) if text not in self and text not in old]

    def _remember(self, text: str, value: int) -> None:
        size = getsizeof(text) + getsizeof(value) + ENTRY_BYTES
        if size > self._half:
            return
        self._make_room(size)
        self[text] = value

    def _make_room(self, size: int) -> None:
        """Begin a new generation if the young one has no room for so many bytes."""
        if self._bytes + size > self._half:
            self._old = self.copy()
            self.clear()
            self._bytes = 0
        self._bytes += size
