"""What a process reads in one go: whole files, small ones several together, or a part of one file.

A file of plain JSON lines is cut, and each process reads its parts. All other large files are read by one process,
which hands their lines or values over in blocks (`tokcount.scanning.parts.blocks`).
"""

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
from tokcount.scanning.parts.blocks import Block, BlockReader
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
USUAL_RATIO: Final = 6
"""How many times as long logs usually are when they are unpacked."""
_PACKED: Final = (".gz", ".zst", ".bz2", ".xz", ".parquet")


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
    """Whole `sources`, read one after the other; or, with a `span`, that part of the one source, or a `block` of it.

    `alone`: other files of the run are read elsewhere, so a format that joins files must not occur.
    """

    sources: tuple[Source, ...]
    span: spans.Span | None = None
    block: Block | None = None
    alone: bool = False


def tasks_of(source: Source, options: ReadOptions, *, alone: bool) -> list[Task]:
    """The tasks of one file, in the order of its lines."""
    parts = spans.plan(source, options)
    if parts is None:
        return [Task((source,), alone=alone)]
    return [Task((source,), span, alone=alone) for span in parts]


def bundled(sources: Sequence[Source], options: ReadOptions) -> list[list[Task]]:
    """The tasks of all files, in order: those of one file that is cut, or one of consecutive small files.

    A large file that is not cut has a task of its own: see `is_in_blocks`.
    """
    found: list[list[Task]] = []
    bundle: list[Source] = []
    size, several = 0, len(sources) > 1
    for source in sources:
        tasks = tasks_of(source, options, alone=several)
        is_large = tasks[0].span is not None or is_in_blocks(tasks[0])
        if bundle and (is_large or size > BUNDLE_BYTES or len(bundle) == BUNDLE_FILES):
            found.append([Task(tuple(bundle), alone=several)])
            bundle, size = [], 0
        if is_large:
            found.append(tasks)
        else:
            bundle.append(source)
            size += content_size(source)
    return [*found, [Task(tuple(bundle), alone=len(sources) > len(bundle))]] if bundle else found


def is_in_blocks(task: Task) -> bool:
    """Is it one file that is large enough to be handed over in blocks?"""
    is_whole = task.span is None and task.block is None and len(task.sources) == 1
    return is_whole and content_size(task.sources[0]) >= 2 * spans.SPAN_BYTES


def content_size(source: Source) -> int:
    """About how many bytes a source has when it is unpacked; 0 where that is not known."""
    packed = source.path.lower().endswith(_PACKED)
    return (source.size or 0) * (USUAL_RATIO if packed else 1)


def run_task(
    processor: Processor[T], task: Task, options: ReadOptions, progress: Progress | None = None
) -> Chunk[T]:
    """Read and process one task. Raises `NeedsWhole` for a part with a format that only the whole can show.

    `progress` is called with the bytes read since its last call.
    """
    notes: list[FileWarning] = []
    if task.block is not None:
        return run_blocks(processor, task.sources[0], iter([task.block]), options, part=True)
    if task.span is None:
        return chunk_of(processor, read_whole(task, options, notes, progress), notes)
    part = spans.SpanReader(task.sources[0], task.span, options, notes)
    chunk = chunk_of(processor, part, notes)
    chunk.part_of, chunk.lines = task.sources[0].path, part.lines
    if progress is not None:
        progress(task.span.end - task.span.start)
    return chunk


def run_blocks(
    processor: Processor[T],
    source: Source,
    blocks: Iterator[Block],
    options: ReadOptions,
    *,
    part: bool = False,
) -> Chunk[T]:
    """Process the blocks of a source from some block on. `part`: not to its end, so this may raise `NeedsWhole`."""
    notes: list[FileWarning] = []
    read = BlockReader(blocks, source.path, Reader(options, part=part, notes=notes), notes)
    chunk = chunk_of(processor, read, notes)
    if read.has_lines:
        chunk.part_of, chunk.lines = source.path, read.lines
    return chunk


def chunk_of(processor: Processor[T], items: Iterable[Item], notes: list[FileWarning]) -> Chunk[T]:
    """The result of the selected records among items, and what was skipped."""
    skipped = SkippedSummary()
    result = processor.process(records_of(items, skipped, processor.selection))
    return Chunk(result, skipped, notes=notes, warnings=processor.warnings)


def read_whole(
    task: Task, options: ReadOptions, notes: list[FileWarning], progress: Progress | None
) -> Iterator[Item]:
    """The items of the whole files of a task."""
    reader = Reader(options, files=len(task.sources), alone=task.alone, notes=notes, progress=progress)
    for source in task.sources:
        yield from reader.read(source)
    yield from reader.finish()
