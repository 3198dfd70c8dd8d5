"""Inputs that once broke a promise, reduced by hand: each is read and counted again."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz import targets

FAILURES = sorted((Path(__file__).parent / "failures").iterdir())


@pytest.mark.parametrize("path", FAILURES, ids=lambda path: path.name)
def test_a_past_failure_is_read_with_every_line_accounted_for(path: Path) -> None:
    targets.read(path.read_bytes(), path.name)


@pytest.mark.parametrize("path", FAILURES, ids=lambda path: path.name)
def test_a_past_failure_is_counted_or_refused_in_one_line(path: Path) -> None:
    targets.drift(path.read_bytes())


@pytest.mark.parametrize("path", FAILURES, ids=lambda path: path.name)
def test_a_past_failure_is_counted_under_every_kind_of_reference(path: Path) -> None:
    targets.count(path.read_bytes(), path.name)
