"""Files of plain text, counted under several encodings: in bundles of about half a megabyte, by all processors."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import add
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from tokcount.tokens.encodings import check_name
from tokcount.tokens.engines import short
from tokcount.tokens.engines.choose import choose
from tokcount.tokens.stream import BLOCK, Counts, exact_blocks

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tokcount.processes import Pool
    from tokcount.tokens.engines.base import Engine

WORTH_A_POOL: Final = {"tiktoken": 2 << 20, "fast": 8 << 20}
"""Engine → characters, of all encodings together, below which starting processes costs more than it saves."""
BUNDLE: Final = BLOCK
"""Characters that are counted at once."""
AHEAD: Final = 3
"""Bundles of each process that wait to be counted."""


class FileCounter:
    """Counts files under `encodings`; a context manager, which ends its processes.

    `jobs`: number of processes, by default one for each processor. Raises `UsageError` for an unknown encoding or
    engine.
    """

    def __init__(self, encodings: Sequence[str], engine: str = "auto", jobs: int | None = None) -> None:
        self.encodings = tuple(map(check_name, encodings))
        self._asked = engine
        self._engine: Engine | None = choose(engine) if engine == "fast" else None
        self._loaded: Callable[[str], Counts] | None = None
        self._short = 0
        self._jobs = jobs or os.cpu_count() or 1
        self._pool: Pool[Any] | None = None
        self._bundle: list[tuple[list[int], str]] = []
        """Texts that are not counted yet, and the totals of their files."""
        self._size = self._seen = self._expected = 0
        self._waiting: deque[tuple[list[list[int]], Future[list[Counts]]]] = deque()

    @property
    def warnings(self) -> list[str]:
        """One line each: why a slower engine than requested was used so far."""
        return self._engine.warnings if self._engine else []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.__exit__(kind, error, trace)

    def count(self, blocks: Iterable[str], size: int = 0) -> list[int]:
        """Tokens of the joined blocks of one file under each encoding: a list that is complete after `finish`.

        `size`: the least number of characters that are to come, as far as is known.
        """
        totals = [0] * len(self.encodings)
        self._expected = max(self._expected, self._seen + size)
        for text in exact_blocks(blocks, self.encodings):
            self._bundle.append((totals, text))
            self._size += len(text)
            if self._size >= BUNDLE:
                self._send()
        return totals

    def finish(self) -> None:
        """Count what is left, and wait for all results."""
        self._send()
        while self._waiting:
            self._receive()

    def count_text(self, text: str) -> Counts:
        """Tokens of one text under each encoding."""
        if self._loaded is None and self._is_short(text):
            return tuple(short.count_tokens(name, text) for name in self.encodings)
        if self._loaded is None:
            self._loaded = _counting(self._chosen(), self.encodings)
        return self._loaded(text)

    def _is_short(self, text: str) -> bool:
        """Whether all texts so far can be counted without an engine."""
        self._short += len(text)
        return self._short <= short.LONGEST and all(short.takes(name, text) for name in self.encodings)

    def _chosen(self) -> Engine:
        if self._engine is None:
            self._engine = choose(self._asked)
        return self._engine

    def _send(self) -> None:
        """Count the texts of the bundle: here at first; once a pool is worth it, in a process."""
        bundle, self._bundle = self._bundle, []
        self._seen += self._size
        self._size = 0
        pool = self._started() if self._worth_a_pool() else None
        if pool is None:
            for totals, text in bundle:
                _add(totals, self.count_text(text))
            return
        texts = [text for _, text in bundle]
        self._waiting.append(([totals for totals, _ in bundle], pool.submit(_count_in_worker, texts)))
        if len(self._waiting) > AHEAD * self._jobs:
            self._receive()

    def _receive(self) -> None:
        owners, future = self._waiting.popleft()
        if self._pool is not None:
            found = self._pool.result(future)
            for totals, counts in zip(owners, found, strict=True):
                _add(totals, counts)

    def _worth_a_pool(self) -> bool:
        if self._jobs == 1:
            return False
        work = max(self._seen, self._expected) * len(self.encodings)
        return work >= min(WORTH_A_POOL.values()) and work >= WORTH_A_POOL[self._chosen().name]

    def _started(self) -> Pool[Any] | None:
        """The worker processes; `None` where processes cannot share memory."""
        if self._pool is None:
            from tokcount.processes import Pool, can_share

            if not can_share():
                self._jobs = 1
            else:
                make = partial(_worker, self._chosen().name, self.encodings)
                self._pool = Pool(make, self._jobs, None)
        return self._pool


def _counting(engine: Engine, encodings: Sequence[str]) -> Callable[[str], Counts]:
    counters = [engine.counter(name) for name in encodings]
    return lambda text: tuple(count(text) for count in counters)


def _worker(engine: str, encodings: Sequence[str]) -> Callable[[str], Counts]:
    return _counting(choose(engine), encodings)


def _count_in_worker(
    count: Callable[[str], Counts], texts: Sequence[str], _advance: Callable[[int], None]
) -> list[Counts]:
    return list(map(count, texts))


def _add(totals: list[int], counts: Counts) -> None:
    totals[:] = map(add, totals, counts)
