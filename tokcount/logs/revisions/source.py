"""Paths as the user gave them → the files of a commit that they name."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from glob import has_magic
from io import BytesIO
from itertools import pairwise
from pathlib import Path, PurePath
from typing import BinaryIO

from tokcount.errors import UsageError
from tokcount.logs.paths.neighbours import LARGEST, Neighbours
from tokcount.logs.paths.walk import is_hidden
from tokcount.logs.revisions.repository import Commit, content_of, files_of
from tokcount.logs.source import STDIN, Source


class CommittedFile(Source, frozen=True, kw_only=True):
    """A file of a commit. Its `path` is the one that the file of the working tree would have."""

    commit: Commit
    name: str
    """Its path from the root of the repository."""

    @property
    def is_on_disk(self) -> bool:
        """Its bytes are those of a git object."""
        return False

    @property
    def neighbours(self) -> Neighbours:
        """The files of the commit that it may refer to."""
        return _CommittedNeighbours(self.commit, posixpath.dirname(self.name))

    def open(self) -> BinaryIO:
        """The content, in memory. Raises `OSError` when the object is not in the repository."""
        return BytesIO(content_of(self.commit, self.name))


class _CommittedNeighbours(Neighbours):
    """The files of a commit in one folder and below it."""

    def __init__(self, commit: Commit, folder: str) -> None:
        self._commit, self._inside = commit, folder

    @cached_property
    def _names(self) -> dict[str, int]:
        """Name from the folder → size."""
        start = f"{self._inside}/" if self._inside else ""
        return {
            name.removeprefix(start): size
            for name, size in files_of(self._commit).items()
            if name.startswith(start)
        }

    def read(self, name: str) -> str | None:
        plain = posixpath.normpath(name)
        if self._names.get(plain, LARGEST + 1) > LARGEST:
            return None
        return content_of(self._commit, posixpath.join(self._inside, plain)).decode("utf-8", "replace")

    def fitting(self, pattern: str) -> Sequence[str]:
        return [
            name for name in self._names if _fits(name.split("/"), posixpath.normpath(pattern).split("/"))
        ]


def committed(paths: Sequence[str], commit: Commit) -> list[Source]:
    """The files of a commit behind paths, folders and globs, as `tokcount.logs.source.expand` finds those on disk.

    What is not in the commit is left out: it was added since. Raises `UsageError` for standard input and for a path
    outside the repository.
    """
    files = files_of(commit)
    found: dict[str, Source] = {}
    for path in paths:
        for source in _sources(path, commit, files):
            found.setdefault(source.name, source)
    return list(found.values())


def _sources(path: str, commit: Commit, files: Mapping[str, int]) -> Iterator[CommittedFile]:
    if path == STDIN:
        raise UsageError("standard input has no earlier version; name files or folders.")
    inside = _from_root(path, commit)
    if inside in files:
        yield CommittedFile(path, files[inside], commit=commit, name=inside)
        return
    start = "" if inside == "." else f"{inside}/"
    below = [name for name in files if name.startswith(start)]
    if below or not has_magic(path):
        yield from _in_folder(path, commit, {name.removeprefix(start): name for name in below}, files)
        return
    anchor = _anchor(path)
    for name in files:
        if _fits(name.split("/"), inside.split("/")):
            shown = os.path.relpath(Path(commit.root, name), anchor or ".")
            yield CommittedFile(os.path.join(anchor, shown), files[name], commit=commit, name=name)  # noqa: PTH118


def _in_folder(
    folder: str, commit: Commit, below: Mapping[str, str], files: Mapping[str, int]
) -> Iterator[CommittedFile]:
    """The files that a walk of the folder would find: none that are hidden."""
    base = _from_root(folder, commit)
    for shown, name in below.items():
        parts = (base.rsplit("/", 1)[-1], *shown.split("/"))
        pairs = enumerate(pairwise(parts), start=2)
        if not any(is_hidden(above, part, is_folder=place < len(parts)) for place, (above, part) in pairs):
            path = os.path.join(folder, *shown.split("/"))  # noqa: PTH118
            yield CommittedFile(path, files[name], folder=folder, commit=commit, name=name)


def _anchor(pattern: str) -> str:
    """The folder of a pattern, before its first part with a wildcard."""
    parts = PurePath(pattern).parts
    plain = next((at for at, part in enumerate(parts) if has_magic(part)), len(parts))
    return str(PurePath(*parts[:plain])) if plain else ""


def _from_root(path: str, commit: Commit) -> str:
    """A path from the root of the repository, with slashes."""
    root = os.path.realpath(commit.root)
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    whole = os.path.join(os.path.realpath(folder), name)  # noqa: PTH118 - a link itself is what git keeps
    if os.path.commonpath((root, whole)) != root:
        raise UsageError(f"{path}: not in the repository {commit.root}.")
    return PurePath(os.path.relpath(whole, root)).as_posix()


def _fits(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Do the parts of a path fit those of a glob pattern? Wildcards stand for no hidden names, as on disk."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        plain = next((at for at, part in enumerate(parts) if part.startswith(".")), len(parts))
        return any(_fits(parts[skip:], pattern[1:]) for skip in range(plain + 1))
    if not parts or (parts[0].startswith(".") and not pattern[0].startswith(".")):
        return False
    return fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])
