"""The files of a folder, in sorted order.

Left out: names with a leading dot, except the prompts in `.github`; what git ignores; the files that SQLite keeps next
to a database; sockets, devices and pipes. A folder that a link leads back to is entered once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokcount.logs.paths.ignored import Ignored

IN_GITHUB = frozenset({"prompts", "instructions", "chatmodes", "agents", "copilot-instructions.md"})
"""What `.github` holds for language models. Source: VS Code's documentation of custom instructions and prompt files."""


def walk(folder: str, ignored: Ignored | None = None, *, hidden: bool = False) -> Iterator[str]:
    """The files below a folder; `ignored`: the rules of git, if they are respected; `hidden`: all names.

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
        kept = sorted(name for name in folders if not _is_left_out(base, name, is_folder=True, hidden=hidden))
        folders[:] = [name for name in kept if not _leaves_out(ignored, base, name, is_folder=True)]
        for name in sorted(names):
            path = os.path.join(base, name)  # noqa: PTH118
            if (
                not _is_left_out(base, name, is_folder=False, hidden=hidden)
                and not _is_of_database(name, names)
                and _is_readable_kind(path)
                and not _leaves_out(ignored, base, name, is_folder=False)
            ):
                yield path
    yield from closed


def _leaves_out(ignored: Ignored | None, base: str, name: str, *, is_folder: bool) -> bool:
    return ignored is not None and ignored.leaves_out(os.path.join(base, name), is_folder=is_folder)  # noqa: PTH118


def _is_left_out(base: str, name: str, *, is_folder: bool, hidden: bool) -> bool:
    """Is it hidden? With `hidden`, only git's own folder is."""
    return name == ".git" if hidden else is_hidden(base, name, is_folder=is_folder)


def is_hidden(base: str, name: str, *, is_folder: bool) -> bool:
    """Is it hidden, or in `.github` without being a prompt? A hidden folder that was named itself is read."""
    if os.path.basename(base) == ".github":  # noqa: PTH119
        return name not in IN_GITHUB
    return name.startswith(".") and not (is_folder and name == ".github")


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
