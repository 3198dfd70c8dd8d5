"""What `.gitignore` leaves out of a folder.

The rules are those of the git repository around a folder: its `.git/info/exclude`, and the `.gitignore` of every folder
from its root down; the rule nearest to a file decides. Outside a repository nothing is ignored, and neither is anything
in a folder that was named although it is ignored itself. Source: gitignore(5).
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

RULES = ".gitignore"


class Ignored:
    """The rules for one folder that was named; `enter` adds those of the folders below it, as they are walked.

    `files` and `folders` count what was left out.
    """

    def __init__(self, folder: str) -> None:
        self.files = self.folders = 0
        self._top = Path(os.path.abspath(folder))  # noqa: PTH100 - links are not followed: git does not either
        self._specs: dict[Path, GitIgnoreSpec | None] = {}

    @cached_property
    def _root(self) -> Path | None:
        """The root of the repository; `None` without one, and for a folder that is ignored itself."""
        root = next((each for each in (self._top, *self._top.parents) if (each / ".git").exists()), None)
        if root is None:
            return None
        above = (each for each in (self._top, *self._top.parents) if each != root and root in each.parents)
        return None if any(self._is_ignored(each, root, is_folder=True) for each in above) else root

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """Is a file or folder below the named one ignored? Counts it if so."""
        found = self._root is not None and self._is_ignored(
            Path(os.path.abspath(path)),  # noqa: PTH100
            self._root,
            is_folder=is_folder,
        )
        self.files += found and not is_folder
        self.folders += found and is_folder
        return found

    def _is_ignored(self, path: Path, root: Path, *, is_folder: bool) -> bool:
        """Whether the nearest rule that fits a path says so; folders above it were looked at when they were entered."""
        for base in path.parents:
            spec = self._spec(base)
            if spec is not None:
                name = path.relative_to(base).as_posix() + "/" * is_folder
                decided = spec.check_file(name).include
                if decided is not None:
                    return decided
            if base == root:
                break
        exclude = self._spec(root / ".git" / "info", "exclude")
        if exclude is None:
            return False
        return bool(exclude.check_file(path.relative_to(root).as_posix() + "/" * is_folder).include)

    def _spec(self, folder: Path, name: str = RULES) -> GitIgnoreSpec | None:
        """The rules of a folder; `None` when it has none that can be read."""
        if folder not in self._specs:
            try:
                lines = (folder / name).read_text("utf-8", "replace").splitlines()
            except OSError:
                self._specs[folder] = None
            else:
                from pathspec import GitIgnoreSpec

                self._specs[folder] = GitIgnoreSpec.from_lines(lines)
        return self._specs[folder]


def left_out(found: list[Ignored]) -> str | None:
    """A sentence about what was left out; `None` when nothing was."""
    counts = [(sum(each.files for each in found), "file"), (sum(each.folders for each in found), "folder")]
    parts = [f"{n:,} {name}{'s' if n > 1 else ''}" for n, name in counts if n]
    return f"left out by {RULES}: {' and '.join(parts)}; --no-ignore reads them" if parts else None
