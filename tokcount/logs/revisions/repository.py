"""Commits and their trees, read by dulwich. Nothing of the repository's configuration is executed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from tokcount.errors import UsageError

_REGULAR = 0o100000
"""The kind of a mode of files; links and submodules have others."""
_KINDS = 0o170000


class Commit(msgspec.Struct, frozen=True):
    """One commit: its full name in hexadecimal, and where its repository is."""

    id: str
    root: str
    """The folder of the working tree."""
    is_base: bool
    """It is the last commit that a revision and the one that is checked out have in common."""

    @property
    def short(self) -> str:
        """The beginning of its name, as people write it."""
        return self.id[:10]


def commit_of(revision: str, start: str = ".") -> Commit:
    """The commit to compare with: what the checked-out commit and `revision` have in common, as `git diff A...B` does.

    Where they have nothing in common, as in a shallow clone, it is that of `revision` itself. Raises `UsageError` for
    a revision that is not known, outside a repository, and without the library.
    """
    with _opened(start) as repository:
        from dulwich.graph import find_merge_base
        from dulwich.objectspec import parse_commit, parse_object

        try:
            named = parse_commit(repository, parse_object(repository, revision)).id
            bases = find_merge_base(repository, [repository.head(), named])
        except Exception as error:  # noqa: BLE001 - dulwich raises errors of many kinds for names that are none
            raise UsageError(
                f"{revision}: not a revision of this repository ({type(error).__name__}); is it fetched?"
            ) from None
        found = (bases or [named])[0]
        return Commit(found.decode(), str(Path(repository.path).resolve()), is_base=bool(bases))


def files_of(commit: Commit) -> dict[str, int]:
    """Path from the root → size in bytes, of every regular file of a commit, in the order of a walk."""
    with _opened(commit.root, exact=True) as repository:
        from dulwich.object_store import iter_tree_contents

        store = repository.object_store
        tree = repository[commit.id.encode()].tree
        return {
            entry.path.decode("utf-8", "surrogateescape"): store[entry.sha].raw_length()
            for entry in iter_tree_contents(store, tree)
            if entry.mode & _KINDS == _REGULAR
        }


def content_of(commit: Commit, path: str) -> bytes:
    """A file of a commit by its path from the root. Raises `OSError` when there is none."""
    with _opened(commit.root, exact=True) as repository:
        from dulwich.object_store import tree_lookup_path

        name = path.encode("utf-8", "surrogateescape")
        try:
            _, sha = tree_lookup_path(repository.__getitem__, repository[commit.id.encode()].tree, name)
            content: bytes = repository[sha].as_raw_string()
        except Exception as error:
            raise FileNotFoundError(2, "not in the commit", path) from error
        return content


@contextmanager
def _opened(start: str, *, exact: bool = False) -> Iterator[Any]:
    """The repository around a folder, or with `exact` the one that is in it; closed at the end."""
    try:
        from dulwich.errors import NotGitRepository
        from dulwich.repo import Repo
    except ImportError:
        raise UsageError("reading revisions needs the extra: pip install 'tokcount[git]'.") from None
    try:
        repository = Repo(start) if exact else Repo.discover(start)
    except NotGitRepository:
        raise UsageError(f"{Path(start).resolve()}: not in a git repository.") from None
    with repository:
        yield repository
