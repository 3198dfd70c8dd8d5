"""A large file in blocks: tasks that are made while it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import stream_of
from tokcount.scanning.parts.blocks import Block, blocks_of
from tokcount.scanning.parts.tasks import Progress, Task, is_in_blocks


@contextmanager
def in_blocks(task: Task, options: ReadOptions, progress: Progress) -> Iterator[Iterator[Task] | None]:
    """The tasks of a file that is handed over in blocks; `None` when the task has to be done in one piece.

    `progress` is called with the bytes read since its last call, as tasks are taken.
    """
    if not is_in_blocks(task):
        yield None
        return
    source = task.sources[0]
    try:
        file = source.open()
    except OSError:  # which reading it in one piece will report
        yield None
        return
    with closing(file):
        read: list[int] = []
        blocks = blocks_of(stream_of(source, file, options, read.append), source, options)
        yield None if blocks is None else _tasks(blocks, task, read, progress)


def _tasks(blocks: Iterator[Block], task: Task, read: list[int], progress: Progress) -> Iterator[Task]:
    left = task.sources[0].size or 0
    for block in blocks:
        left -= sum(read)
        progress(sum(read))
        read.clear()
        yield Task(task.sources, block=block, alone=task.alone)
    progress(left)
