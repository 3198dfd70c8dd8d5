"""The interface of a log format. See docs/extend/log-format.md for a walk-through.

A format is a class in this package's `formats` folder, or in another package that registers it under the entry
point group `tokcount.formats`. There are three kinds:

- `LogFormat`: one value (a JSON object or a table row) holds whole records.
- `GroupedLogFormat`: a record is spread over several values (stream chunks, transcripts, batch files).
- `DatabaseFormat`: an SQLite database.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from tokcount.logs.paths.neighbours import Neighbours
from tokcount.logs.record import Record, Skipped

if TYPE_CHECKING:
    import sqlite3

    from tokcount.logs.scalars import Json

Item = Record | Skipped
Container = Literal["json", "row", "prompt"]
"""What a value is: a JSON object, a row of a table (see `Row`), or a file that is a prompt (see `PromptFile`)."""

JSON_ONLY: frozenset[Container] = frozenset({"json"})
ROWS_ONLY: frozenset[Container] = frozenset({"row"})
PROMPTS_ONLY: frozenset[Container] = frozenset({"prompt"})
ANY_CONTAINER: frozenset[Container] = frozenset({"json", "row"})
"""All that logs consist of."""


class Rank(IntEnum):
    """When a format is tried: lower ranks first, then formats with more keys, then by name."""

    ENVELOPE = 10
    """Unmistakable keys of one product."""
    PAIR = 20
    """A request together with its response."""
    CHUNK = 29
    """A chunk of a stream; before `OBJECT`, because the two look alike."""
    OBJECT = 30
    """Named by its `object` or `type`."""
    BODY = 40
    """A bare request body."""
    OTHER_BODY = 41
    """A body that looks like a request to a text endpoint but is not."""
    LOOSE_BODY = 42
    """Prompts or messages without any other key of a request."""
    TEXT = 50
    """Any field that may hold a prompt."""
    NUMBERS = 60
    """Numbers of tokens without any text."""


class Location(msgspec.Struct, gc=False):
    """Where a value is: the source as the user named it, and the line of the value's first byte (1-based).

    `index` is the position of the value among several of the same line (elements of a page or a one-line array).
    """

    source: str
    line: int
    index: int = 0


class Row(dict[str, Any]):
    """A row of a table by its header: of a CSV or TSV file (every value is a string) or of an SQLite database."""


class PromptFile(dict[str, Any]):
    """A file that is a prompt: its fields, or those of its front matter, with its text under `TEXT`.

    `name` is that of the file; `syntax` what its variables look like (`tokcount.logs.prompts.templates`); `given` are
    the values to fill in for them.
    """

    TEXT: ClassVar = "$text"

    def __init__(
        self,
        fields: dict[str, Any],
        *,
        name: str,
        syntax: str,
        given: dict[str, Any],
        neighbours: Neighbours | None = None,
    ) -> None:
        super().__init__(fields)
        self.name, self.syntax, self.given = name, syntax, given
        self.neighbours = neighbours


CONTAINERS: dict[type, Container] = {Row: "row", PromptFile: "prompt"}
"""Type of a value → what it is; every other one is a JSON object."""


class RunInfo(msgspec.Struct, frozen=True, gc=False):
    """What a session may know about the run it reads for."""

    files: int = 1
    """How many files are read together."""


class Format(ABC):
    """What all kinds of formats have in common."""

    name: ClassVar[str]
    """Dotted and stable, e.g. `litellm.standard`; shown to users and accepted by `--input-format`."""

    emits: ClassVar[tuple[str, ...]] = ()
    """Names of its records, when they are not simply `name`."""


class ValueFormat(Format):
    """A format of JSON values or table rows: how its values are recognised. Extend one of its two subclasses."""

    keys: ClassVar[tuple[frozenset[str], ...]]
    """Alternatives: sets of top-level keys. Only a value that has all keys of one set is shown to the format."""

    rank: ClassVar[Rank] = Rank.ENVELOPE
    accepts: ClassVar[frozenset[Container]] = ANY_CONTAINER


class LogFormat(ValueFormat):
    """A format in which every value holds whole records."""

    reads_texts: ClassVar[bool] = True
    """Whether a record may depend on what a text of its value says, and not only on how it begins. Values of formats
    where it does not are read faster: see `tokcount.logs.alike`."""

    @abstractmethod
    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        """The items of one value; `None` when the value is not of this format after all.

        Never raises for a decoded JSON value. An empty result is reported as `empty`.
        """


class Session(ABC):
    """The state of a `GroupedLogFormat` while one file (or run) is read."""

    @abstractmethod
    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        """The items that this value completes; `None` when it is not of this format. Never raises.

        Decide before the first item is produced: the result may be discarded.
        """

    def end_of_stream(self) -> Iterable[Item]:
        """The items that a mark completes which is no value: `data: [DONE]` of an event stream."""
        return ()

    def finish(self) -> Iterable[Item]:
        """The items that were still incomplete when the file (or run) ended."""
        return ()


class GroupedLogFormat(ValueFormat):
    """A format in which one record may be spread over several values. Such a file is read by a single process."""

    scope: ClassVar[Literal["file", "run"]] = "file"
    """How long a session lasts. `run`: it is shared by all files that are read together (batch input and output)."""

    @abstractmethod
    def open(self, run: RunInfo) -> Session:
        """A new session."""


class DatabaseFormat(Format):
    """A log kept in an SQLite database."""

    tables: ClassVar[tuple[frozenset[str], ...]]
    """Alternatives: sets of table names, one of which the database must have."""

    @abstractmethod
    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The records of the database, opened for reading only. May raise `sqlite3.Error`; nothing else."""


class NeedsWhole(Exception):  # noqa: N818 - a signal, not a failure
    """A part of a file holds a format whose records may be spread over the file: read it in one piece.

    `whole_run`: over several files (Batch input and output); read those together.
    """

    def __init__(self, format_name: str, *, whole_run: bool) -> None:
        super().__init__(format_name)
        self.format_name = format_name
        self.whole_run = whole_run

    def __reduce__(self) -> tuple[Any, ...]:
        return _needs_whole, (self.format_name, self.whole_run)


def _needs_whole(format_name: str, whole_run: bool) -> NeedsWhole:
    return NeedsWhole(format_name, whole_run=whole_run)
