"""The way through: record by record, requests are written, losses listed and tokens counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, BinaryIO, Final

import msgspec

from tokcount.logs.format import Item
from tokcount.logs.record import Record, Skipped
from tokcount.models.references import OWN
from tokcount.reports.migrate.requests import Migrated, Migrator
from tokcount.reports.migrate.tally import Tally, Tokens
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import SkippedSummary

ROWS_AT_ONCE: Final = 2_000
"""Records that are counted before their tokens are added up and forgotten."""

_ENCODE = msgspec.json.Encoder().encode


class Work:
    """Migrates items one after the other; nothing of a record is kept but numbers and places.

    ``plan`` counts each record under its own model and under the target. After `run`, ``before`` and ``predicted``
    hold the tokens of the migrated records: under their own models, and under the target as drift counts them.
    """

    def __init__(self, migrator: Migrator, plan: ScanPlan) -> None:
        self.tally = Tally()
        self.skipped = SkippedSummary()
        self.before = Tokens()
        self.predicted = Tokens()
        self._migrator = migrator
        self._counter = RecordCounter(plan)
        self._label = plan.references[0].label

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the tokenizer's engine has to say, one line each."""
        return self._counter.warnings

    def run(self, items: Iterable[Item], requests: BinaryIO, lost: BinaryIO | None = None) -> None:
        """Write the requests of all items, and to ``lost`` one JSON line for each thing that was left or lost."""
        for item in items:
            if isinstance(item, Skipped):
                self.skipped.add(item)
                continue
            migrated = self._migrator.migrate(item)
            lines = b"".join(map(json_line, migrated.lines))
            requests.write(lines)
            self.tally.add(item, migrated, len(lines))
            if lost is not None:
                lost.write(b"".join(map(json_line, losses_of(item, migrated))))
            if migrated.lines:
                self._count(item)
        self._add_up()

    def _count(self, record: Record) -> None:
        self._counter.add(record)
        if self.tally.migrated % ROWS_AT_ONCE == 0:
            self._add_up()

    def _add_up(self) -> None:
        from tokcount.scanning.frame import joined

        frame = joined([(self._counter.take(), 0)])
        self.before.add(frame, OWN)
        self.predicted.add(frame, self._label)


def losses_of(record: Record, migrated: Migrated) -> list[dict[str, Any]]:
    """What was left or lost of one record, with its place; the shape of ``--lost``."""
    place = {"source": record.source, "line": record.line, "index": record.index}
    if migrated.reason:
        return [{**place, "parameter": None, "effect": "left", "reason": migrated.reason}]
    return [{**place, **msgspec.structs.asdict(loss)} for loss in migrated.losses]


def json_line(value: dict[str, Any]) -> bytes:
    """One line of JSON; a lone surrogate stays what it is, as an escape."""
    try:
        return _ENCODE(value) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(value).encode() + b"\n"
