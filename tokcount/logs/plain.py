"""Files as plain text, block by block: for counting text that is no log."""

from __future__ import annotations

from collections.abc import Iterator

from tokcount.errors import DataError, UsageError
from tokcount.logs import text_encoding
from tokcount.logs.files import Source
from tokcount.logs.options import LARGEST_RATIO
from tokcount.logs.streams import blocks_of, unwrap


class PlainText:
    """The text of one file, unpacked and decoded; read once.

    ``bytes`` is the size of the unpacked text in UTF-8 as far as it was read. Iterating raises `UsageError` for a
    file that cannot be opened and `DataError` for one that cannot be read to its end.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.bytes = 0

    def __iter__(self) -> Iterator[str]:
        try:
            file = self.source.open()
        except OSError as error:
            raise UsageError(f"{self.source.path}: cannot be read: {error.strerror}") from None
        stream = unwrap(blocks_of(file), max_ratio=LARGEST_RATIO)
        decoder = text_encoding.decoder()
        for block in stream:
            self.bytes += len(block)
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
        if not self.source.is_stdin:
            file.close()
        if stream.problem is not None:
            raise DataError(f"{self.source.path}: {stream.problem}")
