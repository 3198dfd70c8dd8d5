"""Git repositories made for one test, without the program git."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


class GitRepository:
    """A repository in a folder; every commit is of all its files."""

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("dulwich")
        from dulwich import porcelain

        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        porcelain.init(str(folder)).close()

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def commit(self, message: str = "change") -> str:
        """Commit all files; the name of the commit."""
        from dulwich import porcelain

        with porcelain.open_repo(str(self.folder)) as repository:
            names = [
                os.path.relpath(Path(base, name), self.folder)
                for base, folders, files in os.walk(self.folder)
                for name in files
                if ".git" not in Path(base).parts and folders is not None
            ]
            tracked = [name.decode() for name in repository.open_index()]
            gone = [name for name in tracked if not (self.folder / name).exists()]
            if gone:
                porcelain.remove(repository, [str(self.folder / name) for name in gone], cached=True)
            porcelain.add(repository, [str(self.folder / name) for name in names])
            who = b"A <a@example.com>"
            made: bytes = porcelain.commit(repository, message=message.encode(), author=who, committer=who)
            return made.decode()

    def branch(self, name: str) -> None:
        """Make a branch of the checked-out commit; it is not checked out."""
        from dulwich import porcelain

        with porcelain.open_repo(str(self.folder)) as repository:
            porcelain.branch_create(repository, name)
