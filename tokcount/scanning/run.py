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
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TypeVar

from msgspec import structs

from tokcount.logs.format import NeedsWhole
from tokcount.logs.options import BLOCK_BYTES, ReadOptions
from tokcount.logs.reader import FileWarning, Reader, stream_of
from tokcount.logs.source import Source
from tokcount.scanning.columns import Columns
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.parts import spans
from tokcount.scanning.parts.blocks import Block, blocks_of
from tokcount.scanning.parts.feeding import in_blocks
from tokcount.scanning.parts.tasks import (
    Processor,
    Progress,
    Task,
    bundled,
    chunk_of,
    content_size,
    is_in_blocks,
    run_blocks,
    run_task,
)
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import Chunk, ScanResult, SkippedSummary, records_of

if TYPE_CHECKING:
    from tokcount.processes import Pool, Workers

T = TypeVar("T")

WORTH_A_POOL: Final = 4 << 20
"""Bytes of input below which starting processes costs more than it saves."""
MOST_LOADED_FOR: Final = 200 << 20
"""Bytes of input above which each process loads what it needs."""
AHEAD: Final = 2
"""Tasks of each process whose results may wait to be taken."""
FIRST_RECORDS: Final = 20
"""Records that show which vocabularies a log needs."""
UNSUITED: Final = (NeedsWhole, RecursionError)
"""Why a part of a source cannot be read by itself: its format, or values nested too deeply to be handed over."""


def run(
    sources: Sequence[Source],
    plan: ScanPlan,
    options: ReadOptions,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> ScanResult:
    """Count all records of the sources.

    `jobs` is the number of processes, by default the cores this process may use; 1 starts none. `progress` is called
    with the bytes read so far. `workers`: the processes to use, if they have been started. Raises `UsageError` for
    options that make no sense and `DataError` when a worker process died.
    """
    make = partial(RecordCounter, plan)
    options = structs.replace(options, alike=plan.selection is None)
    if len(sources) == 1 and sources[0].size is None and (jobs or cores()) > 1:
        return _collect(_piped(sources[0], make, options, jobs or cores(), summed(progress)))
    jobs = processes_for(sources, jobs)
    if jobs == 1:
        return _collect([run_task(make(), Task(tuple(sources)), options, summed(progress))])
    return _collect(_in_processes(sources, make, options, jobs, progress, workers))


def load(sources: Sequence[Source], plan: ScanPlan, options: ReadOptions) -> None:
    """Load what the plan needs, and what the first records of the log do, for the processes that are forked then.

    Not for much input: this process would keep the vocabularies until the rows are written, when it needs most memory.
    Files that cannot be cut are not looked at: what reads them may start threads.
    """
    if sum(map(content_size, sources)) > MOST_LOADED_FOR:
        return
    counter = RecordCounter(plan)
    parts = spans.plan(sources[0], options)
    if parts is None:
        return
    head = spans.Span(0, min(parts[0].end, BLOCK_BYTES))
    with contextlib.suppress(Exception):  # raised again where the log is counted
        items = spans.SpanReader(sources[0], head, options)
        counter.process(islice(records_of(items, SkippedSummary()), FIRST_RECORDS))


def processes_for(sources: Sequence[Source], jobs: int | None) -> int:
    """How many processes to use: `jobs`, by default one per core; one where more do not pay or cannot share memory.

    Workers cannot read standard input.
    """
    large = sum(map(content_size, sources)) >= WORTH_A_POOL
    jobs = (jobs or cores()) if large and not any(source.is_stdin for source in sources) else 1
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
    workers: Workers | None,
) -> list[Chunk[Columns]]:
    from tokcount.processes import Pool

    groups = bundled(sources, options)
    is_read_here = any(is_in_blocks(group[0]) for group in groups)
    jobs = jobs if is_read_here else min(jobs, sum(map(len, groups)))
    with Pool(make, jobs, progress, workers) as pool:
        pool.begin()
        load_polars_meanwhile()
        queued = [_queued(pool, group, options, jobs) for group in groups]
        try:
            return [
                chunk
                for group, futures in zip(groups, queued, strict=True)
                for chunk in _of_group(pool, group, futures, options)
            ]
        except NeedsWhole:
            _cancel(future for futures in queued for future in futures)
            return [pool.result(pool.submit(run_task, Task(tuple(sources)), options))]


def _queued(
    pool: Pool[RecordCounter], group: list[Task], options: ReadOptions, jobs: int
) -> list[Future[Chunk[Columns]]]:
    """The calls of a group of tasks; those of a file in blocks are made as it is read, few ahead of the workers.

    They end with the first block that only the whole file can explain.
    """
    futures: list[Future[Chunk[Columns]]] = []
    with in_blocks(group[0], options, pool.advance) as tasks:
        for task in group if tasks is None else tasks:
            futures.append(pool.submit(run_task, task, options))
            if tasks is not None and len(futures) > AHEAD * jobs:
                try:
                    pool.result(futures[-1 - AHEAD * jobs])
                except UNSUITED:
                    break
    return futures


def _piped(
    source: Source, make: Callable[[], RecordCounter], options: ReadOptions, jobs: int, progress: Progress
) -> list[Chunk[Columns]]:
    """The chunks of a source that can be read only once: of blocks, if it is long enough."""
    from tokcount.processes import can_share

    try:
        file = source.open()
    except OSError:  # which reading it reports
        return [run_task(make(), Task((source,)), options)]
    with contextlib.nullcontext() if source.is_stdin else file:
        stream = stream_of(source, file, options, progress)
        is_long = not stream.peek(WORTH_A_POOL)[1]
        blocks = blocks_of(stream, source, options) if is_long and can_share() else None
        if blocks is not None:
            return _in_blocks(source, blocks, make, options, jobs)
        notes: list[FileWarning] = []
        reader = Reader(options, notes=notes)
        items = chain(reader.read_opened(stream, source), reader.finish())
        return [chunk_of(make(), items, notes)]


def _in_blocks(
    source: Source,
    blocks: Iterator[Block],
    make: Callable[[], RecordCounter],
    options: ReadOptions,
    jobs: int,
) -> list[Chunk[Columns]]:
    """The chunks of blocks; from the first one on that only the rest can explain, this process counts them all."""
    from tokcount.processes import Pool

    chunks: list[Chunk[Columns]] = []
    waiting: deque[tuple[Block, Future[Chunk[Columns]]]] = deque()
    with Pool(make, jobs, None) as pool:
        pool.begin()
        load_polars_meanwhile()
        try:
            for block in blocks:
                waiting.append((block, pool.submit(run_task, Task((source,), block=block), options)))
                if len(waiting) > AHEAD * jobs:
                    chunks.append(pool.result(waiting[0][1]))
                    waiting.popleft()
            while waiting:
                chunks.append(pool.result(waiting[0][1]))
                waiting.popleft()
        except UNSUITED:
            rest = chain([block for block, _ in waiting], blocks)
            chunks.append(run_blocks(make(), source, rest, options))
    return chunks


def load_polars_meanwhile() -> None:
    """The frame needs it when the workers are done; loading it now takes its time while this process waits for them.

    Only after the workers have been started: see `tokcount.processes.start_method`.
    """
    threading.Thread(target=_load_polars, daemon=True).start()


def _load_polars() -> None:
    """Errors here are raised again where polars is needed; after an interrupt, it is needed nowhere."""
    with contextlib.suppress(Exception):
        importlib.import_module("tokcount.scanning.frame")


def _of_group(
    pool: Pool[RecordCounter], group: list[Task], futures: list[Future[Chunk[Columns]]], options: ReadOptions
) -> list[Chunk[Columns]]:
    """The chunks of one group of tasks; of a file that must not be split, one chunk, read again in one piece."""
    try:
        return [pool.result(future) for future in futures]
    except UNSUITED as signal:
        first = group[0]
        if isinstance(signal, NeedsWhole) and signal.whole_run and first.alone:
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
