"""Compressed bytes → bytes, block by block: gzip, bzip2, xz and zstd, with several members, and with limits."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Protocol

from tokcount.logs.options import BLOCK_BYTES, RATIO_GRACE

_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"))
_CONTAINERS = (
    (b"PAR1", "parquet"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)


MOST_MEMORY = 256 << 20
"""Memory limit of a decompressor in bytes: four times what the highest level of xz needs."""


class ReadProblem(Exception):  # noqa: N818 - ends a stream, not the program
    """Why a stream ends early; one line."""


class _Machine(Protocol):
    """What the standard library's decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


class _Gzip:
    """zlib's decompressor behind the interface of the others.

    zlib returns nothing from a call that fails; what precedes the fault is unpacked again, byte by byte.
    """

    def __init__(self) -> None:
        self._machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._fault: zlib.error | None = None

    @property
    def eof(self) -> bool:
        return self._machine.eof and self._fault is None

    @property
    def needs_input(self) -> bool:
        return not self._machine.unconsumed_tail and self._fault is None

    @property
    def unused_data(self) -> bytes:
        return self._machine.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        if self._fault is not None:
            raise self._fault
        before, packed = self._machine.copy(), self._machine.unconsumed_tail + data
        try:
            return self._machine.decompress(packed, max_length)
        except zlib.error as fault:
            self._fault = fault
            return _up_to_the_fault(before, packed, max_length)


def _up_to_the_fault(machine: zlib._Decompress, packed: bytes, most: int) -> bytes:
    unpacked = bytearray()
    try:
        for place in range(len(packed)):
            unpacked += machine.decompress(packed[place : place + 1])
            if len(unpacked) > most:
                break
    except zlib.error:
        pass
    return bytes(unpacked)


def compression_of(head: bytes) -> str | None:
    """The compression identified by the first bytes."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def container_of(head: bytes) -> str | None:
    """`parquet`, `sqlite` or `zip`, by the first bytes: what is no text when it is unpacked."""
    return next((name for magic, name in _CONTAINERS if head.startswith(magic)), None)


def unpacked(
    blocks: Iterable[bytes], compression: str, *, max_ratio: int, packed_size: Callable[[], int]
) -> Iterator[bytes]:
    """The unpacked blocks. Raises `ReadProblem` where the data is damaged, ends early, or has become more than
    `max_ratio` times as long as `packed_size`, the bytes that were read of the file so far.
    """
    make = _machine_for(compression)
    machine, taken, given = make(), False, 0
    for block in blocks:
        taken = True
        data: bytes = block
        while data or not (machine.needs_input or machine.eof):
            if machine.eof:
                machine = make()
            piece = _step(machine, data, compression)
            given += len(piece)
            check_ratio(given, packed_size(), max_ratio)
            if piece:
                yield piece
            data = _rest(machine, compression) if machine.eof else b""
    if taken and not machine.eof:
        raise ReadProblem(f"the {compression} data ends early")


def check_ratio(given: int, taken: int, max_ratio: int) -> None:
    """Raise `ReadProblem` when `taken` bytes have become suspiciously many."""
    if given > RATIO_GRACE and given > max_ratio * taken:
        raise ReadProblem(
            f"unpacks to more than {max_ratio} times its size, like a decompression bomb;"
            " raise --max-ratio to read it anyway"
        )


def _step(machine: _Machine, data: bytes, compression: str) -> bytes:
    try:
        return machine.decompress(data, BLOCK_BYTES)
    except Exception as error:
        if isinstance(error, MemoryError):
            raise
        reason = "needs too much memory" if "Memory usage limit" in str(error) else "is damaged"
        raise ReadProblem(f"the {compression} data {reason}") from None


def _rest(machine: _Machine, compression: str) -> bytes:
    """What follows a finished member: the next one, or the padding that tapes and block devices add."""
    rest = machine.unused_data.lstrip(b"\0")
    if rest and compression_of(rest) not in (compression, None):
        raise ReadProblem(f"other data follows the {compression} data")
    return rest


def _machine_for(compression: str) -> Callable[[], _Machine]:
    if compression == "gzip":
        return _Gzip
    if compression == "bzip2":
        return importlib.import_module("bz2").BZ2Decompressor  # type: ignore[no-any-return]
    if compression == "xz":
        make = importlib.import_module("lzma").LZMADecompressor
        return partial(make, memlimit=MOST_MEMORY)
    return _zstd().ZstdDecompressor  # type: ignore[no-any-return]


def _zstd() -> Any:
    """The standard library's zstd (Python 3.14), or its backport."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise ReadProblem("zstd needs a library: pip install 'tokcount[zstd]'")
