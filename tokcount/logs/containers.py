"""Containers that are no stream of text: known by their first bytes, opened by path or held in memory."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokcount.logs.streams import Stream

_MAGIC = (
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)

LARGEST_HELD = 1 << 30
"""Bytes of a piped or compressed container that are held in memory; they are read back and forth."""


def container_of(head: bytes) -> str | None:
    """``parquet``, ``sqlite`` or ``zip``, by the first bytes."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def held(stream: Stream) -> BytesIO | None:
    """All of a stream, or ``None`` when it is too much."""
    file = BytesIO()
    for block in stream:
        if file.tell() + len(block) > LARGEST_HELD:
            return None
        file.write(block)
    file.seek(0)
    return file
