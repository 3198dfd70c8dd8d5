"""Files as plain text, block by block: for counting text that is not a log."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

from tokcount.errors import DataError, UsageError
from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.stream import Stream, bytes_of, unwrap
from tokcount.logs.bytes.text_encoding import NOT_UTF8
from tokcount.logs.options import LARGEST_RATIO
from tokcount.logs.source import Source

BINARY: Final = "looks binary, not like text: it holds NUL bytes"


class PlainText:
    """The text of one file, unpacked and decoded; read once.

    `bytes` is the size of the unpacked text in UTF-8 so far, `warning` why it may not be text (empty:
    it looks like text); `max_ratio`: see `tokcount.logs.options.LARGEST_RATIO`. Iterating raises `UsageError`
    for a file that cannot be opened and `DataError` for one that cannot be read to its end.
    """

    def __init__(self, source: Source, max_ratio: int = LARGEST_RATIO) -> None:
        self.source = source
        self.max_ratio = max_ratio
        self.bytes = 0
        self.warning = ""
        self._decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")()

    def __iter__(self) -> Iterator[str]:
        try:
            file = self.source.open()
        except OSError as error:
            raise UsageError(f"{self.source.path}: cannot be read: {error.strerror}") from None
        try:
            yield from self._texts(unwrap(bytes_of(self.source, file), max_ratio=self.max_ratio))
        finally:
            if not self.source.is_stdin:
                file.close()

    def _texts(self, stream: Stream) -> Iterator[str]:
        for block in stream:
            self.bytes += len(block)
            if b"\x00" in block:
                self.warning = BINARY
            yield self._decode(block)
        yield self._decode(b"", final=True)
        if stream.problem is not None:
            raise DataError(f"{self.source.path}: {stream.problem}")

    def _decode(self, block: bytes, *, final: bool = False) -> str:
        """As UTF-8; from the first invalid block on, with invalid bytes as Windows-1252."""
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(block, final)
        except UnicodeDecodeError:
            self.warning = self.warning or NOT_UTF8
            self._decoder = text_encoding.decoder()
            self._decoder.setstate(before)
            return self._decoder.decode(block, final)
