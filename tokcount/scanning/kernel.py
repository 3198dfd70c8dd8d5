"""The kernel: records in, counted columns out. The local scan and every distributed engine count through it."""

from __future__ import annotations

from collections.abc import Iterable

from tokcount.logs.formats.interface import Item
from tokcount.logs.record import Skipped
from tokcount.scanning.columns import Columns
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import SkippedSummary
from tokcount.scanning.rows import RowCounter


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
        self._counter.discard()
        skipped = SkippedSummary()
        for item in items:
            if isinstance(item, Skipped):
                skipped.add(item)
            else:
                self._counter.add(item)
        return self._counter.take(), skipped
