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
from tokcount.logs.paths.ignored import Ignored
from tokcount.logs.paths.neighbours import Neighbours
from tokcount.logs.paths.walk import walk

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
    folder: str | None = None
    """The folder that was named and in which it was found; `None` for a file that was named itself."""

    @property
    def is_stdin(self) -> bool:
        """Is this standard input?"""
        return self.path == STDIN

    @property
    def is_on_disk(self) -> bool:
        """Does its path name a file that libraries can open?"""
        return not self.is_stdin

    @property
    def neighbours(self) -> Neighbours:
        """The files that it may refer to."""
        return Neighbours(os.path.dirname(os.path.abspath(self.path)))  # noqa: PTH100, PTH120

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


def expand(
    paths: Sequence[str | os.PathLike[str]],
    *,
    ignore: bool = True,
    hidden: bool = False,
    left_out: list[Ignored] | None = None,
) -> list[Source]:
    """The files behind paths, folders (see `tokcount.logs.paths.walk`), globs and `-`.

    A file that has several names, or is named several times, is read once, under the first name. `ignore`: respect
    `.gitignore` in folders; `left_out` collects what that left out. `hidden`: read names with a
    leading dot. Raises `UsageError` for a path that does not exist or a pattern that fits nothing.
    """
    found: dict[object, Source] = {}
    ignored: list[Ignored] | None = ([] if left_out is None else left_out) if ignore else None
    for path in paths:
        for source in _sources(os.fspath(path), ignored, hidden=hidden):
            key = source.file or os.path.realpath(source.path)
            known = found.get(key)
            found[key] = source if known is None else _also_named(known, source)
    return list(found.values())


def exists(path: str) -> bool:
    """Whether a path, or a glob, names anything."""
    return os.path.exists(path) or (glob.has_magic(path) and bool(glob.glob(path, recursive=True)))  # noqa: PTH110, PTH207


def _also_named(known: Source, source: Source) -> Source:
    """The file under its first name; it counts as named when one of its names was."""
    folder = known.folder if source.folder is not None else None
    return structs.replace(known, also=(*known.also, source.path), folder=folder)


def read_once(sources: Sequence[Source]) -> str | None:
    """A sentence about the files that have several names; `None` when none has."""
    several = [source for source in sources if source.also]
    if not several:
        return None
    first, *more = several
    others = ", ".join(first.also[:_NAMES_SHOWN]) + (", …" if len(first.also) > _NAMES_SHOWN else "")
    rest = f"; {len(more):,} more files have several names" if more else ""
    return f"{first.path} is read once; it is the same file as {others}{rest}"


def _sources(path: str, ignored: list[Ignored] | None, *, hidden: bool) -> Iterator[Source]:
    """The files behind one path; `ignored` collects the rules of each folder, `None`: there are none."""
    if path == STDIN:
        yield Source(STDIN)
        return
    if os.path.isdir(path):  # noqa: PTH112 - a str stays the str the user gave
        rules = None if ignored is None else Ignored(path)
        if ignored is not None and rules is not None:
            ignored.append(rules)
        yield from (_source(name, path) for name in walk(path, rules, hidden=hidden))
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
        yield from _sources(name, ignored, hidden=hidden)


def _source(path: str, folder: str | None = None) -> Source:
    try:
        state = os.stat(path)  # noqa: PTH116
    except OSError:
        return Source(path, folder=folder)
    if not _has_size(state.st_mode):
        return Source(path, folder=folder)
    return Source(path, state.st_size, _number(state), folder=folder)


def _number(state: os.stat_result) -> tuple[int, int] | None:
    """Which file it is; not on Windows, where names and open files may give different numbers."""
    return None if os.name == "nt" else (state.st_dev, state.st_ino)


def _has_size(mode: int) -> bool:
    import stat

    return stat.S_ISREG(mode)
