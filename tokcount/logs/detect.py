"""One value of a log → its format → its records. Formats mix inside a file, so every value is examined by itself.

Which formats can fit depends only on the top-level keys of a value, and is remembered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import msgspec

from tokcount.logs.adapt.record_builder import or_empty, text_record
from tokcount.logs.adapt.requests import begins_conversation
from tokcount.logs.alike.memory import Memory, memory_of
from tokcount.logs.containers import envelopes
from tokcount.logs.format import (
    CONTAINERS,
    GroupedLogFormat,
    Item,
    Location,
    LogFormat,
    NeedsWhole,
    PromptFile,
    Rank,
    RunInfo,
    Session,
)
from tokcount.logs.record import Record, Skipped, SkipReason
from tokcount.logs.registry import Entry, chosen_entries, fitting
from tokcount.logs.scalars import Json, decoded
from tokcount.logs.unknown.guess import Reasons

_KNOWN_KEYS = 4096
"""Distinct sets of keys that are remembered; a log that has more (ids as keys) starts over."""

_ANY_TEXT = frozenset({"generic.instruction", "generic.prompt_completion"})
"""Formats that are certain of a value of their own, and of none inside another."""

_NO_RECORD = frozenset({"empty", "unrecognised", "unparsed"})
"""Reasons of a format that looked at a value and found nothing of its own in it."""

BUG = "a bug in tokcount:"
"""How the detail begins when a format raised although it must not."""


class _Group(msgspec.Struct):
    """A grouped format that has been given values, and its session."""

    format: GroupedLogFormat
    session: Session
    first: Location | None = None
    """Where its first value is; `None` while no value was of this format."""
    has_items: bool = False


_Read = Callable[[Json, Location], Iterable[Item] | None]


class _Candidate(msgspec.Struct):
    """A format whose keys fit, and how it reads a value; `None` until it is needed."""

    entry: Entry
    read: _Read | None = None
    is_grouped: bool = False
    reads_texts: bool = True


class Detector:
    """Reads values by their format and keeps the sessions of grouped formats.

    `own`: formats of the user's own, tried before all others. `files`: how many files are read together. `part`: only
    part of a file will come; the first value of a grouped format raises `NeedsWhole`. `alone`: the other files of the
    run are read elsewhere; the first value of a format that joins files raises it.
    """

    def __init__(
        self,
        input_format: str | None = None,
        *,
        own: tuple[Entry, ...] = (),
        files: int = 1,
        part: bool = False,
        alone: bool = False,
    ) -> None:
        self._run = RunInfo(files)
        self._alone = alone
        self._entries = chosen_entries(input_format, own)
        self._own = [entry for entry in own if entry in self._entries]
        self._forced = input_format
        self._part = part
        self._fitting: dict[tuple[Any, ...], list[_Candidate]] = {}
        self._reasons = Reasons(input_format)
        self._groups: dict[str, _Group] = {}
        self._reading = ""
        self.memory = Memory() if own else memory_of(input_format)
        self.envelopes = envelopes.Finder(self._is_record, self._is_usage)

    @property
    def is_waiting(self) -> bool:
        """Does a format hold values that later files may complete?"""
        return any(group.first is not None for group in self._groups.values())

    def broken(self, error: Exception, at: Location) -> Skipped:
        """The item for a value on which a format raised although it must not."""
        if isinstance(error, RecursionError):
            return _skipped(at, "unparsed", "JSON nested too deeply", self._reading)
        detail = f"{BUG} {self._reading} failed on this value ({type(error).__name__}); please report it"
        return _skipped(at, "unparsed", detail, self._reading)

    def items(self, value: Any, at: Location, *, is_new: bool = False) -> Iterable[Item]:
        """The records of one value (`is_new`: of no known form), or why there are none. May raise: see `broken`."""
        if isinstance(value, dict):
            return self._object(value, at, is_new=is_new)
        if isinstance(value, list):
            return self._list(value, at)
        if isinstance(value, str):
            return self._string(value, at)
        return (_skipped(at, "unparsed", "a bare number or word, not an object"),)

    def is_grouped(self, value: Any) -> bool:
        """Is this an object of a format whose records may be spread over the file? For a detector of a `part`."""
        try:
            deque(self._object(value, Location("", 0)) if isinstance(value, dict) else (), maxlen=0)
        except NeedsWhole:
            return True
        except Exception:  # noqa: BLE001 - reading the value will report it
            return False
        return False

    def end_of_stream(self) -> Iterator[Item]:
        """What the end of a stream completes in grouped formats."""
        for group in self._groups.values():
            yield from _noted(group, group.session.end_of_stream())

    def finish(self, *, run: bool = False) -> Iterator[Item]:
        """What grouped formats still hold at the end of a file, or of the whole `run`."""
        for entry in self._entries:
            group = self._groups.get(entry.name)
            if group is None or (group.format.scope == "run") is not run:
                continue
            del self._groups[entry.name]
            if group.first is not None:
                self._reading = entry.name
                yield from _noted(group, group.session.finish())
                if not group.has_items:
                    detail = f"lines of {entry.name} without a call among them"
                    yield _skipped(group.first, "empty", detail, entry.name)

    def _object(self, value: Json, at: Location, *, is_new: bool = False) -> Iterable[Item]:
        if not is_new and (alike := self.memory.alike(value, at.source, at.line)) is not None:
            return (alike.record(),)
        for candidate in self._candidates(value):
            self._reading = candidate.entry.name
            found = (candidate.read or self._load(candidate))(value, at)
            if found is not None:
                if not candidate.reads_texts:
                    self.memory.note(value, (each.entry.format for each in self._candidates(value)))
                if candidate.entry.rank >= Rank.TEXT and _is_refused(found):
                    return self._unwrapped(value, at, found)
                if candidate.is_grouped or (type(found) is list and found):
                    return found
                return or_empty(found, at, candidate.entry.name)
        page = None if isinstance(value, PromptFile) else envelopes.page_of(value)
        if page is None:
            return self._unwrapped(value, at, None)
        return self._list(page, at) if page and self._is_message(page[0]) else self._page(page, at)

    def _candidates(self, value: Json) -> list[_Candidate]:
        """The formats whose keys fit the value, in the order in which they are tried."""
        keys = (type(value), *value)
        fitting = self._fitting.get(keys)
        if fitting is None:
            if len(self._fitting) >= _KNOWN_KEYS:
                self._fitting.clear()
            fitting = self._fitting[keys] = [_Candidate(entry) for entry in self._fitting_entries(value)]
        return fitting

    def _load(self, candidate: _Candidate) -> _Read:
        """Import the format and remember how it is called: this is done once per set of keys."""
        each = candidate.entry.format
        if isinstance(each, GroupedLogFormat):
            candidate.is_grouped = True
            candidate.read = partial(self._grouped, each)
        elif isinstance(each, LogFormat):
            candidate.read, candidate.reads_texts = each.read, each.reads_texts
        return candidate.read or (lambda *_: None)

    def _fitting_entries(self, value: Json) -> list[Entry]:
        container = CONTAINERS.get(type(value), "json")
        keys = set(value)
        if container == "row":
            keys |= {key.strip().lower() for key in value}
        found = fitting(keys, container)
        chosen = found if self._forced is None else [entry for entry in found if entry in self._entries]
        return [*self._own, *chosen]

    def _grouped(self, each: GroupedLogFormat, value: Json, at: Location) -> Iterable[Item] | None:
        """The items that a value completes; `None` when it is not of this format."""
        joins_files = each.scope == "run"
        if self._part or (self._alone and joins_files):
            if each.open(self._run).read(value, at) is None:
                return None
            raise NeedsWhole(each.name, whole_run=joins_files)
        group = self._groups.get(each.name)
        if group is None:
            group = self._groups[each.name] = _Group(each, each.open(self._run))
        found = group.session.read(value, at)
        if found is None:
            return None
        group.first = group.first or at
        return found if group.has_items else _noted(group, found)

    def _page(self, page: list[Any], at: Location) -> Iterator[Item]:
        """The elements of a page, numbered through."""
        if not page:
            yield _skipped(at, "empty", "a page without elements")
        index = 0
        for element in page:
            for item in self.items(element, at):
                if isinstance(item, Record):
                    item.index = index
                    index += 1
                yield item

    def _list(self, value: list[Any], at: Location) -> Iterable[Item]:
        """A list as a value: one conversation, or several values."""
        if not value:
            return (_skipped(at, "empty", "an empty list"),)
        first = value[0]
        if self._is_message(first):
            return self._object({"messages": value}, at)
        if not isinstance(first, dict | str) and not any(isinstance(item, dict) and item for item in value):
            return (_skipped(at, "unrecognised", "a list of numbers or lists", "unrecognised"),)
        return self._page(value, at)

    def _unwrapped(self, value: Json, at: Location, refused: Iterable[Item] | None) -> Iterable[Item]:
        """The records inside a value that no format reads, if they are in one place of it.

        `refused`: why the value itself is not a prompt, if a format says so.
        """
        places = [] if isinstance(value, PromptFile) else self.envelopes.places(value, at.line)
        if not places and refused is not None:
            return refused
        if len(places) != 1:
            reason = self._reasons.of(value, map(self.envelopes.path_of, places))
            return (_skipped(at, "unrecognised", reason, "unrecognised"),)
        return self._leaves(value, places[0], at)

    def _leaves(self, value: Json, steps: envelopes.Steps, at: Location) -> Iterator[Item]:
        index, outside = 0, self.envelopes.within
        for leaf in envelopes.leaves(value, steps):
            self.envelopes.within = (*outside, *envelopes.list_of(steps))
            is_text, plain = isinstance(leaf.value, str), _skipped(at, "unparsed", "a line without JSON")
            found = [plain] if is_text else list(self.items(leaf.value, at))
            self.envelopes.within = outside
            for item in found:
                if isinstance(item, Record):
                    item.index = index
                    item.timestamp = item.timestamp or leaf.timestamp
                    index += 1
                yield item

    def _is_record(self, value: Json) -> bool:
        """Does a format read this value, other than as any text that may be a prompt?"""
        for candidate in self._candidates(value):
            if candidate.entry.rank >= Rank.TEXT or candidate.entry.name in _ANY_TEXT:
                return False
            found = self._tried(candidate.entry, value)
            if found is not None:
                return not any(item.reason in _NO_RECORD for item in found if isinstance(item, Skipped))
        return False

    def _is_usage(self, value: Json) -> bool:
        """Is this a row of numbers, and no text?"""
        entry = next((candidate.entry for candidate in self._candidates(value)), None)
        return entry is not None and entry.rank == Rank.NUMBERS and bool(self._tried(entry, value))

    def _is_message(self, value: Any) -> bool:
        """Is this a message of a conversation, and not of a format whose values are messages (threads, sessions)?"""
        return begins_conversation(value) and not self._has_own_format(value)

    def _has_own_format(self, message: Json) -> bool:
        entries = (each.entry for each in self._candidates(message))
        return any(
            entry.rank <= Rank.ENVELOPE and self._tried(entry, message) is not None for entry in entries
        )

    def _tried(self, entry: Entry, value: Json) -> Iterable[Item] | None:
        """What a format would read from a value, without its becoming part of a session."""
        each = entry.format
        reader = each.open(self._run) if isinstance(each, GroupedLogFormat) else each
        return reader.read(value, Location("", 0)) if isinstance(reader, LogFormat | Session) else None

    def _string(self, value: str, at: Location) -> Iterable[Item]:
        """A string as a value: JSON that was encoded twice, or a prompt."""
        if isinstance(inner := decoded(value), dict):
            return self._object(inner, at)
        if self._forced:
            return (_skipped(at, "unrecognised", f"a string, not {self._forced}", "unrecognised"),)
        return (text_record(at, value),)


def _is_refused(found: Iterable[Item]) -> bool:
    return type(found) is list and all(isinstance(item, Skipped) for item in found)


def _noted(group: _Group, found: Iterable[Item]) -> Iterator[Item]:
    """The items of a session; notes that there are some."""
    for item in found:
        group.has_items = True
        yield item


def _skipped(at: Location, reason: SkipReason, detail: str, name: str | None = None) -> Skipped:
    return Skipped(source=at.source, line=at.line, reason=reason, detail=detail, format=name)
