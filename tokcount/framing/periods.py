"""Rules that differ between models of a family, or that changed over time."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Generic, NamedTuple, TypeVar

import msgspec


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, cache_hash=True):
    """What all tables of rules have: when they hold, and why."""

    match: str = ""
    """Regular expression for the beginning of a model name in lower case; empty: every model of the family."""
    since: str = ""
    """First day on which the rules hold, ISO date, UTC; empty: from the beginning."""
    until: str = ""
    """First day on which they hold no longer; empty: they still do."""
    evidence: str = ""
    """The recorded calls that show it."""

    def fits(self, name: str) -> bool:
        """Whether the rules are for the model of this name (as `base_name` gives it)."""
        return not self.match or re.match(self.match, name) is not None


R = TypeVar("R", bound=Rules)
_ABOUT = frozenset(Rules.__struct_fields__)


class Timeline(NamedTuple, Generic[R]):
    """The rules for one model: `rules[i]` until `bounds[i]` (seconds since 1970, UTC), the last ones since then."""

    bounds: tuple[float, ...]
    rules: tuple[R, ...]
    varied: frozenset[str]
    """The rules that were replaced by others at some time, short episodes aside."""

    def at(self, timestamp: float | None) -> R:
        """The rules at a time; the latest when it is not known."""
        if timestamp is None:
            return self.rules[-1]
        return self.rules[bisect_right(self.bounds, timestamp)]


def base_name(model: str) -> str:
    """A model name as patterns match it: lower case, and that of its base for a fine-tune (`ft:BASE:…`)."""
    return model.strip().lower().removeprefix("ft:")


def timeline(base: R, exceptions: Sequence[R], model: str) -> Timeline[R]:
    """`base` with the exceptions for a model in each period. Each exception is complete: it has the values of `base`
    where it says nothing else. Of two that change the same key, the first holds.
    """
    name = base_name(model)
    found = [row for row in exceptions if row.fits(name)]
    bounds = sorted({seconds(day) for row in found for day in (row.since, row.until) if day})
    starts = (float("-inf"), *bounds)
    rules = tuple(_changed(base, [row for row in found if _holds(row, start)]) for start in starts)
    lasting = [row for row in found if bool(row.since) != bool(row.until)]
    varied = frozenset(
        key
        for row in lasting
        for key in row.__struct_fields__
        if key not in _ABOUT and getattr(row, key) != getattr(base, key)
    )
    return Timeline(tuple(bounds), rules, varied)


def first_match(rows: Iterable[R], model: str, timestamp: float | None = None) -> R | None:
    """The first row for a model name that holds at a time; the latest when it is not known."""
    name = base_name(model)
    at = float("inf") if timestamp is None else timestamp
    return next((row for row in rows if row.fits(name) and _holds(row, at)), None)


def _holds(row: Rules, timestamp: float) -> bool:
    return (not row.since or seconds(row.since) <= timestamp) and (
        not row.until or timestamp < seconds(row.until)
    )


def _changed(base: R, rows: Sequence[R]) -> R:
    changes: dict[str, object] = {}
    for row in rows:
        for key in row.__struct_fields__:
            if key not in _ABOUT and getattr(row, key) != getattr(base, key):
                changes.setdefault(key, getattr(row, key))
    return msgspec.structs.replace(base, **changes)


@cache
def seconds(day: str) -> float:
    """The beginning of a day as seconds since 1970, UTC. Raises `ValueError` for anything but an ISO date."""
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
