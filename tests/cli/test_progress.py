"""The progress bar: only for a person who waits."""

from __future__ import annotations

import io
import sys

import pytest

from tokcount.cli import progress
from tokcount.logs.source import Source

LOG = [Source("log.jsonl", 100), Source("other.jsonl", 50)]


class Terminal(io.StringIO):
    """A standard error that a person looks at."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """What a person sees from now on; pytest has a standard error of its own for each phase of a test."""
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    return made


def test_a_long_job_shows_how_far_it_is_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_stream_of_unknown_size_is_shown_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_nobody_looks_at_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.progress_for(LOG, shown=True) as move:
        assert move is None


def test_a_person_may_not_want_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = terminal(monkeypatch)
    with progress.progress_for(LOG, shown=False) as move:
        assert move is None
    with progress.advances_for(LOG, shown=False) as advance:
        advance(10)

    assert seen.getvalue() == ""
