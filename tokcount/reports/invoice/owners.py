"""Both sides by project, API key or user: what an export and the labels of records have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final

import polars as pl

from tokcount.reports.invoice.lines import ExportFile, InvoiceLine, Measure
from tokcount.reports.invoice.report import OwnerTotals
from tokcount.reports.invoice.sides import Sums, amounts, sums_of

LABEL: Final = "label"


def owner_totals(
    table: pl.DataFrame,
    frame: pl.DataFrame,
    files: Sequence[ExportFile],
    days: Collection[date],
    measures: Sequence[Measure],
) -> list[OwnerTotals]:
    """The sums of each owner on the compared days, the largest input first, then what has none of them.

    An owner is what the lines of an export name and a record has as its user, as a tag, or as the value of a tag such
    as `team:search`. A record or line with several is in the sums of each. Empty when the sides have none in common.
    """
    lines = [line for file in files for line in file.lines.values() if line.day in days]
    labelled = _labelled(table, frame).filter(pl.col("day").is_in(list(days)))
    known = {owner for line in lines for owner in line.owners}
    owners = known.intersection(labelled[LABEL].explode().drop_nulls().unique())
    if not owners:
        return []
    log = _log_sums(labelled, owners, measures)
    invoice: dict[str | None, Sums] = {}
    for owner, line in _by_owner(lines, owners):
        invoice.setdefault(owner, Counter()).update(sums_of(line))
    found = [
        OwnerTotals(
            owner=owner,
            log=amounts(log.get(owner, Counter()), measures),
            invoice=amounts(invoice.get(owner, Counter()), measures),
            difference=amounts(_difference(log, invoice, owner), measures),
        )
        for owner in {**log, **invoice}
    ]
    return sorted(
        found, key=lambda each: (each.owner is None, -(each.invoice.input_tokens or 0), each.owner or "")
    )


def _difference(log: dict[str | None, Sums], invoice: dict[str | None, Sums], owner: str | None) -> Sums:
    left: Sums = Counter(log.get(owner, Counter()))
    left.subtract(invoice.get(owner, Counter()))
    return left


def _labelled(table: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """The records with their labels: the user, the tags, and the values of tags."""
    tags = frame["tags"].fill_null("").str.split(",").alias("tags")
    labels = pl.DataFrame([frame["user"], tags]).select(
        pl.concat_list(
            pl.col("user").fill_null(""),
            "tags",
            pl.col("tags").list.eval(pl.element().str.splitn(":", 2).struct.field("field_1").fill_null("")),
        ).alias(LABEL)
    )
    return table.hstack(labels)


def _log_sums(
    labelled: pl.DataFrame, owners: Collection[str], measures: Sequence[Measure]
) -> dict[str | None, Sums]:
    matched = pl.col(LABEL).list.unique().list.set_intersection(pl.lit(sorted(owners), pl.List(pl.String)))
    named = labelled.with_columns(matched).with_columns(
        pl.when(pl.col(LABEL).list.len() > 0).then(LABEL).otherwise(pl.lit([None], pl.List(pl.String)))
    )
    sums = (pl.col(name).cast(pl.Int128).sum() for name in measures)
    grouped = named.explode(LABEL).group_by(LABEL).agg(sums)
    return {
        row[LABEL]: Counter({name: row[name] for name in measures}) for row in grouped.iter_rows(named=True)
    }


def _by_owner(
    lines: Sequence[InvoiceLine], owners: Collection[str]
) -> Iterator[tuple[str | None, InvoiceLine]]:
    for line in lines:
        named: list[str | None] = [owner for owner in dict.fromkeys(line.owners) if owner in owners]
        yield from ((owner, line) for owner in named or [None])
