"""What the drift report is written from: sums, counts and the worst records, few numbers however long the log.

`sum_up` finds them in a frame; an engine that holds the rows elsewhere finds the same by its own aggregations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import polars as pl

from tokcount.analysis import groups
from tokcount.analysis.cost import Total
from tokcount.analysis.measures import Stats, measures, tokens, with_drift
from tokcount.analysis.overview import Contents, Counts, contents, counts_of
from tokcount.analysis.references import Reference, column

NOT_COUNTABLE: Final = "not countable"
"""Stands in for a reason that a scan did not give."""


class DriftSums(msgspec.Struct, frozen=True):
    """The aggregations behind a drift report."""

    contents: Contents
    stats: Stats
    """One row over all records, with the `measures` of every reference."""
    costs: dict[str, Total]
    reasons: Counts
    """Why records are not counted exactly."""
    uncompared: Counts
    """Why some reference cannot count a record, one reason for each such record."""
    groups: list[Stats]
    """As `tokcount.analysis.groups.sums` makes them."""
    worst: list[dict[str, Any]]
    """The records that grow most under each target, the worst first."""


def sum_up(
    frame: pl.DataFrame,
    references: Sequence[Reference],
    by: Sequence[str],
    top: int,
    costs: dict[str, Total],
) -> DriftSums:
    """The aggregations over one row a record; the first reference is the baseline, ``top`` is per target."""
    baseline = references[0]
    prepared = with_drift(frame, references, baseline)
    stats = prepared.select(m for r in references for m in measures(r.label, baseline.label))
    missing = pl.any_horizontal(pl.col(column(r.label, "input_tokens")).is_null() for r in references)
    return DriftSums(
        contents=contents(frame),
        stats=stats.row(0, named=True),
        costs=costs,
        reasons=_reasons(frame, pl.col("basis") != "exact"),
        uncompared=_reasons(frame, missing),
        groups=groups.sums(frame, by, references, baseline),
        worst=[row for r in references[1:] for row in _worst(prepared, r, baseline, top)],
    )


def _reasons(frame: pl.DataFrame, which: pl.Expr) -> Counts:
    return counts_of(frame.filter(which)["reason"].fill_null(NOT_COUNTABLE))


def _worst(frame: pl.DataFrame, target: Reference, baseline: Reference, top: int) -> list[dict[str, Any]]:
    """The records that grow most: by tokens added, then by drift, then in the order of the log."""
    before, after = tokens(baseline.label, "input_tokens"), tokens(target.label, "input_tokens")
    drift = pl.col(column(target.label, "drift"))
    rows = frame.lazy().select(
        pl.lit(target.label).alias("reference"),
        *("source", "line", "index", "model"),
        before.alias("baseline_tokens"),
        after.alias("target_tokens"),
        (after - before).alias("difference"),
        drift.alias("drift"),
        pl.col(column(target.label, "basis")).cast(pl.String).alias("basis"),
        pl.int_range(pl.len()).alias("row"),
        drift.fill_null(float("inf")).alias("key"),
    )
    keys, falling = ["difference", "key", "row"], [True, True, False]
    grown = rows.filter(pl.col("difference") > 0)
    chosen = grown.top_k(top, by=keys, reverse=[not f for f in falling]).sort(keys, descending=falling)
    return chosen.drop("row", "key").collect().to_dicts()
