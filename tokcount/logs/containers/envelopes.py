"""Records inside values of no known format: pages, lines of log shippers, results of queries.

When no format reads a value, its fields are searched a few levels down (objects, lists, JSON in strings) for values
that a format does read. Exactly one place is unwrapped; several are named, to choose one with `--records-path`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from tokcount.logs.containers.prefixed import json_in
from tokcount.logs.format import Row
from tokcount.logs.scalars import Json, decoded, first, timestamp

DEEPEST: Final = 6
"""Steps from a value to the records in it."""
MOST_VISITED: Final = 400
"""Values that are looked at in one search."""
SAMPLED: Final = 3
"""Elements of a list that are looked at."""

_KNOWN_KEYS: Final = 4096
"""Distinct sets of keys that are remembered."""

EACH: Final = -1
"""The step to every element of a list; a number is the step to that element."""

Steps = tuple[str | int, ...]

_PAGE_KEYS = ("object", "meta", "total", "page", "has_more", "next", "next_cursor")
"""Keys next to `data` in a page of an API (OpenAI, Langfuse, LiteLLM)."""

_LONGEST_PREFIX: Final = 300
"""Characters of a logger in front of the JSON of a line: time, level, request."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TIMES: Final = (
    "timestamp",
    "time",
    "@timestamp",
    "ts",
    "_time",
    "created_at",
    "TimeGenerated",
    "ingestionTime",
)
"""Keys of the time next to a wrapped record."""


class Leaf(msgspec.Struct):
    """One wrapped value, and the time that its wrapper has."""

    value: Any
    timestamp: float | None = None


class _Search(msgspec.Struct):
    is_record: Callable[[Json], bool]
    found: dict[Steps, None] = {}
    visited: int = 0

    def look(self, value: Any, steps: Steps) -> None:
        self.visited += 1
        if len(steps) > DEEPEST or self.visited > MOST_VISITED:
            return
        value = _opened(value)
        if isinstance(value, dict):
            if steps and self.is_record(value):
                self.found[steps] = None
                return
            for key, item in value.items():
                if isinstance(item, dict | list | str):
                    self.look(item, (*steps, key))
        elif isinstance(value, list):
            is_tuple = steps[-1:] == (EACH,) and not any(isinstance(item, dict) for item in value[:SAMPLED])
            for place, item in enumerate(value[:SAMPLED]):
                self.look(item, (*steps, place if is_tuple else EACH))


def find(value: Json, is_record: Callable[[Json], bool]) -> list[Steps]:
    """The places of records inside a value; the value itself is not one."""
    search = _Search(is_record)
    search.look(value, ())
    return list(search.found)


class Finder:
    """Finds the places of records, and remembers them for values with the same keys.

    Rows of numbers alone (`is_usage`) are records where there are no others. `seen`: every place that was the only one
    of its value, and the line of the first. `within`: the list of which the value is an element.
    """

    def __init__(self, is_record: Callable[[Json], bool], is_usage: Callable[[Json], bool]) -> None:
        self._kinds = is_record, is_usage
        self.within: Steps = ()
        self._known: dict[tuple[str, ...], Steps] = {}
        self.seen: dict[str, int] = {}

    def places(self, value: Json, line: int) -> list[Steps]:
        """The places of records in a value of no known format."""
        keys = tuple(value)
        known = self._known.get(keys)
        if known and self._is_still(value, known):
            return [known]
        found = next(filter(None, (find(value, is_record) for is_record in self._kinds)), [])
        if len(found) > 1 and (shared := _shared_list(found)):
            return [shared]
        if len(found) == 1:
            if len(self._known) >= _KNOWN_KEYS:
                self._known.clear()
            self._known[keys] = found[0]
            self.seen.setdefault(self.path_of(found[0]), line)
        return found

    def _is_still(self, value: Json, steps: Steps) -> bool:
        """Are there records at the place where values with these keys had them?"""
        leaf = next(leaves(value, steps), None)
        found = leaf.value if leaf is not None else None
        return isinstance(found, dict) and any(is_record(found) for is_record in self._kinds)

    def path_of(self, steps: Steps) -> str:
        """The place in the whole value, of which the one that was searched may be an element."""
        return path_of((*self.within, *steps))


def list_of(steps: Steps) -> Steps:
    """The steps to the elements of the first list on the way; none without one."""
    return steps[: steps.index(EACH) + 1] if EACH in steps else ()


def _shared_list(places: list[Steps]) -> Steps:
    """The list in whose elements all places are: they differ, so each is read by itself."""
    lists = {list_of(steps) for steps in places}
    return lists.pop() if len(lists) == 1 else ()


def leaves(value: Any, steps: Steps, time: float | None = None) -> Iterator[Leaf]:
    """The values at a place, each with the time of the innermost wrapper that has one.

    An element of a list that has nothing at the place is a value itself.
    """
    value = _opened(value)
    if not steps:
        yield Leaf(value, time)
    elif isinstance(value, dict):
        time = timestamp(first(value, _TIMES)) or time
        if steps[0] in value:
            yield from leaves(value[steps[0]], steps[1:], time)
    elif isinstance(value, list) and steps[0] == EACH:
        for item in value:
            inside = list(leaves(item, steps[1:], time))
            yield from inside or [Leaf(_opened(item), time)]
    elif isinstance(value, list) and isinstance(steps[0], int) and steps[0] < len(value):
        yield from leaves(value[steps[0]], steps[1:], time)


def path_of(steps: Steps) -> str:
    """The place as `--records-path` takes it: `hits.hits[]._source`."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += "[]" if step == EACH else f"[{step}]"
        else:
            name = (
                step if _PLAIN.fullmatch(step) else '"' + step.replace("\\", "\\\\").replace('"', '\\"') + '"'
            )
            path += f".{name}" if path else name
    return path


def _opened(value: Any) -> Any:
    """JSON in a string, and the rows of the tables that query services return, as objects."""
    value = decoded(value)
    if isinstance(value, str):
        return _behind_prefix(value)
    if isinstance(value, dict):
        return _table(value) or value
    if isinstance(value, list) and value and all(_is_cell(item) for item in value):
        return {item["field"]: item["value"] for item in value}
    return value


def _behind_prefix(line: str) -> Any:
    """The object at the end of a line of a logger (`2026-01-01T00:00:00Z INFO {…}`); other text stays."""
    start = line.find("{", 0, _LONGEST_PREFIX)
    if start < 1 or not line.rstrip().endswith("}") or "\n" in line[:start]:
        return line
    values, is_cut = json_in(line)
    return values[0] if len(values) == 1 and not is_cut else line


def _table(value: Json) -> list[Json] | None:
    """The rows of `{columns: [{name}], rows: [[…]]}` (Log Analytics) or `{columns: [{name, values}]}` (Logfire)."""
    columns, rows = value.get("columns", value.get("Columns")), value.get("rows", value.get("Rows"))
    if rows is None and isinstance(columns, list) and all(map(_has_values, columns)):
        rows = list(map(list, zip(*(column["values"] for column in columns), strict=False)))
    if not isinstance(columns, list) or not isinstance(rows, list) or not columns:
        return None
    names = [_name(column) for column in columns]
    if not all(isinstance(name, str) for name in names):
        return None
    return [Row(zip(names, row, strict=False)) for row in rows if isinstance(row, list)]


def _name(column: Any) -> Any:
    return column.get("name", column.get("ColumnName")) if isinstance(column, dict) else column


def _has_values(column: Any) -> bool:
    return isinstance(column, dict) and isinstance(column.get("values"), list)


def _is_cell(item: Any) -> bool:
    """A column of a row of CloudWatch Logs Insights: `{field, value}`."""
    return isinstance(item, dict) and item.keys() == {"field", "value"} and isinstance(item["field"], str)


def page_of(value: Json) -> list[Any] | None:
    """The elements of a page of an API."""
    data = value.get("data")
    if not isinstance(data, list) or not any(key in value for key in _PAGE_KEYS):
        return None
    return data
