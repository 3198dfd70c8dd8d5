"""The files that a prompt file may refer to: those in its own folder and below it, and no others."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LARGEST: Final = 1 << 24
"""Bytes of a file that is referred to; a larger one is not read."""


class Neighbours:
    """The folder of a file. Names in it are relative; one that leads out of it, also by a link, finds nothing."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def read(self, name: str) -> str | None:
        """The text of a file; `None` when there is none, or it is elsewhere or too large."""
        try:
            path = os.path.realpath(os.path.join(self._folder, name))  # noqa: PTH118
            if not self._holds(path) or not os.path.isfile(path) or os.path.getsize(path) > LARGEST:  # noqa: PTH113, PTH202
                return None
            return Path(path).read_text("utf-8", "replace")
        except (OSError, ValueError):
            return None

    def fitting(self, pattern: str) -> Sequence[str]:
        """The names that fit a glob pattern, sorted."""
        if os.path.isabs(pattern) or ".." in Path(pattern).parts:  # noqa: PTH117
            return []
        return sorted(glob.glob(pattern, root_dir=self._folder, recursive=True))  # noqa: PTH207

    def _holds(self, path: str) -> bool:
        folder = os.path.realpath(self._folder)
        return os.path.commonpath((folder, path)) == folder
