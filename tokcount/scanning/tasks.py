"""A task is what one process reads in one go: some whole files, or a span of one file of JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from tokcount.logs import reader, spans
from tokcount.logs.files import Source
from tokcount.logs.formats.interface import Item
from tokcount.logs.options import ReadOptions
from tokcount.logs.record import Skipped
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import Block, SkippedSummary
from tokcount.scanning.rows import RowCounter

Progress = Callable[[int], None]
"""Takes the number of bytes read since the last call."""


class Task(msgspec.Struct, frozen=True):
    """Whole ``sources``, read one after the other; or, with a ``span``, that part of a file.

    ``alone``: other files of the run are read elsewhere, so a format that joins files must not be met.
    """

    sources: tuple[Source, ...]
    span: spans.Span | None = None
    alone: bool = False


def tasks_of(source: Source, options: ReadOptions, *, alone: bool) -> list[Task]:
    """The tasks of one file, in the order of its lines."""
    parts = spans.split(source, options)
    if parts is None:
        return [Task((source,), alone=alone)]
    return [Task((source,), part, alone=alone) for part in parts]


class Worker:
    """Works off tasks one after the other; the cache of counted texts lives as long as the worker."""

    def __init__(self, plan: ScanPlan, options: ReadOptions) -> None:
        self._counter = RowCounter(plan)
        self._options = options

    def work(self, task: Task, progress: Progress | None = None) -> Block:
        """Read and count one task. Raises `NeedsWhole` when a part holds what only the whole can show."""
        skipped = SkippedSummary()
        notes: list[reader.Note] = []
        size = spans.Extent()
        self._counter.take()
        for item in self._items(task, notes, size, progress):
            if isinstance(item, Skipped):
                skipped.add(item)
            else:
                self._counter.add(item)
        part_of = task.span.source.path if task.span is not None else ""
        return Block(self._counter.take(), skipped, part_of, size.lines, notes, tuple(self._counter.warnings))

    def _items(
        self, task: Task, notes: list[reader.Note], size: spans.Extent, progress: Progress | None
    ) -> Iterator[Item]:
        if task.span is not None:
            return spans.read_span(task.span, self._options, notes=notes, extent=size, progress=progress)
        return reader.read(task.sources, self._options, notes, partial_run=task.alone, progress=progress)
