"""Paths as the user gave them → files."""

from __future__ import annotations

import errno
import glob
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import structs

from tokcount.errors import UsageError

STDIN = "-"
_NAMES_SHOWN = 3
"""Other names of a file in a sentence."""


class Source(msgspec.Struct, frozen=True):
    """One file to read, or standard input.

    `path` is the name as the user gave it, or as found below the folder the user gave; records carry it.
    `size` is in bytes, `None` for what has no size (standard input, a pipe). `file` is which file it was when it
    was found, by device and number.

    A log may still be written to: what is read are the `size` bytes that it had when it was found. `also` are its
    other names: hard and symbolic links, and the same path named again.
    """

    path: str
    size: int | None = None
    file: tuple[int, int] | None = None
    also: tuple[str, ...] = ()

    @property
    def is_stdin(self) -> bool:
        """Is this standard input?"""
        return self.path == STDIN

    def open(self) -> BinaryIO:
        """The raw bytes; standard input must not be closed by the reader.

        Raises `OSError` as `open` does, and when the name now refers to another file (a log that was rotated).
        """
        if self.is_stdin:
            if sys.stdin is None:
                raise OSError(errno.EBADF, "standard input is closed")
            return sys.stdin.buffer
        opened = Path(self.path).open("rb", buffering=0)  # noqa: SIM115 - the caller closes it
        if self.file is not None and self.file != _number(os.fstat(opened.fileno())):
            opened.close()
            raise OSError(errno.ESTALE, "it was replaced by another file after it was found")
        return opened


def expand(paths: Sequence[str | os.PathLike[str]]) -> list[Source]:
    """The files behind paths, folders (recursed in sorted order, names with a leading dot left out), globs and `-`.

    A file that has several names, or is named several times, is read once, under the first name. Raises `UsageError`
    for a path that does not exist or a pattern that fits nothing.
    """
    found: dict[object, Source] = {}
    for path in paths:
        for source in _sources(os.fspath(path)):
            key = source.file or os.path.realpath(source.path)
            known = found.get(key)
            found[key] = source if known is None else structs.replace(known, also=(*known.also, source.path))
    return list(found.values())


def read_once(sources: Sequence[Source]) -> str | None:
    """A sentence about the files that have several names; `None` when none has."""
    several = [source for source in sources if source.also]
    if not several:
        return None
    first, *more = several
    others = ", ".join(first.also[:_NAMES_SHOWN]) + (", …" if len(first.also) > _NAMES_SHOWN else "")
    rest = f"; {len(more):,} more files have several names" if more else ""
    return f"{first.path} is read once; it is the same file as {others}{rest}"


def _sources(path: str) -> Iterator[Source]:
    if path == STDIN:
        yield Source(STDIN)
        return
    if os.path.isdir(path):  # noqa: PTH112 - a str stays the str the user gave
        yield from map(_source, _walk(path))
        return
    if os.path.exists(path):  # noqa: PTH110
        yield _source(path)
        return
    found = sorted(glob.glob(path, recursive=True)) if glob.has_magic(path) else []  # noqa: PTH207
    if not found:
        raise UsageError(
            f"{path}: no file fits this pattern"
            if glob.has_magic(path)
            else f"{path}: no such file or folder"
        )
    for name in found:
        yield from _sources(name)


def _source(path: str) -> Source:
    try:
        state = os.stat(path)  # noqa: PTH116
    except OSError:
        return Source(path)
    return Source(path, state.st_size, _number(state)) if _has_size(state.st_mode) else Source(path)


def _number(state: os.stat_result) -> tuple[int, int] | None:
    """Which file it is; not on Windows, where names and open files may give different numbers."""
    return None if os.name == "nt" else (state.st_dev, state.st_ino)


def _has_size(mode: int) -> bool:
    import stat

    return stat.S_ISREG(mode)


def _walk(folder: str) -> Iterator[str]:
    """The files below a folder; a folder that a link leads back to is entered once.

    A folder that cannot be listed is returned as if it were a file: opening it reports why.
    """
    seen = set[tuple[int, int]]()
    closed: list[str] = []
    for base, folders, names in os.walk(
        folder, onerror=lambda e: closed.append(str(e.filename)), followlinks=True
    ):
        state = os.stat(base)  # noqa: PTH116
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (
            os.path.join(base, name)  # noqa: PTH118
            for name in sorted(names)
            if not name.startswith(".")
            and not _is_of_database(name, names)
            and _is_readable_kind(os.path.join(base, name))  # noqa: PTH118
        )
    yield from closed


def _is_of_database(name: str, names: list[str]) -> bool:
    """Is it a file that SQLite keeps next to a database, and reads with it?"""
    base, _, kind = name.rpartition("-")
    return kind in ("wal", "shm") and base in names


def _is_readable_kind(path: str) -> bool:
    """Regular files and dangling links (reported when opened), no sockets, devices or pipes."""
    import stat

    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
    except OSError:
        return True
