"""Files as plain text, block by block: for counting text that is not a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tokcount.errors import DataError, UsageError
from tokcount.logs.bytes.stream import Stream, bytes_of, unwrap
from tokcount.logs.bytes.text_encoding import Decoder, known
from tokcount.logs.options import LARGEST_RATIO
from tokcount.logs.source import Source

BINARY: Final = "looks binary, not like text: it holds NUL bytes"
HEAD: Final = 8_000
"""Bytes that show whether a file is text; git looks at as many."""
MOST_INVALID: Final = 0.3
"""The largest share of a text that is not valid UTF-8."""


class PlainText:
    """The text of one file, unpacked and decoded; read once.

    `bytes` is the size of the unpacked text in UTF-8 so far, `warning` why it may not be text (empty:
    it looks like text); `max_ratio`: see `tokcount.logs.options.LARGEST_RATIO`. Iterating raises `UsageError`
    for a file that cannot be opened and `DataError` for one that cannot be read to its end.
    """

    def __init__(
        self, source: Source, max_ratio: int = LARGEST_RATIO, text_encoding: str | None = None
    ) -> None:
        self.source = source
        self.max_ratio = max_ratio
        self.bytes = 0
        self.warning = ""
        self._encoding = text_encoding and known(text_encoding)

    def __iter__(self) -> Iterator[str]:
        with self._opened() as stream:
            yield from self._texts(stream)

    def looks_binary(self) -> bool:
        """Whether the beginning of a file is not text: a NUL byte, as git decides it, or hardly any valid UTF-8."""
        with self._opened() as stream:
            head, _ended = stream.peek(HEAD)
        if b"\x00" in head:
            return True
        return head.decode("utf-8", "replace").count("\ufffd") > len(head) * MOST_INVALID

    @contextmanager
    def _opened(self) -> Iterator[Stream]:
        try:
            file = self.source.open()
        except OSError as error:
            raise UsageError(f"{self.source.path}: cannot be read: {error.strerror}") from None
        try:
            yield unwrap(bytes_of(self.source, file), max_ratio=self.max_ratio, encoding=self._encoding)
        finally:
            if not self.source.is_stdin:
                file.close()

    def _texts(self, stream: Stream) -> Iterator[str]:
        for text in Decoder(stream.notes).all(self._measured(stream)):
            self.warning = self.warning or next(iter(stream.notes), "")
            yield text
        if stream.problem is not None:
            raise DataError(f"{self.source.path}: {stream.problem}")

    def _measured(self, stream: Stream) -> Iterator[bytes]:
        for block in stream:
            self.bytes += len(block)
            if b"\x00" in block:
                self.warning = BINARY
            yield block
