"""Formats of the user's own: a mapping under a name, for the values that match it."""

from __future__ import annotations

from collections.abc import Iterable

from tokcount.logs.detect import Detector
from tokcount.logs.format import Item, Location, LogFormat, Rank
from tokcount.logs.mapping.mapper import Mapper
from tokcount.logs.mapping.path import Path
from tokcount.logs.options import NamedMapping
from tokcount.logs.registry import Entry
from tokcount.logs.scalars import Json


class NamedFormat(LogFormat):
    """Values in which every path of `match` finds something, read by a mapping. Its name is that of its entry."""

    name = "mapped"
    rank = Rank.ENVELOPE
    keys = ()

    def __init__(self, given: NamedMapping) -> None:
        self._match = [Path("match", expression) for expression in given.match]
        self._mapper = Mapper(given.mapping, Detector("generic").items, given.name)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not all(path.find(value) not in (None, False) for path in self._match):
            return None
        return list(self._mapper.items(value, at))


def entries(formats: Iterable[NamedMapping]) -> tuple[Entry, ...]:
    """The entries of formats of the user's own. Raises `UsageError` for an invalid expression."""
    return tuple(map(_entry, formats))


def _entry(given: NamedMapping) -> Entry:
    entry = Entry(given.name, __name__, NamedFormat.__name__)
    entry.__dict__["format"] = NamedFormat(given)
    return entry
