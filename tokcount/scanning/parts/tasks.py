"""What a process reads in one go: whole files, small ones several together, or a part of one file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

import msgspec

from tokcount.logs.format import Item
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import FileWarning, Reader
from tokcount.logs.record import Record
from tokcount.logs.source import Source
from tokcount.scanning.parts import spans
from tokcount.scanning.result import Chunk, SkippedSummary, records_of
from tokcount.scanning.selection import Selection

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Progress = Callable[[int], None]
"""Takes a number of bytes that were read: all so far, or those since the last call."""

BUNDLE_BYTES: Final = 2 << 20
"""Bytes of small files that are read as one task, plus at most one file."""
BUNDLE_FILES: Final = 256
"""Small files that are read as one task at most, however small they are."""


class Processor(Protocol[T_co]):
    """What a process does with the records of its tasks, one task after the other."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings for the user, one line each."""
        ...

    @property
    def selection(self) -> Selection | None:
        """The records to process; `None`: all of them."""
        ...

    def process(self, records: Iterable[Record]) -> T_co:
        """The result of one task."""
        ...


class Task(msgspec.Struct, frozen=True):
    """Whole `sources`, read one after the other; or, with a `span`, that part of the one source.

    `alone`: other files of the run are read elsewhere, so a format that joins files must not occur.
    """

    sources: tuple[Source, ...]
    span: spans.Span | None = None
    alone: bool = False


def tasks_of(source: Source, options: ReadOptions, *, alone: bool) -> list[Task]:
    """The tasks of one file, in the order of its lines."""
    parts = spans.plan(source, options)
    if parts is None:
        return [Task((source,), alone=alone)]
    return [Task((source,), span, alone) for span in parts]


def bundled(sources: Sequence[Source], options: ReadOptions) -> list[list[Task]]:
    """The tasks of all files, in order: those of one file that is cut, or one of consecutive small files."""
    found: list[list[Task]] = []
    bundle: list[Source] = []
    size = 0
    for source in sources:
        tasks = tasks_of(source, options, alone=len(sources) > 1)
        if tasks[0].span is not None or size > BUNDLE_BYTES or len(bundle) == BUNDLE_FILES:
            found += _whole(bundle, sources)
            bundle, size = [], 0
        if tasks[0].span is not None:
            found.append(tasks)
        else:
            bundle.append(source)
            size += source.size or 0
    return [*found, *_whole(bundle, sources)]


def _whole(bundle: list[Source], sources: Sequence[Source]) -> list[list[Task]]:
    return [[Task(tuple(bundle), alone=len(sources) > len(bundle))]] if bundle else []


def run_task(
    processor: Processor[T], task: Task, options: ReadOptions, progress: Progress | None = None
) -> Chunk[T]:
    """Read and process one task. Raises `NeedsWhole` for a part with a format that only the whole can show.

    `progress` is called with the bytes read since its last call.
    """
    notes: list[FileWarning] = []
    skipped = SkippedSummary()
    if task.span is None:
        items = read_whole(task, options, notes, progress)
        result = processor.process(records_of(items, skipped, processor.selection))
        return Chunk(result, skipped, notes=notes, warnings=processor.warnings)
    part = spans.SpanReader(task.sources[0], task.span, options, notes)
    result = processor.process(records_of(part, skipped, processor.selection))
    if progress is not None:
        progress(task.span.end - task.span.start)
    return Chunk(result, skipped, task.sources[0].path, part.lines, notes, processor.warnings)


def read_whole(
    task: Task, options: ReadOptions, notes: list[FileWarning], progress: Progress | None
) -> Iterator[Item]:
    """The items of the whole files of a task."""
    reader = Reader(options, files=len(task.sources), alone=task.alone, notes=notes, progress=progress)
    for source in task.sources:
        yield from reader.read(source)
    yield from reader.finish()
