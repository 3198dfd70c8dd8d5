"""Two scans → what grew, by file, model, kind of text and record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import polars as pl

from tokcount.framing.layout import BASIS_ORDER
from tokcount.models.references import OWN
from tokcount.reports.columns import Side, best_known, column, tokens
from tokcount.reports.diff.changes import change_of, changes_of, in_order, total_change
from tokcount.reports.diff.report import Change, ChangedRecord, DiffReport, DiffSide
from tokcount.reports.report import ByBasis
from tokcount.scanning.schema import parse_column

FRAMING: Final = "framing"
NOT_BROKEN_DOWN: Final = "not broken down"
_LAST: Final = (FRAMING, NOT_BROKEN_DOWN)
USED: Final = "used"
"""The label of the columns of the reference that counts a record here."""
_USED: Final = ("content_tokens", "framing_tokens", "basis", "class")
_SIDES: Final[tuple[Side, ...]] = ("input", "output")


class Scanned(NamedTuple):
    """One side: the path that was named, its counted records, and how many items were skipped."""

    path: str
    is_folder: bool
    frame: pl.DataFrame
    skipped: int


def report(old: Scanned, new: Scanned, labels: tuple[str, ...], top: int) -> DiffReport:
    """The report, under the first of the references that can count a record; `top` changed records are listed.

    Where the first one is each record's own model, the second one counts the records that name none.
    """
    before, after = (_prepared(side, new, labels) for side in (old, new))
    sides = [_side(side, frame) for side, frame in ((old, before), (new, after))]
    sources = _changes(before, after, "name")
    matched, changed = _records(before, after)
    totals = total_change(*sides)
    return DiffReport(
        old=sides[0],
        new=sides[1],
        reference=labels[0],
        fallback=labels[1] if len(labels) > 1 else None,
        difference=totals.difference,
        change=totals.change,
        sources=[each for each in sources if each.status != "unchanged"],
        unchanged_sources=sum(each.status == "unchanged" for each in sources),
        models=_changes(before, after, "model"),
        classes=_classes(before, after, sides),
        matched=matched,
        changed=[_record(row) for row in changed.head(top).iter_rows(named=True)],
        more_changed=max(0, changed.height - top),
    )


def _prepared(side: Scanned, new: Scanned, labels: tuple[str, ...]) -> pl.DataFrame:
    """The frame with `name`, the file as it is called on the new side, and the numbers of the one reference `USED`.

    `input` and `output` are the best-known tokens. `is_fallback`: the record is counted under the second reference.
    """
    frame, first = side.frame, labels[0]
    known = [(name, found) for name in frame.columns if (found := parse_column(name)) is not None]
    is_first = best_known(first).is_not_null() if len(labels) > 1 else pl.lit(value=True)
    measures = dict.fromkeys((found.measure, found.part) for _, found in known)
    nothing = pl.lit(None)

    def of(label: str, measure: str, part: str | None) -> pl.Expr:
        name = column(label, measure, part)
        return pl.col(name) if name in frame.columns else nothing

    used = [
        pl.when(is_first).then(of(first, *each)).otherwise(of(labels[-1], *each)).alias(column(USED, *each))
        for each in measures
        if each[0] in _USED
    ]
    best = {
        name: pl.coalesce(best_known(first, name, has_own=first == OWN), tokens(labels[-1], f"{name}_tokens"))
        for name in _SIDES
    }
    return frame.with_columns(
        _renamed(side, new).alias("name"),
        (~is_first & best["input"].is_not_null()).alias("is_fallback"),
        *used,
        *(expression.alias(name) for name, expression in best.items()),
    )


def _renamed(side: Scanned, other: Scanned) -> pl.Expr:
    """The name of a file on the other side: its path with that of the side replaced. A file and a folder stay apart."""
    source = pl.col("source")
    if side.is_folder != other.is_folder:
        return source
    before, after = (each.path.rstrip("/\\") for each in (side, other))
    renamed = pl.concat_str(pl.lit(after), source.str.strip_prefix(before))
    return pl.when(source.str.starts_with(before)).then(renamed).otherwise(source)


def _side(side: Scanned, frame: pl.DataFrame) -> DiffSide:
    counted = frame.filter(pl.col("input").is_not_null())
    output = pl.col("output")
    basis = pl.col(column(USED, "basis")).cast(pl.String)
    sums = frame.select(
        *(tokens(USED, f"{name}_tokens").sum().alias(name) for name in ("content", "framing")),
        pl.col("input").sum(),
        pl.when(output.count() > 0).then(output.sum()).alias("output"),
    ).row(0, named=True)
    return DiffSide(
        path=side.path,
        records=frame.height,
        skipped=side.skipped,
        uncounted=frame.height - counted.height,
        under_fallback=int(frame["is_fallback"].sum()),
        content_tokens=sums["content"],
        framing_tokens=sums["framing"],
        input_tokens=sums["input"],
        output_tokens=sums["output"],
        basis=ByBasis(*(counted.select((basis == word).sum()).item() for word in BASIS_ORDER)),
    )


def _changes(before: pl.DataFrame, after: pl.DataFrame, key: str) -> list[Change]:
    """The changes by a column, those that grew most first."""
    old, new = (
        {name: (tokens, records) for name, tokens, records in _sums(frame, key).iter_rows()}
        for frame in (before, after)
    )
    return changes_of(old, new)


def _sums(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    return frame.group_by(key).agg(pl.col("input").sum(), pl.len())


def _classes(before: pl.DataFrame, after: pl.DataFrame, sides: list[DiffSide]) -> list[Change]:
    found = [_parts(frame, side) for frame, side in zip((before, after), sides, strict=True)]
    names = [name for name in {**found[0], **found[1]} if name not in _LAST]
    changes = in_order(_part(name, found) for name in names)
    return [*changes, *(_part(name, found) for name in _LAST if any(name in each for each in found))]


def _part(name: str, sides: list[dict[str, int]]) -> Change:
    return change_of(name, *((side.get(name, 0), 0) for side in sides))


def _parts(frame: pl.DataFrame, side: DiffSide) -> dict[str, int]:
    """Text class → tokens of the content, framing, and the rest of the input."""
    named = {name: known for name in frame.columns if (known := parse_column(name)) is not None}
    columns = {
        known.part: name for name, known in named.items() if known[:2] == (USED, "class") and known.part
    }
    found = {part: int(frame[name].sum() or 0) for part, name in columns.items()}
    found = {part: n for part, n in found.items() if n} | {FRAMING: side.framing_tokens}
    rest = side.input_tokens - sum(found.values())
    return {**found, NOT_BROKEN_DOWN: rest} if rest else found


def _numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """The counted records with what finds them again: their number in a file of so many records."""
    return frame.with_columns(
        pl.int_range(pl.len()).over("name").alias("nth"), pl.len().over("name").alias("in_file")
    ).filter(pl.col("input").is_not_null())


def _records(before: pl.DataFrame, after: pl.DataFrame) -> tuple[int, pl.DataFrame]:
    """How many records are on both sides; and those of them that changed, by falling growth."""
    place = ["name", "nth", "in_file"]
    old = _numbered(before).select(*place, pl.col("input").alias("old"))
    matched = old.join(_numbered(after), on=place).with_columns(pl.col("input").alias("new"))
    changed = matched.filter(pl.col("old") != pl.col("new"))
    grown = changed.with_columns((pl.col("new") - pl.col("old")).alias("difference"))
    order = ["difference", "name", "line", "index"]
    return matched.height, grown.sort(order, descending=[True, False, False, False])


def _record(row: Mapping[str, Any]) -> ChangedRecord:
    old, difference = row["old"], row["difference"]
    return ChangedRecord(
        source=row["name"],
        line=row["line"],
        index=row["index"],
        model=row["model"],
        old=old,
        new=row["new"],
        difference=difference,
        change=difference / old if old else None,
    )
