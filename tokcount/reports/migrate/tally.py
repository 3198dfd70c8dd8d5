"""What happened to all records of a log, in numbers and in the first places of each thing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from tokcount.logs.record import Record
from tokcount.reports.migrate.carrying import UNKNOWN, Loss
from tokcount.reports.migrate.requests import Migrated

if TYPE_CHECKING:
    import polars as pl

PLACES_KEPT: Final = 50
"""Places of each loss that are kept; all are counted."""
KEYS_KEPT: Final = 200
"""Different unknown keys that are told apart; a log has no bound on them."""


class Place(msgspec.Struct, frozen=True):
    """Where a record stands."""

    source: str
    line: int
    index: int


class Places(msgspec.Struct):
    """How many records, and the first of them."""

    records: int = 0
    first: list[Place] = []

    def add(self, record: Record) -> None:
        """Count one record."""
        self.records += 1
        if len(self.first) < PLACES_KEPT:
            self.first.append(Place(record.source, record.line, record.index))


class Tokens(msgspec.Struct):
    """Sums over records under one reference; ``uncounted`` are records that it cannot count."""

    records: int = 0
    uncounted: int = 0
    content_tokens: int = 0
    framing_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0

    def add(self, frame: pl.DataFrame, label: str) -> None:
        """Add counted rows, one a record, as a scan makes them."""
        content, framing, output = (
            frame[f"{label}:{quantity}"] for quantity in ("content_tokens", "framing_tokens", "output_tokens")
        )
        self.uncounted += content.null_count()
        self.records += frame.height - content.null_count()
        self.content_tokens += int(content.sum())
        self.framing_tokens += int(framing.sum())
        self.input_tokens = self.content_tokens + self.framing_tokens
        self.output_tokens += int(output.sum())


class Tally(msgspec.Struct):
    """Counts over a run. ``records`` is all that were read, ``migrated`` those that have a new request."""

    records: int = 0
    migrated: int = 0
    requests: int = 0
    bytes: int = 0
    unlimited: int = 0
    alone: int = 0
    losing: int = 0
    """Records that lost something."""
    losses: dict[Loss, Places] = {}
    left: dict[str, Places] = {}
    """Reason → records without a new request."""
    conventions: Counter[str] = msgspec.field(default_factory=Counter)
    whole: int = 0
    """Prompts that no convention splits."""

    def add(self, record: Record, migrated: Migrated, size: int) -> None:
        """Count what became of one record; ``size`` is what its lines take, in bytes."""
        self.records += 1
        if migrated.reason:
            self.left.setdefault(migrated.reason, Places()).add(record)
            return
        self.migrated += 1
        self.requests += len(migrated.lines)
        self.bytes += size
        self.unlimited += migrated.unlimited
        self.alone += migrated.alone
        self.losing += bool(migrated.losses)
        for loss in dict.fromkeys(map(self._bounded, migrated.losses)):
            self.losses.setdefault(loss, Places()).add(record)
        for convention in migrated.splits:
            if convention is None:
                self.whole += 1
            else:
                self.conventions[convention] += 1

    def _bounded(self, loss: Loss) -> Loss:
        if loss.reason != UNKNOWN or loss in self.losses or len(self.losses) < KEYS_KEPT:
            return loss
        return Loss("other keys", loss.effect, loss.reason)
