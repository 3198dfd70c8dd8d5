"""What a log holds, whatever is asked of it: records by format, kind and model, flags, period, what was skipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import polars as pl
from msgspec import UNSET, UnsetType, structs

from tokcount.logs.record import DUPLICATE
from tokcount.models.catalog import Catalog
from tokcount.models.resolve import first_known, may_assume
from tokcount.reports.columns import foreign
from tokcount.reports.replacements import Moves, moves_of, replacements
from tokcount.reports.report import (
    AssumedModel,
    ModelRecords,
    Overview,
    Period,
    SelectedRecords,
    SkippedItems,
    SkippedPlace,
)
from tokcount.scanning.result import Selected

PLACES_PER_REASON = 10
"""Skipped places of each reason in a report; all are counted."""

Counts = list[tuple[str | None, int]]
"""Values, and how many records have them."""


class SkippedItem(Protocol):
    """One skipped item of a log: its location, and why."""

    source: str
    line: int
    detail: str

    @property
    def reason(self) -> str:
        """One of the reasons of `tokcount.logs.record.SkipReason`."""
        ...


class SkippedSummary(Protocol):
    """What a scan skipped: a number for each reason, the first items in the order of the input, and a selection."""

    @property
    def reasons(self) -> dict[str, int]:
        """Reason → items."""
        ...

    @property
    def places(self) -> Sequence[SkippedItem]:
        """The first items of each reason."""
        ...

    @property
    def selected(self) -> Selected | None:
        """What a selection read and selected; `None`: every record was asked for."""
        ...


class Contents(msgspec.Struct, frozen=True):
    """What a log holds, summed up: the rows that an overview is written from."""

    records: int
    formats: Counts
    kinds: Counts
    models: Counts
    flags: Counts
    """Flags of one record are joined by `|`."""
    first: datetime | None
    last: datetime | None
    undated: int
    moves: Moves | None = None
    """What `auto` replaces by what; `None`: it is not a target."""
    assumable: Counts | None = None
    """The models of records that another vendor did not answer; `None`: those of all records."""


def contents(frame: pl.DataFrame) -> Contents:
    """What the rows of a frame hold: `format, kind, model, flags, timestamp`."""
    formats, kinds, models, flags = (counts_of(frame[name]) for name in ("format", "kind", "model", "flags"))
    first, last = _instant(frame["timestamp"].min()), _instant(frame["timestamp"].max())
    return Contents(
        frame.height,
        formats,
        kinds,
        models,
        flags,
        first,
        last,
        frame["timestamp"].null_count(),
        moves_of(frame),
        assumable(frame),
    )


def assumable(frame: pl.DataFrame) -> Counts:
    """The models of records for which a model may be assumed if theirs is not known."""
    return counts_of(frame.filter(~foreign())["model"])


def overview(
    frame: pl.DataFrame,
    skipped: SkippedSummary,
    catalog: Catalog | None = None,
    assume_model: str | None = None,
) -> Overview:
    """What the rows of a frame hold; a report takes it over with `msgspec.structs.asdict`."""
    return overview_of(contents(frame), skipped, catalog, assume_model)


def overview_of(
    held: Contents,
    skipped: SkippedSummary,
    catalog: Catalog | None = None,
    assume_model: str | None = None,
) -> Overview:
    """`overview` of a log that has been summed up already."""
    return Overview(
        records=held.records,
        **structs.asdict(skipped_items(skipped)),
        formats=tally_of(held.formats),
        kinds=tally_of(held.kinds),
        models=[ModelRecords(model, n) for model, n in _frequent_first(held.models)],
        flags=words_of(held.flags, "|"),
        period=Period(_written(held.first), _written(held.last), held.undated),
        assumed=assumed_models(
            held.models if held.assumable is None else held.assumable, assume_model, catalog
        ),
        auto=replacements(held.moves, catalog),
    )


def assumed_models(
    models: Counts, assume_model: str | None, catalog: Catalog | None = None
) -> AssumedModel | UnsetType:
    """For which of the models of a log another one is assumed; unset for none."""
    if assume_model is None:
        return UNSET
    assumed = [(name, n) for name, n in models if first_known([name], catalog) is None and may_assume([name])]
    named = [ModelRecords(name, n) for name, n in _frequent_first(assumed)]
    return AssumedModel(assume_model, named) if named else UNSET


def skipped_items(skipped: SkippedSummary) -> SkippedItems:
    """Skipped items by reason in alphabetical order, with the first `PLACES_PER_REASON` of each."""
    reasons, found = dict(sorted(skipped.reasons.items())), skipped.selected
    return SkippedItems(
        sum(reasons.values()),
        reasons,
        _first_of_each(skipped.places),
        SelectedRecords(found.text, found.selected, found.read, found.undated) if found else UNSET,
    )


def not_read(reasons: Mapping[str, int]) -> int:
    """How many of the items that were skipped for these reasons were not read: all but copies of calls."""
    return sum(reasons.values()) - reasons.get(DUPLICATE, 0)


def tally(values: pl.Series) -> dict[str, int]:
    """Value → how often, the most frequent first; nulls are left out."""
    return tally_of(counts_of(values))


def tally_of(counts: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """`tally` of values that have been counted already."""
    return {value: n for value, n in _frequent_first(counts) if value is not None}


def words(values: pl.Series, separator: str) -> dict[str, int]:
    """Word → how many values of joined words contain it, in alphabetical order."""
    return words_of(counts_of(values), separator)


def words_of(counts: Iterable[tuple[str | None, int]], separator: str) -> dict[str, int]:
    """`words` of values that have been counted already."""
    found: dict[str, int] = {}
    for joined, n in counts:
        for word in set((joined or "").split(separator)) - {""}:
            found[word] = found.get(word, 0) + n
    return dict(sorted(found.items()))


def counts_of(values: pl.Series) -> Counts:
    """Each value of a column, null too, and how often it is there."""
    return list(values.value_counts(name="n").rows())


def _frequent_first(counts: Iterable[tuple[str | None, int]]) -> Counts:
    return sorted(counts, key=lambda pair: (-pair[1], pair[0] is not None, pair[0] or ""))


def _first_of_each(items: Sequence[SkippedItem]) -> list[SkippedPlace]:
    kept: dict[str, list[SkippedPlace]] = {}
    for item in items:
        of_reason = kept.setdefault(item.reason, [])
        if len(of_reason) < PLACES_PER_REASON:
            of_reason.append(SkippedPlace(item.source, item.line, item.reason, item.detail))
    return [place for reason in sorted(kept) for place in kept[reason]]


def _instant(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
