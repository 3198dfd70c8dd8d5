"""Which configuration file applies to a folder, and which files look like one and are not used.

A file above the repository, or one that anyone can write to, is not used: it would change what a gate allows, or what
something costs, without a trace in the repository. `--config FILE` uses it anyway.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from tokcount import tables
from tokcount.cli.settings import OWN_FILE, PROJECT_FILE, Config, load, load_sound, project_table
from tokcount.errors import UsageError

NAME: Final = "tokcount"
MAY_MEAN_TOKCOUNT: Final = re.compile(rb"""^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*["']?t""", re.MULTILINE)
"""A pyproject.toml that may have a table for tokcount, or one with a mistyped name; others need not be parsed."""
ALIKE: Final = 0.75
OUTSIDE: Final = "it is outside of the repository"
WRITABLE: Final = "anyone can write to it or to its folder"


def nearest(start: Path, command: str = "check") -> Config | None:
    """The configuration that applies to a folder: that of the first folder upward with one that may be used.

    tokcount.toml takes precedence over pyproject.toml. Raises `UsageError` for mistakes in the file.
    """
    used = next((path for path, reason in _files(start) if not reason), None)
    return None if used is None else read(used, command)


def read(path: Path, command: str) -> Config:
    """The configuration in a file. For the command that shows it, with its mistakes; for others they are an error.

    Mistakes in budgets are left to `check`, unless there are others: what reads budgets imports polars, after which
    processes cannot be forked.
    """
    if command == "config":
        return load_sound(path, command)
    found = load_sound(path, command, budgets=False)
    return found if found.mistakes is None else load(path, command)


def notes(start: Path) -> list[str]:
    """A sentence for each file that looks like the configuration of a folder and is not used."""
    found = []
    used: Path | None = None
    for path, reason in _files(start):
        if used is not None and path.parent != used.parent:
            break
        if reason:
            found.append(f"{path}: not used, because {reason}; --config {path} uses it")
        else:
            used = path
    return [*found, *_mistyped(start, used)]


def _files(start: Path) -> Iterator[tuple[Path, str]]:
    """The files that configure tokcount, the nearest first, and why one is not used."""
    is_outside = False
    for folder in (start, *start.parents):
        own, project = folder / OWN_FILE, folder / PROJECT_FILE
        if own.is_file():
            yield own, OUTSIDE if is_outside else _writable(own)
        if project.is_file() and _has_table(project):
            shadowed = f"{OWN_FILE} is next to it" if own.is_file() else ""
            yield project, OUTSIDE if is_outside else shadowed or _writable(project)
        is_outside = is_outside or (folder / ".git").exists()


def _writable(path: Path) -> str:
    """Whether every user may change a file, or replace it; Windows has no such bits."""
    if os.name == "nt":
        return ""
    try:
        modes = (path.stat().st_mode, path.parent.stat().st_mode)
    except OSError:
        return ""
    return WRITABLE if any(mode & stat.S_IWOTH for mode in modes) else ""


def _mistyped(start: Path, used: Path | None) -> Iterator[str]:
    """Tables whose name is close to that of tokcount, in files up to the one that is used."""
    for folder in (start, *start.parents):
        project = folder / PROJECT_FILE
        if project.is_file() and not _has_table(project):
            for name in get_close_matches(NAME, _tools(project), cutoff=ALIKE):
                yield f"{project}: [tool.{name}] is not read; did you mean [tool.{NAME}]?"
        if (used is not None and folder == used.parent) or (folder / ".git").exists():
            return


def _has_table(project: Path) -> bool:
    return NAME in _tools(project)


def _tools(project: Path) -> list[str]:
    """The names under `tool` of a pyproject.toml; none if nothing in it looks like tokcount."""
    try:
        if not MAY_MEAN_TOKCOUNT.search(content := project.read_bytes()) and NAME.encode() not in content:
            return []
    except OSError as error:
        raise UsageError(f"{project}: the configuration cannot be read: {error.strerror}") from error
    document = tables.load(project, "configuration")
    if project_table(document) is not None:
        return [NAME]
    tool = document.data.get("tool")
    return list(tool) if isinstance(tool, dict) else []
