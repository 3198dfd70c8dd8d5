"""The door of the formats: what one file in this folder must offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from tokcount.logs.record import Record, Skipped

Item = Record | Skipped


class Place(msgspec.Struct, gc=False):
    """Where a value stands: the source as the user named it, and the line of the value's first byte (1-based)."""

    source: str
    line: int


class Format(Protocol):
    """One log format, or a family of them.

    A new format is one file in this folder with a ``FORMATS`` tuple of objects like this, and one sample with its
    expectation in the tests.
    """

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

    def read(self, value: dict[str, Any], place: Place, group: dict[str, Any]) -> Iterable[Item]:
        """The records of one value. ``group`` lives as long as the file, one for each format: a grouped
        format keeps there what waits for later values. Never raises for a decoded JSON value."""
        ...

    def finish(self, group: dict[str, Any]) -> Iterable[Item]:
        """What was still waiting when the file ended."""
        ...
