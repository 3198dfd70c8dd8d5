"""Drift: the tokens of a log under a baseline and under the targets, in total, in groups, and record by record.

See `tokcount.analysis.measures` for what drift and its percentiles are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import polars as pl

from tokcount.analysis.cost import CostOptions, Total, totals
from tokcount.analysis.groups import groups
from tokcount.analysis.measures import measures, reference_entry, tokens, with_drift
from tokcount.analysis.overview import SkippedSummary, overview, tally, words
from tokcount.analysis.references import Reference, column
from tokcount.analysis.report import Report
from tokcount.models.catalog import DATA_VERSION, Catalog

NOT_COUNTABLE: Final = "not countable"
"""Stands in for a reason that a scan did not give."""


class DriftOptions(msgspec.Struct, frozen=True):
    """What is asked: ``by`` are dimensions of `tokcount.analysis.groups.DIMENSIONS`, ``top`` is per target.

    ``money`` says at which prices the references are charged; without it nothing is.
    """

    baseline: Reference
    targets: tuple[Reference, ...]
    by: tuple[str, ...] = ()
    top: int = 10
    money: CostOptions | None = None

    @property
    def references(self) -> tuple[Reference, ...]:
        """The baseline and the targets that differ from it."""
        return (self.baseline, *(target for target in self.targets if target.label != self.baseline.label))


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, options: DriftOptions, catalog: Catalog | None = None
) -> Report:
    """The drift report over one row a record, as a scan makes them.

    The frame has ``source, line, index, format, kind, model, timestamp, basis, reason, flags, tags``, and for each
    reference ``R:content_tokens, R:framing_tokens, R:input_tokens, R:output_tokens`` (null: not countable under R)
    and ``R:basis``; ``script`` and ``R:content_tokens[ROLE]`` only when grouped by them. Sums are over the records
    that a reference can count; ``counted`` says how many those are. For money it has the columns that
    `tokcount.analysis.cost.costs` needs too.
    """
    references = options.references
    prepared = with_drift(frame, references, options.baseline)
    sums = prepared.select(m for r in references for m in measures(r.label, options.baseline.label))
    stats = sums.row(0, named=True)
    costs = totals(frame, options.money, catalog) if options.money else {}
    data: dict[str, Any] = {
        **overview(frame, skipped),
        "baseline": options.baseline.label,
        "targets": [target.label for target in options.targets],
        "references": [{**reference_entry(stats, r), **_cost(costs.get(r.label))} for r in references],
        "prices": _prices(options.money),
        "reasons": words(_reasons(frame, pl.col("basis") != "exact"), "; "),
        "uncompared": _uncompared(frame, references),
        "by": list(options.by),
        "groups": groups(frame, options.by, references, options.baseline),
        "worst": [w for r in references[1:] for w in _worst(prepared, r, options.baseline, options.top)],
    }
    return Report("drift", data)


def _cost(total: Total | None) -> dict[str, Any]:
    total = total or Total(None, 0)
    return {"cost_usd": total.cost_usd, "priced": total.priced, "cost_floor": total.floor}


def _prices(money: CostOptions | None) -> dict[str, Any] | None:
    """Which prices were taken; nothing when nothing was charged."""
    if money is None:
        return None
    return {"version": DATA_VERSION, "today": money.today.isoformat()}


def _reasons(frame: pl.DataFrame, which: pl.Expr) -> pl.Series:
    return frame.filter(which)["reason"].fill_null(NOT_COUNTABLE)


def _uncompared(frame: pl.DataFrame, references: Sequence[Reference]) -> dict[str, Any]:
    """The records that some reference cannot count, and why."""
    missing = pl.any_horizontal(pl.col(column(r.label, "input_tokens")).is_null() for r in references)
    reasons = _reasons(frame, missing)
    return {"records": len(reasons), "reasons": tally(reasons)}


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
