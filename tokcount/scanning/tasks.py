"""A task is what one process reads in one go: some whole files, or a part of one file of JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from tokcount.logs import spans as blocks
from tokcount.logs.format import Item
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import FileWarning, Reader
from tokcount.logs.source import Source
from tokcount.scanning.counter import Kernel
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import ScanChunk

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
        self._kernel = Kernel(plan)
        self._options = options

    def work(self, task: Task, progress: Progress | None = None) -> ScanChunk:
        """Read and count one task. Raises `NeedsWhole` when a part holds what only the whole can show."""
        notes: list[FileWarning] = []
        if task.span is None:
            return self._block(_whole(task, self._options, notes, progress), notes)
        part = blocks.SpanReader(task.sources[0], task.span, self._options, notes)
        block = self._block(part, notes, task.sources[0].path)
        block.lines = part.lines
        if progress is not None:
            progress(task.span.end - task.span.start)
        return block

    def _block(self, items: Iterable[Item], notes: list[FileWarning], part_of: str = "") -> ScanChunk:
        columns, skipped = self._kernel.count(items)
        return ScanChunk(columns, skipped, part_of, notes=notes, warnings=self._kernel.warnings)


def _whole(
    task: Task, options: ReadOptions, notes: list[FileWarning], progress: Progress | None
) -> Iterator[Item]:
    reader = Reader(options, files=len(task.sources), alone=task.alone, notes=notes, progress=progress)
    for source in task.sources:
        yield from reader.read(source)
    yield from reader.finish()
