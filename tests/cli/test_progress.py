"""The progress bar, shown only on terminals during long jobs."""

from __future__ import annotations

import io
import sys

import pytest

from tokcount.cli import progress
from tokcount.logs.source import Source

LOG = [Source("log.jsonl", 100), Source("other.jsonl", 50)]


class Terminal(io.StringIO):
    """A standard error that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Capture what the terminal shows from now on; pytest replaces standard error in each phase of a test."""
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    return made


def test_a_long_job_shows_its_progress_and_removes_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = terminal(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.progress_for(LOG, shown=True) as move:
        assert move is not None
        move(30)
        move(60)
    shown = seen.getvalue()

    assert "counting" in shown
    assert "/150 bytes" in shown
    assert shown.rstrip("\n\r").endswith("\x1b[2K")


def test_a_stream_of_unknown_size_has_no_total(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = terminal(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.advances_for([Source("-", None)], shown=True) as advance:
        advance(30)
        advance(30)

    assert "60/? bytes" in seen.getvalue()


def test_a_short_job_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = terminal(monkeypatch)
    with progress.progress_for(LOG, shown=True) as move:
        assert move is not None
        move(150)

    assert seen.getvalue() == ""


def test_a_pipe_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.progress_for(LOG, shown=True) as move:
        assert move is None


def test_the_bar_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = terminal(monkeypatch)
    with progress.progress_for(LOG, shown=False) as move:
        assert move is None
    with progress.advances_for(LOG, shown=False) as advance:
        advance(10)

    assert seen.getvalue() == ""
