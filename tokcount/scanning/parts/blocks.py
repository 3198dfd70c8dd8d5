"""A source in blocks, which one process reads and others translate: lines as bytes, all else as values.

Decompressing and finding values is a small part of the work, and has to be done in order; which format a value has
does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tokcount.logs.bytes.decompress import ReadProblem, container_of
from tokcount.logs.bytes.stream import Stream
from tokcount.logs.containers.json_lines import Found
from tokcount.logs.containers.parquet import parquet_rows
from tokcount.logs.containers.sniff import Look, look
from tokcount.logs.containers.values import values_of
from tokcount.logs.detect import Detector
from tokcount.logs.options import BLOCK_BYTES, ReadOptions
from tokcount.logs.prompts.files import may_be_prompt
from tokcount.logs.reader import FileWarning, Reader, nothing_in, own_entries, warnings_of
from tokcount.logs.record import Record
from tokcount.logs.registry import is_known_header
from tokcount.logs.sqlite import database_items

if TYPE_CHECKING:
    from tokcount.logs.format import Item
    from tokcount.logs.source import Source

BLOCK: Final = 1 << 20
"""Bytes of lines, or rather what values take, in one block."""
MOST_VALUES: Final = 2_000
"""Values in one block, however small they are."""
LOOKED_AT: Final = 20
"""The first values, which show whether a source can be read in blocks."""
_LINES: Final = frozenset({"jsonl", "prefixed", "python"})
_VALUES: Final = frozenset({"json", "table"})


class Block(msgspec.Struct, frozen=True):
    """A part of a source: the bytes of whole lines of a text that looks like `lines`, or values.

    Values have the lines of the source, bytes begin at line 1. `problem`: why the source ends after these bytes.
    `notes` are warnings about the source, in the last block.
    """

    lines: Look | None = None
    data: bytes = b""
    problem: str | None = None
    values: list[Found | Record] = []
    notes: list[FileWarning] = []

    @property
    def line_count(self) -> int:
        """Lines to add to those of the blocks after it."""
        return self.data.count(b"\n")


def blocks_of(stream: Stream, source: Source, options: ReadOptions) -> Iterator[Block] | None:
    """The blocks of an opened source; `None` for one that has to be read in one piece.

    The stream then still has all of its bytes if the source has no size and cannot be read again.
    """
    head, whole = stream.peek()
    path = source.path if source.is_on_disk and not stream.layers else None
    if options.text or may_be_prompt(stream, source):
        return None
    container = container_of(head)
    if container is not None:
        found = _rows_of(container, path, stream, options)
        return None if found is None else _blocks_of_values(found, stream, source, options)
    seen = look(head, whole=whole, path=source.path, is_known_header=is_known_header)
    if seen.shape in _LINES:
        return None if begins_grouped(head, options) else _blocks_of_lines(stream, seen, source, options)
    if seen.shape not in _VALUES:
        return None
    found = values_of(stream, seen, source.path, options.max_value)
    return _blocks_of_values(found, stream, source, options)


def begins_grouped(head: bytes, options: ReadOptions) -> bool:
    """Does one of the values on the first lines belong to a format that needs the whole file?"""
    detector = _detector(options)
    for line in head.split(b"\n")[:LOOKED_AT]:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if detector.is_grouped(value):
            return True
    return False


class BlockReader:
    """The items of a source from some block on, once. After the last one, `lines` is the number of lines.

    `notes` are those that the reader adds to. `has_lines`: items count lines from the first block on.
    """

    def __init__(
        self, blocks: Iterator[Block], source: str, reader: Reader, notes: list[FileWarning]
    ) -> None:
        first = next(blocks)
        self.has_lines = first.lines is not None
        self.lines = 0
        self._look = first.lines
        self._blocks = chain((first,), blocks)
        self._source = source
        self._reader = reader
        self._notes = notes

    def __iter__(self) -> Iterator[Item]:
        if self._look is None:
            yield from self._reader.read_values(self._values(), self._source)
        else:
            yield from self._reader.read_stream(Stream(self._bytes()), self._look, self._source)
        yield from self._reader.finish()

    def _values(self) -> Iterator[Found | Record]:
        for block in self._blocks:
            self._notes += block.notes
            yield from block.values

    def _bytes(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.lines += block.line_count
            self._notes += block.notes
            for start in range(0, len(block.data), BLOCK_BYTES):  # by which long lines are known
                yield block.data[start : start + BLOCK_BYTES]
            if block.problem is not None:
                raise ReadProblem(block.problem)


def _detector(options: ReadOptions) -> Detector:
    return Detector(options.input_format, own=own_entries(options), part=True)


def _rows_of(
    container: str, path: str | None, stream: Stream, options: ReadOptions
) -> Iterator[Found | Record] | None:
    """The rows of a container that is a file by itself; records, where its format reads the tables."""
    if path is None:
        return None
    if container == "parquet":
        return parquet_rows(path, path, stream.notes)
    if container == "sqlite":
        return database_items(path, path, stream.notes, iter, options.table)
    return None


def _blocks_of_lines(stream: Stream, seen: Look, source: Source, options: ReadOptions) -> Iterator[Block]:
    longest = BLOCK + options.max_value + BLOCK_BYTES
    held = bytearray()
    searched = BLOCK - 1  # where the next line end may be that a block is cut at
    lines_before = 0
    for piece in stream:
        if searched <= longest:
            held += piece
        elif b"\n" in piece:  # of a line that is too long, nothing more is needed
            held += piece[piece.find(b"\n") :]
        while cut := held.find(b"\n", searched) + 1:
            block = Block(seen, bytes(held[:cut]))
            lines_before += block.line_count
            yield block
            del held[:cut]
            searched = BLOCK - 1
        searched = max(searched, len(held))
    notes = warnings_of(stream, source.path)
    if held or stream.problem is not None or notes:
        notes = [msgspec.structs.replace(note, line=note.line - lines_before) for note in notes]
        yield Block(seen, bytes(held), stream.problem, notes=notes)


def _blocks_of_values(
    found: Iterator[Found | Record], stream: Stream, source: Source, options: ReadOptions
) -> Iterator[Block] | None:
    """The blocks of values; `None` where the first ones of a source that can be read again need all of it."""
    if source.size is not None:
        first = list(islice(found, LOOKED_AT))
        detector = _detector(options)
        if any(detector.is_grouped(each[2]) for each in first if isinstance(each, tuple)):
            return None
        found = chain(first, found)
    return _in_blocks(found, stream, source.path)


def _in_blocks(found: Iterator[Found | Record], stream: Stream, source: str) -> Iterator[Block]:
    held: list[Found | Record] = []
    size, nothing = 0, True
    for each in found:
        held.append(each)
        size += _weight(each)
        if size > BLOCK or len(held) == MOST_VALUES:
            yield Block(values=held)
            held, size, nothing = [], 0, False
    if nothing and not held:
        held = [nothing_in(source)]
    yield Block(values=held, notes=warnings_of(stream, source))


def _weight(found: Found | Record) -> int:
    """About as many bytes as a value takes."""
    waiting: list[Any] = [found[2]] if isinstance(found, tuple) else list(msgspec.structs.astuple(found))
    size = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        else:
            size += 8
    return size
