"""Token counts of a column of texts, for expressions inside other people's data frames."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from tokcount.tokens.counter import TextCounter

LEARNT: Final = 256
"""Texts that are counted together."""


class _Shared:
    """A counter that one thread may use at a time."""

    def __init__(self, encoding: str) -> None:
        self.lock = threading.Lock()
        self.counter = TextCounter((encoding,))


@lru_cache(maxsize=8)
def _shared(encoding: str) -> _Shared:
    return _Shared(encoding)


def token_counts(texts: Sequence[str | None], encoding: str) -> list[int | None]:
    """Tokens of each text, `None` for `None`; the same numbers as `tokcount.count`.

    Raises `UsageError` for an unknown encoding.
    """
    shared = _shared(encoding)
    counts: list[int | None] = []
    with shared.lock:
        for start in range(0, len(texts), LEARNT):
            part = texts[start : start + LEARNT]
            shared.counter.learn(text for text in part if text is not None)
            counts += [None if text is None else shared.counter.count(text)[0] for text in part]
    return counts
