"""Blocks of bytes → numbered lines, whatever their length, with memory bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream


class Lines:
    """The lines of a stream with their numbers, without their line ends (`end`).

    A line over `largest` bytes is returned as `None`. `number` is the number of the next line. What follows
    the last line end of a stream that could not be read completely is a fragment and is not returned.
    """

    def __init__(self, stream: Stream, largest: int, end: bytes = b"\n") -> None:
        self.number = 1
        self._end = end
        self._stream = stream
        self._largest = largest

    def __iter__(self) -> Iterator[tuple[int, bytes | None]]:
        held: list[bytes] = []
        end, size = self._end, 0
        for block in self._stream:
            if end not in block:
                size += len(block)
                held.append(block)
                if size > self._largest:
                    held.clear()
                continue
            parts = block.split(end)
            if size > self._largest:
                yield self._next(), None
                del parts[0]
            elif held:
                parts[0] = b"".join((*held, parts[0]))
            rest = parts.pop() if parts else b""
            for number, line in enumerate(parts, self.number):
                self.number = number + 1
                yield number, line
            held, size = [rest] if rest else [], len(rest)
        if size and self._stream.problem is None:
            yield self._next(), None if size > self._largest else b"".join(held)

    def _next(self) -> int:
        number = self.number
        self.number = number + 1
        return number
