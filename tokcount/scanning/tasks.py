"""A task is what one process reads in one go: some whole files, or a part of one file of JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from tokcount.logs import blocks
from tokcount.logs.files import Source
from tokcount.logs.formats.interface import Item
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import Note, Reader
from tokcount.logs.record import Record, Skipped
from tokcount.scanning.ahead import BATCH, texts_of
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import Block, SkippedSummary
from tokcount.scanning.rows import RowCounter

LONGEST_BATCH: Final = 2_000
"""Records that wait for each other at most, however short they are."""

Progress = Callable[[int], None]
"""Takes the number of bytes read since the last call."""


class Task(msgspec.Struct, frozen=True):
    """Whole ``sources``, read one after the other; or, with a ``span``, that part of the one source.

    ``alone``: other files of the run are read elsewhere, so a format that joins files must not be met.
    """

    sources: tuple[Source, ...]
    span: blocks.Span | None = None
    alone: bool = False


def tasks_of(source: Source, options: ReadOptions, *, alone: bool) -> list[Task]:
    """The tasks of one file, in the order of its lines."""
    spans = blocks.plan(source, options)
    if spans is None:
        return [Task((source,), alone=alone)]
    return [Task((source,), span, alone) for span in spans]


class Worker:
    """Works off tasks one after the other; the cache of counted texts lives as long as the worker."""

    def __init__(self, plan: ScanPlan, options: ReadOptions) -> None:
        self._counter = RowCounter(plan)
        self._options = options

    def work(self, task: Task, progress: Progress | None = None) -> Block:
        """Read and count one task. Raises `NeedsWhole` when a part holds what only the whole can show."""
        self._counter.take()
        notes: list[Note] = []
        if task.span is None:
            skipped = self._count(_whole(task, self._options, notes, progress))
            return self._block(skipped, notes)
        part = blocks.SpanReader(task.sources[0], task.span, self._options, notes)
        skipped = self._count(iter(part))
        if progress is not None:
            progress(task.span.end - task.span.start)
        return self._block(skipped, notes, task.sources[0].path, part.lines)

    def _count(self, items: Iterator[Item]) -> SkippedSummary:
        """Count all records, a batch of text at a time, and sum up what was skipped."""
        skipped = SkippedSummary()
        batch: list[Record] = []
        texts: list[str] = []
        size = 0
        for item in items:
            if isinstance(item, Skipped):
                skipped.add(item)
                continue
            batch.append(item)
            found = texts_of(item)
            texts += found
            size += sum(map(len, found))
            if size > BATCH or len(batch) == LONGEST_BATCH:
                self._count_batch(batch, texts)
                batch, texts, size = [], [], 0
        self._count_batch(batch, texts)
        return skipped

    def _count_batch(self, batch: list[Record], texts: list[str]) -> None:
        self._counter.counter.learn(texts)
        for record in batch:
            self._counter.add(record)

    def _block(self, skipped: SkippedSummary, notes: list[Note], part_of: str = "", lines: int = 0) -> Block:
        return Block(self._counter.take(), skipped, part_of, lines, notes, tuple(self._counter.warnings))


def _whole(task: Task, options: ReadOptions, notes: list[Note], progress: Progress | None) -> Iterator[Item]:
    reader = Reader(options, files=len(task.sources), alone=task.alone, notes=notes, progress=progress)
    for source in task.sources:
        yield from reader.read(source)
    yield from reader.finish()
