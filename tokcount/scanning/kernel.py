"""The kernel: records in, counted columns out. The local scan and every distributed engine count through it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tokcount.logs.formats.interface import Item
from tokcount.logs.record import Record, Skipped
from tokcount.scanning.ahead import BATCH, texts_of
from tokcount.scanning.columns import Columns
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import SkippedSummary
from tokcount.scanning.rows import RowCounter

LONGEST_BATCH: Final = 2_000
"""Records that wait for each other at most, however short they are."""


class Kernel:
    """Counts records under a plan. Pure but for its bounded cache of counted texts, which lives as long as it does.

    Not safe to share between threads. Making one loads the vocabularies of the plan.
    """

    def __init__(self, plan: ScanPlan) -> None:
        self._counter = RowCounter(plan)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the engine has to say, one line each."""
        return tuple(self._counter.warnings)

    def count(self, items: Iterable[Item]) -> tuple[Columns, SkippedSummary]:
        """One row for each record, in order, and the sum of what was skipped.

        Texts are learnt a batch of records at a time; memory beside the columns is bounded by the batch. Never raises
        for what a log may hold; what ``items`` raises goes through, and the rows of that call are lost.
        """
        self._counter.take()
        skipped = SkippedSummary()
        batch: list[Record] = []
        texts: list[str] = []
        size = 0
        for item in items:
            if isinstance(item, Skipped):
                skipped.add(item)
                continue
            batch.append(item)
            found = texts_of(item)
            texts += found
            size += sum(map(len, found))
            if size > BATCH or len(batch) == LONGEST_BATCH:
                self._count_batch(batch, texts)
                batch, texts, size = [], [], 0
        self._count_batch(batch, texts)
        return self._counter.take(), skipped

    def _count_batch(self, batch: list[Record], texts: list[str]) -> None:
        self._counter.counter.learn(texts)
        for record in batch:
            self._counter.add(record)
