"""Files as streams of UTF-8 blocks: opened, unpacked, transcoded, with what went wrong.

A stream that breaks off (damaged or cut compression, a failing disk) returns what could be read; the reason why it
ended is in `Stream.problem`.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.decompress import ReadProblem, compression_of, container_of, unpacked
from tokcount.logs.options import BLOCK_BYTES, HEAD_BYTES

if TYPE_CHECKING:
    from typing import IO

    from tokcount.logs.source import Source

_DEEPEST = 4
"""Nested compressions that are unpacked."""


class Stream:
    """Blocks of bytes, read once; `problem` is why they ended early, in one line."""

    def __init__(self, blocks: Iterable[bytes], *, layers: tuple[str, ...] = ()) -> None:
        self.layers = layers
        """What was unwrapped, outermost first: `gzip`, `utf-16-le`."""
        self.problem: str | None = None
        self.notes: dict[str, int] = {}
        """Warnings about what was read, with the line where each first applied."""
        self._blocks = iter(blocks)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._blocks)
        except ReadProblem as problem:
            self.problem = str(problem)
        except OSError as error:
            self.problem = f"reading failed: {error.strerror or type(error).__name__}"
        raise StopIteration

    def peek(self, size: int = HEAD_BYTES) -> tuple[bytes, bool]:
        """Exactly the first `size` bytes, and whether they are all; they stay in the stream."""
        head: list[bytes] = []
        length = 0
        for block in self:
            head.append(block)
            length += len(block)
            if length >= size:
                break
        ended = length < size
        self._blocks = chain(head, self._blocks)
        return b"".join(head)[:size], ended


def blocks_of(file: IO[bytes], size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The blocks of an open file, as soon as they can be read."""
    read = getattr(file, "read1", file.read)
    _let_interrupts_end_reads()
    while block := read(size):
        yield block
        _let_interrupts_end_reads()  # Polars may have been imported since


def _let_interrupts_end_reads() -> None:
    """Ctrl-C ends a read that waits for a pipe; the handler that Polars sets on import lets the read go on."""
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)


def bytes_of(source: Source, file: IO[bytes]) -> Iterator[bytes]:
    """The blocks of an opened source: the bytes that it had when it was found, however it has changed since then."""
    return exactly(file, source.size) if source.size else blocks_of(file)


def exactly(file: IO[bytes], count: int) -> Iterator[bytes]:
    """The next `count` bytes of an open file in blocks. Raises `OSError` when there are not that many."""
    left = count
    while left and (block := file.read(min(BLOCK_BYTES, left))):
        left -= len(block)
        yield block
    if left:
        raise OSError(None, "the file became shorter while it was read")


def unwrap(
    blocks: Iterable[bytes],
    *,
    max_ratio: int,
    packed_size: Callable[[], int] | None = None,
    encoding: str | None = None,
) -> Stream:
    """The stream inside every compression, in UTF-8, without a byte order mark.

    All compressions together may expand `max_ratio` times what was read, or `packed_size` where the blocks have
    been unpacked already. `encoding` is that of a text without a byte order mark, if the user named it. What is not
    text is unchanged: see `Stream.peek`. Never raises for what the bytes hold.
    """
    counted = _Counted(blocks)
    size = packed_size or counted.size
    stream = Stream(counted)
    for _ in range(_DEEPEST):
        head, _ended = stream.peek()
        packed = compression_of(head)
        if packed is None:
            break
        stream = _next_layer(stream, unpacked(stream, packed, max_ratio=max_ratio, packed_size=size), packed)
    head, _ended = stream.peek()
    encoding, mark = text_encoding.detect(head, None if container_of(head) else encoding)
    if mark:
        stream = _next_layer(stream, _without(stream, mark), None)
    if encoding != "utf-8":
        notes: dict[str, int] = {}
        texts = text_encoding.Decoder(notes, encoding).all(stream)
        stream = _next_layer(stream, (text.encode() for text in texts), encoding)
        stream.notes = notes
    return stream


class _Counted:
    """Blocks, and how many bytes they were so far."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self._size = 0

    def size(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self._size += len(block)
            yield block


def _next_layer(inner: Stream, blocks: Iterator[bytes], name: str | None) -> Stream:
    """A stream around another, which hands on the problem of the inner one."""

    def handed_on() -> Iterator[bytes]:
        yield from blocks
        if inner.problem is not None:
            raise ReadProblem(inner.problem)

    return Stream(handed_on(), layers=(*inner.layers, name) if name else inner.layers)


def _without(blocks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """The blocks without the first `count` bytes."""
    for block in blocks:
        if count < len(block) or not count:
            yield block[count:]
        count = max(0, count - len(block))
