"""What a migration did with all records of a log, in numbers and in the first locations of each thing."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from tokcount.logs.format import Location
from tokcount.logs.record import Record
from tokcount.reports.migrate.differences import Difference
from tokcount.reports.migrate.parameters.mapping import UNKNOWN
from tokcount.reports.migrate.request import Endpoint, Loss
from tokcount.reports.migrate.requests import Migrated
from tokcount.scanning.columns import Columns
from tokcount.scanning.schema import MISSING, column

PLACES_KEPT: Final = 50
"""Locations of each loss that are kept; all are counted."""
KEYS_KEPT: Final = 200
"""Different unknown keys that are distinguished; a log has no bound on them."""


class Places(msgspec.Struct):
    """How many records, and the first of them."""

    records: int = 0
    first: list[Location] = []

    def add(self, place: Location) -> None:
        """Count one record."""
        self.records += 1
        if len(self.first) < PLACES_KEPT:
            self.first.append(place)


class Tokens(msgspec.Struct):
    """Sums over records under one reference; `uncounted` are records that it cannot count."""

    records: int = 0
    uncounted: int = 0
    content_tokens: int = 0
    framing_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def add(self, other: Tokens) -> None:
        """Add the sums over other records."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def tokens_of(columns: Columns, label: str) -> Tokens:
    """The sums over counted records under one reference."""
    content, framing, output = (
        [value for value in columns.values(column(label, measure)) if value != MISSING]
        for measure in ("content_tokens", "framing_tokens", "output_tokens")
    )
    counted = sum(content), sum(framing)
    return Tokens(len(content), len(columns) - len(content), *counted, sum(counted), sum(output))


def inputs_of(columns: Columns, label: str) -> list[int]:
    """The input tokens of each record under one reference; 0 for one that cannot be counted."""
    content, framing = (columns.values(column(label, name)) for name in ("content_tokens", "framing_tokens"))
    return [0 if MISSING in pair else sum(pair) for pair in zip(content, framing, strict=True)]


class MigrationStats(msgspec.Struct):
    """Counts over a run. `records` is all that were read, `migrated` those that have a new request.

    `before` and `predicted` are the tokens of the migrated records: under their own models, and under the target as
    drift counts them; `after` those of what was written. `differences`: why the last two differ.
    """

    records: int = 0
    migrated: int = 0
    requests: int = 0
    bytes: int = 0
    unlimited: int = 0
    alone: int = 0
    conversations: int = 0
    losing: int = 0
    """Records that lost something."""
    losses: dict[Loss, Places] = {}
    rewritten: dict[Loss, Places] = {}
    """What means the same in another form."""
    endpoints: Counter[Endpoint] = msgspec.field(default_factory=Counter)
    """Requests by endpoint."""
    left: dict[str, Places] = {}
    """Reason → records without a new request."""
    conventions: Counter[str] = msgspec.field(default_factory=Counter)
    whole: int = 0
    """Prompts that no convention splits."""
    before: Tokens = msgspec.field(default_factory=Tokens)
    predicted: Tokens = msgspec.field(default_factory=Tokens)
    after: Tokens = msgspec.field(default_factory=Tokens)
    differences: dict[str, Difference] = {}

    def add(self, record: Record | Location, migrated: Migrated, requests: int, size: int) -> None:
        """Count what became of one record: the number of its `requests`, which take `size` bytes."""
        self.records += 1
        place = Location(record.source, record.line, record.index)
        if migrated.reason:
            self.left.setdefault(migrated.reason, Places()).add(place)
            return
        self.migrated += 1
        self.requests += requests
        self.bytes += size
        self.unlimited += migrated.unlimited
        self.alone += migrated.alone
        self.conversations += migrated.conversation
        self.endpoints[migrated.endpoint] += requests
        self.losing += any(loss.effect != "rewritten" for loss in migrated.losses)
        for loss in dict.fromkeys(map(self._bounded, migrated.losses)):
            found = self.rewritten if loss.effect == "rewritten" else self.losses
            found.setdefault(loss, Places()).add(place)
        for convention in migrated.splits:
            if convention is None:
                self.whole += 1
            else:
                self.conventions[convention] += 1

    def _bounded(self, loss: Loss) -> Loss:
        if loss.reason != UNKNOWN or loss in self.losses or len(self.losses) < KEYS_KEPT:
            return loss
        return Loss("other keys", loss.effect, loss.reason)
