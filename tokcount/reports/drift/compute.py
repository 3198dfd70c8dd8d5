"""Drift: the tokens of a log under a baseline and under the targets, in total, in groups, and record by record.

See `tokcount.reports.measures` for what drift and its percentiles are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import polars as pl
from msgspec import structs

from tokcount.models.catalog import Catalog, data_version
from tokcount.reports import groups
from tokcount.reports.columns import NamedReference, column
from tokcount.reports.cost.compute import CostOptions, Total, totals
from tokcount.reports.drift.report import (
    DriftReport,
    GrowingRecord,
    Measures,
    PricedMeasures,
    PricesUsed,
    Uncompared,
)
from tokcount.reports.groups import entries
from tokcount.reports.measures import Stats, measures, measures_of, tokens, with_drift
from tokcount.reports.overview import (
    Contents,
    Counts,
    SkippedSummary,
    contents,
    counts_of,
    overview_of,
    tally_of,
    words_of,
)

NOT_COUNTABLE: Final = "not countable"
"""Used where a scan gave no reason."""


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
    """As `tokcount.reports.groups.sums` makes them."""
    worst: list[GrowingRecord]
    """The records that grow most under each target, the worst first."""


def sum_up(
    frame: pl.DataFrame,
    references: Sequence[NamedReference],
    by: Sequence[str],
    top: int,
    costs: dict[str, Total],
) -> DriftSums:
    """The aggregations over one row per record; the first reference is the baseline, `top` is per target."""
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


def _worst(
    frame: pl.DataFrame, target: NamedReference, baseline: NamedReference, top: int
) -> list[GrowingRecord]:
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
    return [GrowingRecord(**row) for row in chosen.drop("row", "key").collect().to_dicts()]


class DriftOptions(msgspec.Struct, frozen=True):
    """What to report: `by` are dimensions of `tokcount.reports.groups.DIMENSIONS`, `top` is per target.

    `money` has the prices at which the references are charged; without it nothing is charged.
    """

    baseline: NamedReference
    targets: tuple[NamedReference, ...]
    by: tuple[str, ...] = ()
    top: int = 10
    money: CostOptions | None = None

    @property
    def references(self) -> tuple[NamedReference, ...]:
        """The baseline and the targets that differ from it."""
        return (self.baseline, *(target for target in self.targets if target.label != self.baseline.label))


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, options: DriftOptions, catalog: Catalog | None = None
) -> DriftReport:
    """The drift report over one row a record, as a scan makes them.

    The frame has `source, line, index, format, kind, model, timestamp, basis, reason, flags, tags`, and for each
    reference `R:content_tokens, R:framing_tokens, R:input_tokens, R:output_tokens` (null: not countable under R)
    and `R:basis`; `script` and `R:content_tokens[ROLE]` only when grouped by them. Sums are over the records
    that a reference can count; `counted` says how many those are. For money it has the columns that
    `tokcount.reports.cost.compute.costs` needs too.
    """
    costs = totals(frame, options.money, catalog) if options.money else {}
    return build(sum_up(frame, options.references, options.by, options.top, costs), skipped, options, catalog)


def build(
    found: DriftSums, skipped: SkippedSummary, options: DriftOptions, catalog: Catalog | None = None
) -> DriftReport:
    """The report from what an aggregation found, wherever it ran."""
    references = options.references
    return DriftReport(
        **structs.asdict(overview_of(found.contents, skipped, catalog)),
        baseline=options.baseline.label,
        targets=[target.label for target in options.targets],
        references=[_priced(measures_of(found.stats, r), found.costs.get(r.label)) for r in references],
        prices=PricesUsed(data_version(), options.money.today) if options.money else None,
        reasons=words_of(found.reasons, "; "),
        uncompared=Uncompared(sum(n for _, n in found.uncompared), tally_of(found.uncompared)),
        by=list(options.by),
        groups=entries(found.groups, options.by, references, options.baseline),
        worst=found.worst,
    )


def _priced(measured: Measures, total: Total | None) -> PricedMeasures:
    total = total or Total(None, 0)
    return PricedMeasures(
        **structs.asdict(measured), cost_usd=total.cost_usd, priced=total.priced, cost_floor=total.floor
    )
