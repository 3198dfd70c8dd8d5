"""Drift: the tokens of a log under a baseline and under the targets, in total, in groups, and record by record.

See `tokcount.reports.measures` for what drift and its percentiles are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import polars as pl
from msgspec import UNSET, structs

from tokcount.models.catalog import Catalog, data_version
from tokcount.reports import groups
from tokcount.reports.columns import NamedReference, column, tokens, total
from tokcount.reports.cost.charges import Charges, CostOptions, Total, charge
from tokcount.reports.drift.report import (
    DriftReport,
    GrowingRecord,
    LeftOut,
    Measures,
    PricedMeasures,
    PricesUsed,
    Uncompared,
)
from tokcount.reports.groups import entries
from tokcount.reports.measures import Stats, measures, measures_of, same_records, with_drift
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

NO_BASELINE: Final = re.compile("unknown model|no model in the record")
"""The reasons of a scan that has no baseline for a record."""
NOT_COUNTABLE: Final = "not countable"
"""Used where a scan gave no reason."""


class UncomparedSums(msgspec.Struct, frozen=True):
    """Records with the same reasons that some reference cannot count."""

    reason: str
    """All reasons of a record, joined by `; `."""
    records: int
    input_tokens: dict[str, int]
    """Reference → the input tokens that are in no sum; references without any are left out."""


class DriftSums(msgspec.Struct, frozen=True):
    """The aggregations behind a drift report."""

    contents: Contents
    stats: Stats
    """One row over all records, with the `measures` of every reference."""
    costs: dict[str, Total]
    reasons: Counts
    """Why records are not counted exactly."""
    uncompared: list[UncomparedSums]
    """Records that some reference cannot count, by all their reasons."""
    groups: list[Stats]
    """As `tokcount.reports.groups.sums` makes them."""
    worst: list[GrowingRecord]
    """The records that grow most under each target, the worst first."""


def sum_up(
    frame: pl.DataFrame,
    references: Sequence[NamedReference],
    by: Sequence[str],
    top: int,
    charges: Charges | None,
) -> DriftSums:
    """The aggregations over one row per record; the first reference is the baseline, `top` is per target."""
    baseline = references[0]
    compared = same_records(frame, references)
    prepared = with_drift(compared, references, baseline)
    stats = prepared.select(m for r in references for m in measures(r.label, baseline.label))
    return DriftSums(
        contents=contents(frame),
        stats=stats.row(0, named=True),
        costs=charges.totals(compared) if charges else {},
        reasons=_reasons(frame, pl.col("basis") != "exact"),
        uncompared=_uncompared(frame, compared, references),
        groups=groups.sums(compared, by, references, baseline),
        worst=[row for r in references[1:] for row in _worst(prepared, r, baseline, top)],
    )


def _reasons(frame: pl.DataFrame, which: pl.Expr) -> Counts:
    return counts_of(frame.filter(which)["reason"].fill_null(NOT_COUNTABLE))


def _uncompared(
    frame: pl.DataFrame, compared: pl.DataFrame, references: Sequence[NamedReference]
) -> list[UncomparedSums]:
    """The records of `frame` that some reference cannot count, and what of them is missing in `compared`."""
    names = {reference.label: column(reference.label, "input_tokens") for reference in references}
    missing = pl.any_horizontal(pl.col(name).is_null() for name in names.values())
    rows = frame.select(missing=missing, reason=pl.col("reason").fill_null(NOT_COUNTABLE))
    counts = frame.select(
        pl.when(compared[name].is_null()).then(tokens(label, "input_tokens")).alias(name)
        for label, name in names.items()
    )
    table = rows.hstack(counts).filter("missing").group_by("reason")
    sums = table.agg(pl.len().alias("records"), *(total(pl.col(name)) for name in names.values()))
    return [
        UncomparedSums(row["reason"], row["records"], {k: row[n] for k, n in names.items() if row[n]})
        for row in sums.sort("reason").iter_rows(named=True)
    ]


def _worst(
    frame: pl.DataFrame, target: NamedReference, baseline: NamedReference, top: int
) -> list[GrowingRecord]:
    """The records that grow most: by tokens added, then by drift, then in the order of the log.

    Of records of the same model with the same tokens on both sides there is the first one.
    """
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
    same = ("model", "baseline_tokens", "target_tokens")
    grown = rows.filter(pl.col("difference") > 0).with_columns(alike=pl.len().over(same))
    grown = grown.filter(pl.struct(same).is_first_distinct())
    chosen = grown.top_k(top, by=keys, reverse=[not f for f in falling]).sort(keys, descending=falling)
    return [GrowingRecord(**row) for row in chosen.drop("row", "key").collect().to_dicts()]


class DriftOptions(msgspec.Struct, frozen=True):
    """What to report: `by` are dimensions of `tokcount.reports.groups.DIMENSIONS`, `top` is per target.

    `money` has the prices at which the references are charged; without it nothing is charged. `assume_model` is the
    model that records without a known one are counted as.
    """

    baseline: NamedReference
    targets: tuple[NamedReference, ...]
    by: tuple[str, ...] = ()
    top: int = 10
    money: CostOptions | None = None
    assume_model: str | None = None

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
    that all references can count; `counted` is how many those are. For money it has the columns that
    `tokcount.reports.cost.compute.costs` needs too.
    """
    charges = charge(frame, options.money, catalog) if options.money else None
    return report_of(frame, charges, skipped, options, catalog)


def report_of(
    frame: pl.DataFrame,
    charges: Charges | None,
    skipped: SkippedSummary,
    options: DriftOptions,
    catalog: Catalog | None,
) -> DriftReport:
    """The drift report of records that are charged already."""
    sums = sum_up(frame, options.references, options.by, options.top, charges)
    return build(sums, skipped, options, catalog)


def build(
    found: DriftSums, skipped: SkippedSummary, options: DriftOptions, catalog: Catalog | None = None
) -> DriftReport:
    """The report from what an aggregation found, wherever it ran."""
    references = options.references
    entries_of = [_priced(measures_of(found.stats, r), found.costs.get(r.label)) for r in references]
    return DriftReport(
        **structs.asdict(overview_of(found.contents, skipped, catalog, options.assume_model)),
        baseline=options.baseline.label,
        targets=[target.label for target in options.targets],
        references=entries_of,
        prices=_prices(options.money, entries_of, found.costs) if options.money else None,
        reasons=words_of(found.reasons, "; "),
        uncompared=_by_reason(found.uncompared),
        by=list(options.by),
        groups=entries(found.groups, options.by, references, options.baseline),
        worst=found.worst,
    )


def _prices(money: CostOptions, entries: Sequence[PricedMeasures], costs: Mapping[str, Total]) -> PricesUsed:
    both = {label: total.counted for label, total in costs.items() if total.charged}
    same = all(
        entry.charged == both[entry.reference] == entry.counted
        for entry in entries
        if entry.reference in both
    )
    logged = max((total.logged for total in costs.values()), default=0)
    return PricesUsed(data_version(), money.today, money.assumptions, same, logged or UNSET)


def _by_reason(found: Iterable[UncomparedSums]) -> Uncompared:
    """One entry per reason; a record with several reasons counts under the one that `_main_reason` chooses."""
    records: dict[str, int] = {}
    left_out: dict[str, LeftOut] = {}
    for sums in found:
        reason = _main_reason(sums.reason)
        records[reason] = records.get(reason, 0) + sums.records
        if sums.input_tokens:
            known = left_out.get(reason, LeftOut(reason, 0, {}))
            labels = dict.fromkeys((*known.input_tokens, *sums.input_tokens))
            both = {k: known.input_tokens.get(k, 0) + sums.input_tokens.get(k, 0) for k in labels}
            left_out[reason] = LeftOut(reason, known.records + sums.records, both)
    ranked = sorted(left_out.values(), key=lambda entry: (-entry.records, entry.reason))
    return Uncompared(sum(records.values()), tally_of(list(records.items())), ranked)


def _main_reason(reasons: str) -> str:
    """Why a record cannot be counted: an unknown model, else the first of its reasons."""
    each = reasons.split("; ")
    return next((reason for reason in each if NO_BASELINE.match(reason)), each[0])


def _priced(measured: Measures, total: Total | None) -> PricedMeasures:
    total = total or Total(None, 0)
    return PricedMeasures(
        **structs.asdict(measured),
        cost_usd=total.cost_usd,
        priced=total.priced,
        charged=total.charged,
        cost_floor=total.floor,
    )
