"""No text makes a regular expression of the package slow: its time grows with the length of the text, not faster."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from support.together import together
from support.trust.regexes import ANCHORED, SEARCHING, attacks, patterns, uses

PATTERNS = cache(patterns)
SHORT_TEXTS = {"_CODE": 400}
"""Patterns that see the beginning of a line only, and how much of it."""
LENGTH = 3_000
SUSPICIOUS = 0.005
"""Seconds for `LENGTH` characters: a linear pattern takes a tenth of it, a quadratic one several times as long."""
EXPONENTIAL = 0.1


def test_the_patterns_were_found() -> None:
    assert len(PATTERNS()) > 75


@together("name", PATTERNS)
def test_no_text_makes_a_pattern_slow(name: str) -> None:
    pattern = PATTERNS()[name]
    module, variable = name.rpartition(":")[0].split(":", 1)
    for before, unit, end in attacks(pattern):
        for method, run in _ways(pattern, uses(module, variable)):
            make = _maker(pattern, before, unit, end, SHORT_TEXTS.get(variable, 1 << 30))
            told = f"{name} {method}: {before!r} {unit!r} … {end!r}"
            assert _seconds(run, make(26)) < EXPONENTIAL, told
            if _seconds(run, make(LENGTH)) > SUSPICIOUS and _growth(run, make) > 9:
                assert min(_growth(run, make) for _ in range(3)) < 9, told


def _ways(pattern: re.Pattern[Any], methods: frozenset[str]) -> Iterator[tuple[str, Callable[[Any], object]]]:
    if methods & SEARCHING:
        yield "finditer", lambda text: sum(1 for _ in pattern.finditer(text))
    for method in sorted(methods & ANCHORED):
        yield method, getattr(pattern, method)


def _maker(
    pattern: re.Pattern[Any], before: str, unit: str, end: str, longest: int
) -> Callable[[int], str | bytes]:
    def make(length: int) -> str | bytes:
        text = (before + unit * (length // len(unit) + 1) + end)[:longest]
        return text.encode("utf-8") if isinstance(pattern.pattern, bytes) else text

    return make


def _seconds(run: Callable[[Any], object], text: str | bytes, times: int = 1) -> float:
    """The shortest time that this thread worked, of so many runs."""
    taken = []
    for _ in range(times):
        started = time.thread_time()
        run(text)
        taken.append(time.thread_time() - started)
    return min(taken)


def _growth(run: Callable[[Any], object], make: Callable[[int], str | bytes]) -> float:
    """How many times longer a text of four times the length takes: 4 when linear, 16 when quadratic."""
    return _seconds(run, make(4 * LENGTH), 3) / max(_seconds(run, make(LENGTH), 3), 1e-9)
