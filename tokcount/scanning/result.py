"""What a scan found: rows of counts, what was skipped, and the warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec

from tokcount.logs.format import Item
from tokcount.logs.reader import FileWarning
from tokcount.logs.record import DUPLICATE, Record, Skipped
from tokcount.scanning.columns import Columns
from tokcount.scanning.selection import Selection

if TYPE_CHECKING:
    import polars as pl

T = TypeVar("T")

PLACES_PER_REASON: Final = 50
"""Locations kept of each reason; all items are counted."""


class Selected(msgspec.Struct):
    """How many records were read, and how many of them are selected.

    `undated`: how many meet the conditions of the selection but are not in its span of time, for want of a timestamp.
    """

    text: str
    """The selection for people, such as `model = "gpt-4*", since 2024-01-01`."""
    read: int = 0
    selected: int = 0
    undated: int = 0


class SkippedSummary(msgspec.Struct):
    """How many items were skipped for which reason, the first locations of each, and what a selection left out."""

    reasons: dict[str, int] = {}
    places: list[Skipped] = []
    selected: Selected | None = None
    """`None`: every record was asked for."""

    @property
    def total(self) -> int:
        """All skipped items."""
        return sum(self.reasons.values())

    @property
    def not_read(self) -> int:
        """Skipped items without copies, which were read."""
        return self.total - self.reasons.get(DUPLICATE, 0)

    def add(self, skipped: Skipped) -> None:
        """Count one item and keep its location if it is one of the first of its reason."""
        seen = self.reasons.get(skipped.reason, 0)
        self.reasons[skipped.reason] = seen + 1
        if seen < PLACES_PER_REASON:
            self.places.append(skipped)

    def merge(self, other: SkippedSummary, line_offset: int) -> None:
        """Add the summary of a later part of the input, whose lines start at `line_offset`."""
        left = {reason: PLACES_PER_REASON - self.reasons.get(reason, 0) for reason in other.reasons}
        for skipped in other.places:
            if left[skipped.reason] > 0:
                left[skipped.reason] -= 1
                self.places.append(msgspec.structs.replace(skipped, line=skipped.line + line_offset))
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count
        if other.selected is not None:
            self.selected = _sum(self.selected or Selected(other.selected.text), other.selected)


def _sum(first: Selected, second: Selected) -> Selected:
    return Selected(
        first.text,
        first.read + second.read,
        first.selected + second.selected,
        first.undated + second.undated,
    )


def records_of(
    items: Iterable[Item], skipped: SkippedSummary, selection: Selection | None = None
) -> Iterator[Record]:
    """The selected records among the items; everything else is added to `skipped`."""
    found = None
    if selection is not None:
        found = skipped.selected = Selected(selection.text)
    for item in items:
        if isinstance(item, Skipped):
            skipped.add(item)
        elif selection is None or found is None or _is_selected(item, selection, found):
            yield item


def _is_selected(record: Record, selection: Selection, found: Selected) -> bool:
    """Whether a record is selected, which is counted in `found`."""
    why = selection.leaves_out(record)
    found.read += 1
    found.selected += why is None
    found.undated += why == "no timestamp"
    return why is None


class Chunk(msgspec.Struct, Generic[T]):
    """The result of one task: what was made of the records of a part of a file, or of whole files.

    `part_of` is the file that a part belongs to and `lines` how many lines it has; its records count lines from its
    start.
    """

    result: T
    skipped: SkippedSummary
    part_of: str = ""
    lines: int = 0
    notes: list[FileWarning] = []
    warnings: tuple[str, ...] = ()


class ScanResult(msgspec.Struct):
    """Everything a scan found, in the order of the input, whatever the number of processes."""

    chunks: list[tuple[Columns, int]]
    """Rows and the number of lines before them in their file."""
    skipped: SkippedSummary
    warnings: list[str]

    @property
    def records(self) -> int:
        """Rows found."""
        return sum(len(columns) for columns, _ in self.chunks)

    def frame(self) -> pl.DataFrame:
        """One row per record, in input order.

        Adds `R:hidden_tokens` and `R:input_tokens` (content + framing + hidden) for each reference R, and the flag
        `duplicate` to every copy of a call that is in an earlier row.
        """
        from tokcount.scanning.frame import assemble

        return assemble(self.chunks)

    def counted(self, *, keep_copies: bool = False) -> tuple[pl.DataFrame, SkippedSummary]:
        """The rows as in `frame`, each call once, and what was skipped: copies of calls are among it."""
        from tokcount.scanning.frame import assemble_once

        if keep_copies:
            return self.frame(), self.skipped
        rows, copies, shown = assemble_once(self.chunks, PLACES_PER_REASON)
        skipped = SkippedSummary(dict(self.skipped.reasons), list(self.skipped.places), self.skipped.selected)
        skipped.merge(SkippedSummary({DUPLICATE: copies} if copies else {}, shown), 0)
        return rows, skipped
