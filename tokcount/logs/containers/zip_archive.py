"""Zip archives: their members as streams. Members that are not logs (images of a ChatGPT export) are summarised."""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from tokcount.logs.bytes.decompress import ReadProblem, check_ratio
from tokcount.logs.bytes.stream import Stream, blocks_of, unwrap
from tokcount.logs.record import Skipped
from tokcount.logs.scalars import label

if TYPE_CHECKING:
    from io import BytesIO
    from typing import IO

LOG_SUFFIXES = frozenset(
    {
        "",
        ".json",
        ".jsonl",
        ".ndjson",
        ".csv",
        ".tsv",
        ".txt",
        ".log",
        ".har",
        ".sse",
        ".yaml",
        ".yml",
        ".parquet",
        ".db",
        ".sqlite",
    }
)
_PACKED_SUFFIXES = frozenset({".gz", ".bz2", ".xz", ".zst"})

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError)
"""What `zipfile` raises for a damaged, encrypted or exotic archive."""


def members(
    file: str | BytesIO, source: str, *, max_ratio: int, encoding: str | None = None
) -> Iterator[tuple[str, Stream] | Skipped]:
    """The members that may be logs, each by its name below the archive's, in the order of the archive."""
    try:
        archive = zipfile.ZipFile(file)
    except (*_BROKEN, OSError):
        yield _skipped(source, "unreadable", "the zip archive is damaged")
        return
    with archive:
        others = Counter[str]()
        unpacked = _Total(_size(file))
        for info in archive.infolist():
            if info.is_dir():
                continue
            suffix = _suffix(info.filename)
            if suffix not in LOG_SUFFIXES or PurePosixPath(info.filename).name.startswith("."):
                others[suffix or "(hidden)"] += 1
                continue
            name = f"{source}/{info.filename}"
            if info.flag_bits & 1:
                yield _skipped(name, "encrypted", "a password-protected member; unpack the archive first")
                continue
            blocks = _member_blocks(archive, info, max_ratio, unpacked)
            size = partial(int, info.compress_size)
            yield name, unwrap(blocks, max_ratio=max_ratio, packed_size=size, encoding=encoding)
    if others:
        kinds = ", ".join(f"{count} {label(suffix, 'others')}" for suffix, count in sorted(others.items()))
        yield _skipped(source, "unsupported", f"members that are not logs: {kinds}")


class _Total:
    """The unpacked size of all members: members may share their bytes ("a better zip bomb", David Fifield)."""

    def __init__(self, archive_size: int) -> None:
        self.archive_size = archive_size
        self.given = 0


def _size(file: str | BytesIO) -> int:
    return Path(file).stat().st_size if isinstance(file, str) else len(file.getbuffer())


def _member_blocks(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_ratio: int, total: _Total
) -> Iterator[bytes]:
    given = 0
    try:
        member: IO[bytes] = archive.open(info)
        with member:
            for block in blocks_of(member):
                given += len(block)
                total.given += len(block)
                check_ratio(given, info.compress_size, max_ratio)
                check_ratio(total.given, total.archive_size, max_ratio)
                yield block
    except _BROKEN:
        raise ReadProblem(
            "the member of the zip archive is damaged or compressed with an unknown method"
        ) from None


def _suffix(name: str) -> str:
    """The extension, without that of a compression: `.jsonl` of `log.jsonl.gz`."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in _PACKED_SUFFIXES else path.suffix


def _skipped(source: str, reason: str, detail: str) -> Skipped:
    return Skipped(source=source, line=1, reason=reason, detail=detail)  # type: ignore[arg-type]
