"""Files of plain text, counted under several encodings: small files one by one, large ones by all processors."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from tokcount.tokens.encodings import check_name
from tokcount.tokens.engines import short
from tokcount.tokens.engines.choose import choose
from tokcount.tokens.stream import Counts, count_stream

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tokcount.processes import Pool
    from tokcount.tokens.engines.base import Engine

WORTH_A_POOL: Final = {"tiktoken": 3 << 20, "fast": 12 << 20}
"""Engine → characters below which starting processes costs more than it saves."""
AHEAD: Final = 3
"""Blocks of each process that wait to be counted."""


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

    def count(self, blocks: Iterable[str]) -> Counts:
        """Tokens of the joined blocks of one file under each encoding."""
        return count_stream(blocks, self.encodings, self._counted)

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

    def _counted(self, texts: Iterable[str]) -> Iterator[Counts]:
        """The counts of texts: the first ones here; once a pool is worth it, in processes."""
        limit = min(WORTH_A_POOL.values()) if self._jobs > 1 else None
        waiting: deque[Future[Counts]] = deque()
        size = 0
        for text in texts:
            size += len(text)
            if limit is not None and size >= limit:
                limit = WORTH_A_POOL[self._chosen().name]
            if limit is None or (self._pool is None and size < limit):
                yield self.count_text(text)
                continue
            pool = self._started()
            if pool is None:
                limit = None
                yield self.count_text(text)
                continue
            waiting.append(pool.submit(_count_in_worker, text))
            if len(waiting) > AHEAD * self._jobs:
                yield pool.result(waiting.popleft())
        while waiting and self._pool is not None:
            yield self._pool.result(waiting.popleft())

    def _started(self) -> Pool[Any] | None:
        """The worker processes; `None` where processes cannot share memory."""
        if self._pool is None:
            from tokcount.processes import Pool, can_share

            if can_share():
                make = partial(_worker, self._chosen().name, self.encodings)
                self._pool = Pool(make, self._jobs, None)
        return self._pool


def _counting(engine: Engine, encodings: Sequence[str]) -> Callable[[str], Counts]:
    counters = [engine.counter(name) for name in encodings]
    return lambda text: tuple(count(text) for count in counters)


def _worker(engine: str, encodings: Sequence[str]) -> Callable[[str], Counts]:
    return _counting(choose(engine), encodings)


def _count_in_worker(count: Callable[[str], Counts], text: str, _advance: Callable[[int], None]) -> Counts:
    return count(text)
