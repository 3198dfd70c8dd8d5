"""Drift: the tokens of a log under a baseline and under the targets, in total, in groups, and record by record.

See `tokcount.analysis.measures` for what drift and its percentiles are.
"""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl

from tokcount.analysis.cost import CostOptions, Total, totals
from tokcount.analysis.drift_sums import DriftSums, sum_up
from tokcount.analysis.groups import entries
from tokcount.analysis.measures import reference_entry
from tokcount.analysis.overview import SkippedSummary, overview_of, tally_of, words_of
from tokcount.analysis.references import Reference
from tokcount.analysis.report import Report
from tokcount.models.catalog import DATA_VERSION, Catalog


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
    costs = totals(frame, options.money, catalog) if options.money else {}
    return build(sum_up(frame, options.references, options.by, options.top, costs), skipped, options)


def build(found: DriftSums, skipped: SkippedSummary, options: DriftOptions) -> Report:
    """The report from what an aggregation found, wherever it ran."""
    references = options.references
    data: dict[str, Any] = {
        **overview_of(found.contents, skipped),
        "baseline": options.baseline.label,
        "targets": [target.label for target in options.targets],
        "references": [
            {**reference_entry(found.stats, r), **_cost(found.costs.get(r.label))} for r in references
        ],
        "prices": _prices(options.money),
        "reasons": words_of(found.reasons, "; "),
        "uncompared": {
            "records": sum(n for _, n in found.uncompared),
            "reasons": tally_of(found.uncompared),
        },
        "by": list(options.by),
        "groups": entries(found.groups, options.by, references, options.baseline),
        "worst": found.worst,
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
