"""The door of the formats: what one file in this folder must offer.

A new format is one file here with a ``FORMATS`` tuple of objects like `Format` (or `DatabaseFormat`), and one
sample with its expectation in the tests. The registry finds the file by itself.

What a format may say besides, as plain attributes:

- ``rank: int``: formats of a lower rank are asked first. `ENVELOPE` unless said otherwise.
- ``accepts: tuple[Container, ...]``: the values it is asked about, ``("json", "row")`` unless said otherwise. A
  ``row`` is a line of a CSV or TSV file: a `Row`, whose values are all strings.
- ``whole_run: bool``: the group is shared by all files that are read together, and `Format.finish` is called once
  after the last one (Batch input and output stand in two files). ``group["files"]`` says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, Protocol

import msgspec

from tokcount.logs.record import Record, Skipped

if TYPE_CHECKING:
    import sqlite3

    from tokcount.logs.scalars import Json


class Single:
    """Base of formats that need no group: they say `items`, and `matches` where the keys alone do not decide."""

    grouped = False

    def matches(self, value: Json) -> bool:  # noqa: ARG002 - the keys decided
        """The keys alone decide, unless a format says more."""
        return True

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        """The records of one value."""
        raise NotImplementedError

    def read(self, value: Json, place: Location, group: Json) -> Iterable[Item]:  # noqa: ARG002 - nothing waits
        """See `tokcount.logs.format.Format`."""
        return self.items(value, place)

    def finish(self, group: Json) -> Iterable[Item]:  # noqa: ARG002 - nothing waits
        """See `tokcount.logs.format.Format`."""
        return ()


Item = Record | Skipped
Container = Literal["json", "row"]

ENVELOPE, PAIR, OBJECT, BODY, LOOSE = 10, 20, 30, 40, 50
"""Ranks: unmistakable keys; request with response; named by ``object`` or ``type``; bare bodies; any text field."""


class Location(msgspec.Struct, gc=False):
    """Where a value stands: the source as the user named it, and the line of the value's first byte (1-based).

    ``index`` is the position of the value among several of the same line (elements of a page or a one-line array).
    """

    source: str
    line: int
    index: int = 0


class Row(dict[str, Any]):
    """A row of a CSV or TSV file by its header; every value is a string."""


class Format(Protocol):
    """One log format, or a family of them."""

    name: str
    """Dotted and stable, e.g. ``litellm.standard``; shown to users and taken by ``--input-format``."""

    keys: tuple[frozenset[str], ...]
    """Alternatives: sets of top-level keys, one of which a value must have. Lets the detector skip most formats."""

    grouped: bool
    """True when one record may be spread over several values (stream chunks, batch output, transcripts):
    such a file is read by one process, and `finish` may emit records."""

    def matches(self, value: dict[str, Any]) -> bool:
        """Is this value of this format? Looked at only when ``keys`` fit. Never raises for a decoded JSON value."""
        ...

    def read(self, value: dict[str, Any], place: Location, group: dict[str, Any]) -> Iterable[Item]:
        """The records of one value. ``group`` lives as long as the file, one for each format: a grouped
        format keeps there what waits for later values. Never raises for a decoded JSON value.
        """
        ...

    def finish(self, group: dict[str, Any]) -> Iterable[Item]:
        """What was still waiting when the file ended."""
        ...


class DatabaseFormat(Protocol):
    """A log kept in an SQLite database."""

    name: str

    tables: tuple[frozenset[str], ...]
    """Alternatives: sets of table names, one of which the database must have."""

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The records of the database, opened for reading only. May raise `sqlite3.Error`; nothing else."""
        ...
