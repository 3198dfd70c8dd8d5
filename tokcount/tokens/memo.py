"""A bounded cache: text → number."""

from __future__ import annotations

from sys import getsizeof
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def learn(self, text: str, value: int) -> None:
        """Caches a value that was computed elsewhere."""
        self.missed += len(text)
        self._remember(text, value)

    def knows(self, text: str) -> bool:
        """True when `text` is cached."""
        return text in self or text in self._old

    def _remember(self, text: str, value: int) -> None:
        size = getsizeof(text) + getsizeof(value) + ENTRY_BYTES
        if size > self._half:
            return
        if self._bytes + size > self._half:
            self._old = self.copy()
            self.clear()
            self._bytes = 0
        self[text] = value
        self._bytes += size
