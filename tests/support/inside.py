"""Run the program in this process, in a separate folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.in_process import Done, run

OUTSIDE = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")
"""Variables that a CI runner sets, which may be running these tests."""


class Inside:
    """Runs ``tokcount`` in a folder, and writes files there."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        monkeypatch.chdir(folder)
        for name in OUTSIDE:
            monkeypatch.delenv(name, raising=False)

    def __call__(self, *arguments: str | Path, stdin: str | bytes | None = None, **environment: str) -> Done:
        return run(*arguments, stdin=stdin, **environment)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
