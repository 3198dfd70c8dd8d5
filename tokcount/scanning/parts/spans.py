"""JSONL files in parts, for several processes: where to cut, and how to read one part.

Only uncompressed files of lines are cut. A part does not know its first line number: its lines are counted from
1, and the part reports how many lines it has, so that the caller can add them up.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.decompress import compression_of, container_of
from tokcount.logs.bytes.stream import Stream, exactly
from tokcount.logs.containers.sniff import Look, look
from tokcount.logs.format import Item
from tokcount.logs.options import HEAD_BYTES, ReadOptions
from tokcount.logs.reader import FileWarning, Reader
from tokcount.logs.registry import is_known_header
from tokcount.scanning.parts.blocks import begins_grouped

if TYPE_CHECKING:
    from typing import BinaryIO

    from tokcount.logs.source import Source

SPAN_BYTES = 4 << 20
"""Target size of a part; a part is at least one line."""


class Span(msgspec.Struct, frozen=True):
    """A part of a file: bytes from `start` up to `end`; both are at the beginning of a line."""

    start: int
    end: int


def plan(
    source: Source, options: ReadOptions | None = None, span_bytes: int = SPAN_BYTES
) -> list[Span] | None:
    """The parts of a file of JSON lines; `None` when the file must be read in one piece.

    Looks at the first bytes and values only: reading a part may still find a format that needs the whole file
    (`tokcount.logs.detect.NeedsWhole`). Never raises: a file that cannot be read has no parts.
    """
    options = options or ReadOptions()
    if source.size is None or source.size < 2 * span_bytes or options.text:
        return None
    try:
        with source.open() as file:
            head = file.read(HEAD_BYTES)
            if not _is_lines(head, source.path, options) or begins_grouped(head, options):
                return None
            return _spans(file, source.size, span_bytes)
    except OSError:
        return None


def _is_lines(head: bytes, path: str, options: ReadOptions) -> bool:
    packed = compression_of(head) or container_of(head)
    if packed or text_encoding.detect(head, options.text_encoding) != ("utf-8", 0):
        return False
    return look(head, whole=False, path=path, is_known_header=is_known_header).shape == "jsonl"


def _spans(file: BinaryIO, size: int, span_bytes: int) -> list[Span]:
    cuts = [0]
    while cuts[-1] + span_bytes < size:
        cuts.append(_next_line(file, cuts[-1] + span_bytes, size))
    if cuts[-1] < size:
        cuts.append(size)
    return [Span(start, end) for start, end in pairwise(cuts)]


def _next_line(file: BinaryIO, position: int, size: int) -> int:
    """The beginning of the first line that starts at `position` or after it."""
    position -= 1
    file.seek(position)
    while block := file.read(HEAD_BYTES):
        at = block.find(b"\n")
        if at >= 0:
            return position + at + 1
        position += len(block)
    return size


class SpanReader:
    """The records of one part, once. After the last one `lines` is the number of lines in the part.

    Iterating raises `tokcount.logs.detect.NeedsWhole` when the part holds a format that is spread over the file.
    A file that became shorter or can no longer be read ends in a `Skipped` (`unreadable`).
    """

    def __init__(
        self, source: Source, span: Span, options: ReadOptions, notes: list[FileWarning] | None = None
    ) -> None:
        self.lines = 0
        self._source = source
        self._span = span
        self._reader = Reader(options, part=True, notes=notes)

    def __iter__(self) -> Iterator[Item]:
        stream = Stream(self._blocks())
        yield from self._reader.read_stream(stream, Look("jsonl"), self._source.path)

    def _blocks(self) -> Iterator[bytes]:
        with self._source.open() as file:
            file.seek(self._span.start)
            for block in exactly(file, self._span.end - self._span.start):
                self.lines += block.count(b"\n")
                yield block
