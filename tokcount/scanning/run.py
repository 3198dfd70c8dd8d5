"""Scanning: sources → blocks of counted rows, in this process or in several, always in the order of the input.

Plain JSON lines are split at line ends over processes; other containers stream, one process a file. Which rows come
out, and in which order, does not depend on the number of processes.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from tokcount.logs.detect import NeedsWhole
from tokcount.logs.options import ReadOptions
from tokcount.logs.source import Source
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import ScanChunk, ScanResult, SkippedSummary
from tokcount.scanning.tasks import Task, Worker, tasks_of

if TYPE_CHECKING:
    from tokcount.scanning.pool import Pool

Progress = Callable[[int], None]
"""Takes the number of bytes read so far."""

WORTH_A_POOL: Final = 4 << 20
"""Bytes of input below which starting processes costs more than it saves."""


def run(
    sources: Sequence[Source],
    plan: ScanPlan,
    options: ReadOptions,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ScanResult:
    """Count all records of the sources.

    ``jobs`` is the number of processes, by default the cores this process may use; 1 starts none. ``progress`` is
    called with the bytes read so far. Raises `UsageError` for options that make no sense and `DataError` when a
    worker process died.
    """
    jobs = jobs or cores()
    if jobs == 1 or not _worth_a_pool(sources):
        return _collect([_in_this_process(sources, plan, options, progress)])
    return _collect(_in_processes(sources, plan, options, jobs, progress))


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _worth_a_pool(sources: Sequence[Source]) -> bool:
    return sum(source.size or 0 for source in sources) >= WORTH_A_POOL


def _in_this_process(
    sources: Sequence[Source], plan: ScanPlan, options: ReadOptions, progress: Progress | None
) -> ScanChunk:
    return Worker(plan, options).work(Task(tuple(sources)), summed(progress))


def summed(progress: Progress | None) -> Progress:
    """Takes the bytes read since its last call, and tells ``progress`` their sum."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done)

    return advance


def _in_processes(
    sources: Sequence[Source], plan: ScanPlan, options: ReadOptions, jobs: int, progress: Progress | None
) -> list[ScanChunk]:
    from tokcount.scanning.pool import Pool

    alone = len(sources) > 1
    tasks = [tasks_of(source, options, alone=alone) for source in sources]
    with Pool(plan, options, min(jobs, sum(map(len, tasks))), progress) as pool:
        queued = [
            (source, list(map(pool.submit, parts))) for source, parts in zip(sources, tasks, strict=True)
        ]
        _load_polars_meanwhile()
        try:
            return [block for source, futures in queued for block in _of_source(pool, source, futures, alone)]
        except NeedsWhole:
            _cancel(future for _, futures in queued for future in futures)
            return [pool.result(pool.submit(Task(tuple(sources))))]


def _load_polars_meanwhile() -> None:
    """The frame needs it when the workers are done; loading it now takes its time while this process waits for them.

    Only after the workers have been started: see `tokcount.scanning.pool.start_method`.
    """
    threading.Thread(target=_load_polars, daemon=True).start()


def _load_polars() -> None:
    """What goes wrong here is raised again where polars is needed; after an interrupt, it is needed nowhere."""
    with contextlib.suppress(Exception):
        importlib.import_module("polars")


def _of_source(
    pool: Pool, source: Source, futures: list[Future[ScanChunk]], alone: bool
) -> Iterator[ScanChunk]:
    """The blocks of one file; of a file that must not be split, one block, read again in one piece."""
    try:
        blocks = [pool.result(future) for future in futures]
    except NeedsWhole as signal:
        if signal.whole_run and alone:
            raise
        _cancel(futures)
        blocks = [pool.result(pool.submit(Task((source,), alone=alone)))]
    yield from blocks


def _cancel(futures: Iterable[Future[ScanChunk]]) -> None:
    for future in futures:
        future.cancel()


def _collect(blocks: Iterable[ScanChunk]) -> ScanResult:
    """One result of all blocks; the lines of a span follow those of the spans before it in its file."""
    result = ScanResult([], SkippedSummary(), [])
    warnings: dict[str, None] = {}
    notes: dict[tuple[str, str], int] = {}
    offset, file = 0, ""
    for block in blocks:
        if block.part_of != file:
            offset, file = 0, block.part_of
        result.blocks.append((block.columns, offset))
        result.skipped.merge(block.skipped, offset)
        warnings.update(dict.fromkeys(block.warnings))
        for note in block.notes:
            notes.setdefault((note.source, note.text), note.line + offset)
        offset += block.lines
    result.warnings = [*warnings, *(f"{source}:{line} {text}" for (source, text), line in notes.items())]
    return result
