"""Fixtures of the command line's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.inside import Inside


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inside:
    """The program in an empty folder."""
    return Inside(tmp_path, monkeypatch)
