"""Scanning: sources → chunks of counted rows, in this process or in several, always in the order of the input.

A task is what one process reads in one go: whole files, small ones several together, or a part of one file of JSON
lines. Which rows come out, and in which order, does not depend on the number of processes.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from tokcount.logs.format import NeedsWhole
from tokcount.logs.options import ReadOptions
from tokcount.logs.source import Source
from tokcount.scanning.columns import Columns
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.parts.tasks import Processor, Progress, Task, bundled, run_task
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import Chunk, ScanResult, SkippedSummary

if TYPE_CHECKING:
    from tokcount.processes import Pool

T = TypeVar("T")

WORTH_A_POOL: Final = 4 << 20
"""Bytes of input below which starting processes costs more than it saves."""
AHEAD: Final = 2
"""Tasks of each process whose results may wait to be taken."""


def run(
    sources: Sequence[Source],
    plan: ScanPlan,
    options: ReadOptions,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ScanResult:
    """Count all records of the sources.

    `jobs` is the number of processes, by default the cores this process may use; 1 starts none. `progress` is called
    with the bytes read so far. Raises `UsageError` for options that make no sense and `DataError` when a worker
    process died.
    """
    make, jobs = partial(RecordCounter, plan), processes_for(sources, jobs)
    if jobs == 1:
        return _collect([run_task(make(), Task(tuple(sources)), options, summed(progress))])
    return _collect(_in_processes(sources, make, options, jobs, progress))


def processes_for(sources: Sequence[Source], jobs: int | None) -> int:
    """How many processes to use: `jobs`, by default one per core; one where more do not pay or cannot share memory."""
    large = sum(source.size or 0 for source in sources) >= WORTH_A_POOL
    jobs = (jobs or cores()) if large else 1
    if jobs == 1:
        return 1
    from tokcount.processes import can_share

    return jobs if can_share() else 1


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def summed(progress: Progress | None) -> Progress:
    """Takes the bytes read since its last call, and reports their sum to `progress`."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done)

    return advance


def in_order(
    pool: Pool[Processor[T]], tasks: Iterable[Task], options: ReadOptions, jobs: int
) -> Iterator[Chunk[T]]:
    """The chunks of the tasks; only few are started ahead of the one that is taken, so memory is bounded."""
    started: deque[Future[Chunk[T]]] = deque()
    for task in tasks:
        started.append(pool.submit(run_task, task, options))
        if len(started) > AHEAD * jobs:
            yield pool.result(started.popleft())
    while started:
        yield pool.result(started.popleft())


def _in_processes(
    sources: Sequence[Source],
    make: Callable[[], RecordCounter],
    options: ReadOptions,
    jobs: int,
    progress: Progress | None,
) -> list[Chunk[Columns]]:
    from tokcount.processes import Pool

    groups = bundled(sources, options)
    with Pool(make, min(jobs, sum(map(len, groups))), progress) as pool:
        queued = [[pool.submit(run_task, task, options) for task in group] for group in groups]
        load_polars_meanwhile()
        try:
            return [
                chunk
                for group, futures in zip(groups, queued, strict=True)
                for chunk in _of_group(pool, group, futures, options)
            ]
        except NeedsWhole:
            _cancel(future for futures in queued for future in futures)
            return [pool.result(pool.submit(run_task, Task(tuple(sources)), options))]


def load_polars_meanwhile() -> None:
    """The frame needs it when the workers are done; loading it now takes its time while this process waits for them.

    Only after the workers have been started: see `tokcount.processes.start_method`.
    """
    threading.Thread(target=_load_polars, daemon=True).start()


def _load_polars() -> None:
    """Errors here are raised again where polars is needed; after an interrupt, it is needed nowhere."""
    with contextlib.suppress(Exception):
        importlib.import_module("polars")


def _of_group(
    pool: Pool[RecordCounter], group: list[Task], futures: list[Future[Chunk[Columns]]], options: ReadOptions
) -> list[Chunk[Columns]]:
    """The chunks of one group of tasks; of a file that must not be split, one chunk, read again in one piece."""
    try:
        return [pool.result(future) for future in futures]
    except NeedsWhole as signal:
        first = group[0]
        if signal.whole_run and first.alone:
            raise
        _cancel(futures)
        return [pool.result(pool.submit(run_task, Task(first.sources, alone=first.alone), options))]


def _cancel(futures: Iterable[Future[Chunk[Columns]]]) -> None:
    for future in futures:
        future.cancel()


def _collect(chunks: Iterable[Chunk[Columns]]) -> ScanResult:
    """One result of all chunks."""
    summary = Summary()
    found = [(chunk.result, summary.add(chunk)) for chunk in chunks]
    return ScanResult(found, summary.skipped, summary.lines())


class Summary:
    """What is known of a run besides its results: everything that was skipped, and the warnings."""

    def __init__(self) -> None:
        self.skipped = SkippedSummary()
        self._warnings: dict[str, None] = {}
        self._notes: dict[tuple[str, str], int] = {}
        self._offset, self._file = 0, ""

    def add(self, chunk: Chunk[T]) -> int:
        """Add the next chunk; returns how many lines of its file come before it."""
        if chunk.part_of != self._file:
            self._offset, self._file = 0, chunk.part_of
        offset = self._offset
        self.skipped.merge(chunk.skipped, offset)
        self._warnings.update(dict.fromkeys(chunk.warnings))
        for note in chunk.notes:
            self._notes.setdefault((note.source, note.text), note.line + offset)
        self._offset += chunk.lines
        return offset

    def lines(self) -> list[str]:
        """The warnings, one line each."""
        notes = [f"{source}:{line} {text}" for (source, text), line in self._notes.items()]
        return [*self._warnings, *notes]
