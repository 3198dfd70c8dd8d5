"""One value of a log → its format → its records. Formats mix inside a file, so every value is looked at on its own.

Most of the work is remembered: which formats can fit depends only on the top-level keys of a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tokcount.logs.adapt.prompt_record import text_record
from tokcount.logs.format import Format, Item, Location, Row
from tokcount.logs.formats import chosen_formats, names_of
from tokcount.logs.record import Record, Skipped
from tokcount.logs.scalars import Json, decoded, label

_KNOWN_KEYS = 4096
"""Distinct sets of keys that are remembered; a log that has more (ids as keys) starts over."""

_SHOWN_KEYS = 12

BUG = "a bug in tokcount:"
"""How the detail begins when a format broke its promise never to raise."""

_PAGE_KEYS = ("object", "meta", "total", "page", "has_more", "next", "next_cursor")
"""What stands beside ``data`` in a page of an API (OpenAI, Langfuse, LiteLLM)."""


class NeedsWhole(Exception):  # noqa: N818 - a signal, not a failure
    """A part of a file holds a format whose records may be spread over the file: read it in one piece.

    ``whole_run``: over several files (Batch input and output); read those together.
    """

    def __init__(self, format_name: str, *, whole_run: bool) -> None:
        super().__init__(format_name)
        self.format_name = format_name
        self.whole_run = whole_run

    def __reduce__(self) -> tuple[Any, ...]:
        return _needs_whole, (self.format_name, self.whole_run)


def _needs_whole(format_name: str, whole_run: bool) -> NeedsWhole:
    return NeedsWhole(format_name, whole_run=whole_run)


class Detector:
    """Reads values by their format and keeps what grouped formats are waiting for.

    ``files``: how many files will come; groups find it under ``"files"``. ``part``: only part of a file will
    come; the first value of a grouped format raises `NeedsWhole`. ``alone``: the other files of the run are read
    elsewhere; the first value of a format that joins files raises it.
    """

    def __init__(
        self, input_format: str | None = None, *, files: int = 1, part: bool = False, alone: bool = False
    ) -> None:
        self._files = files
        self._alone = alone
        self._formats = chosen_formats(input_format)
        self._forced = input_format
        self._part = part
        self._fitting: dict[tuple[Any, ...], tuple[Format, ...]] = {}
        self._groups: dict[str, Json] = {}
        self._unanswered: dict[str, Location] = {}
        """Grouped formats that have been given values and have made nothing of them yet, with the first place."""
        self._reading = ""

    @property
    def is_waiting(self) -> bool:
        """Has a format kept values for what later files may hold?"""
        return bool(self._groups)

    def broken(self, error: Exception, place: Location) -> Skipped:
        """What to say when a format did not keep its promise never to raise."""
        if isinstance(error, RecursionError):
            return _skipped(place, "unparsed", "JSON nested too deeply", self._reading)
        detail = f"{BUG} {self._reading} failed on this value ({type(error).__name__}); please report it"
        return _skipped(place, "unparsed", detail, self._reading)

    def items(self, value: Any, place: Location) -> Iterable[Item]:
        """The records of one value, or why there are none. May raise what a format raises: see `broken`."""
        if isinstance(value, dict):
            return self._object(value, place)
        if isinstance(value, list):
            return self._list(value, place)
        if isinstance(value, str):
            return self._string(value, place)
        return (_skipped(place, "unparsed", "a bare number or word, not an object"),)

    def finish(self, *, run: bool = False) -> Iterator[Item]:
        """What grouped formats still hold at the end of a file, or of the whole ``run``."""
        for item in self._formats:
            group = self._groups.get(item.name)
            if group is not None and _whole_run(item) is run:
                del self._groups[item.name]
                self._reading = item.name
                yield from self._noticed(item, item.finish(group))
                place = self._unanswered.pop(item.name, None)
                if place is not None:
                    yield _skipped(
                        place, "empty", f"lines of {item.name} without a call among them", item.name
                    )

    def find(self, value: Json) -> Format | None:
        """The format of an object."""
        keys = (type(value) is Row, *value)
        fitting = self._fitting.get(keys)
        if fitting is None:
            if len(self._fitting) >= _KNOWN_KEYS:
                self._fitting.clear()
            fitting = self._fitting[keys] = self._candidates(value)
        for item in fitting:
            if item.matches(value):
                return item
        return None

    def _candidates(self, value: Json) -> tuple[Format, ...]:
        container = "row" if type(value) is Row else "json"
        keys = set(value)
        if container == "row":
            keys |= {key.strip().lower() for key in value}
        return tuple(
            item
            for item in self._formats
            if container in getattr(item, "accepts", ("json", "row"))
            and any(need <= keys for need in item.keys)
        )

    def _object(self, value: Json, place: Location) -> Iterable[Item]:
        item = self.find(value)
        if item is None:
            page = _page(value)
            return self._page(page, place) if page is not None else (self._unrecognised(value, place),)
        if (item.grouped and self._part) or (self._alone and _whole_run(item)):
            raise NeedsWhole(item.name, whole_run=_whole_run(item))
        group = self._groups.get(item.name)
        if group is None:
            group = self._groups[item.name] = {"files": self._files} if _whole_run(item) else {}
            if item.grouped:
                self._unanswered[item.name] = place
        self._reading = item.name
        found = item.read(value, place, group)
        if item.grouped:
            return self._noticed(item, found) if item.name in self._unanswered else found
        return found if type(found) is tuple and found else _or_nothing(found, place, item.name)

    def _noticed(self, item: Format, found: Iterable[Item]) -> Iterator[Item]:
        """The items of a grouped format; with the first of them it has made something of what it was given."""
        for each in found:
            self._unanswered.pop(item.name, None)
            yield each

    def _page(self, page: list[Any], place: Location) -> Iterator[Item]:
        """The elements of a page, numbered through."""
        if not page:
            yield _skipped(place, "empty", "a page without elements")
        index = 0
        for element in page:
            for item in self.items(element, place):
                if isinstance(item, Record):
                    item.index = index
                    index += 1
                yield item

    def _list(self, value: list[Any], place: Location) -> Iterable[Item]:
        """A list as a value: one conversation, or several values."""
        if not value:
            return (_skipped(place, "empty", "an empty list"),)
        first = value[0]
        if isinstance(first, dict) and "role" in first and "messages" not in first:
            return self._object({"messages": value}, place)
        if not isinstance(first, dict | str) and not any(isinstance(item, dict) and item for item in value):
            return (_skipped(place, "unrecognised", "a list of numbers or lists", "unrecognised"),)
        return self._page(value, place)

    def _string(self, value: str, place: Location) -> Iterable[Item]:
        """A string as a value: JSON that was encoded twice, or a prompt."""
        inner = decoded(value)
        if isinstance(inner, dict):
            return self._object(inner, place)
        if self._forced and not any("generic.text" in names_of(item) for item in self._formats):
            return (_skipped(place, "unrecognised", f"a string, not {self._forced}", "unrecognised"),)
        return (text_record(place, value),)

    def _unrecognised(self, value: Json, place: Location) -> Skipped:
        keys = [label(key, "…") for key in list(value)[:_SHOWN_KEYS]]
        more = ", …" if len(value) > _SHOWN_KEYS else ""
        seen = f"keys seen: {', '.join(keys)}{more}" if keys else "an object without keys"
        forced = f"not {self._forced}; " if self._forced else ""
        advice = "map them with --messages-path or --prompt-path"
        return _skipped(place, "unrecognised", f"{forced}{seen}; {advice}", "unrecognised")


def _or_nothing(found: Iterable[Item], place: Location, name: str) -> Iterator[Item]:
    """The items of one value, or that there are none: an envelope whose list of calls is empty."""
    nothing = True
    for item in found:
        nothing = False
        yield item
    if nothing:
        yield _skipped(place, "empty", "no call in it", name)


def _whole_run(item: Format) -> bool:
    return bool(getattr(item, "whole_run", False))


def _page(value: Json) -> list[Any] | None:
    """The elements of a page of an API."""
    data = value.get("data")
    if not isinstance(data, list) or not any(key in value for key in _PAGE_KEYS):
        return None
    return data


def _skipped(place: Location, reason: Any, detail: str, name: str | None = None) -> Skipped:
    return Skipped(source=place.source, line=place.line, reason=reason, detail=detail, format=name)
