"""The metrics that budgets can limit, one row each; `register` adds another.

A row is all that a metric needs: the parser, the measuring of logs and of saved reports, the options of a scan and the
table in `docs/budgets.md` are driven by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tokcount.reports.audit.finding import UNCLEAR
from tokcount.reports.budgets import per_record
from tokcount.reports.budgets.metric import (
    DISTRIBUTION,
    ORDERED,
    LogTotals,
    Metric,
    Saved,
    Value,
)
from tokcount.reports.cost.charging.usage import PARTIAL

if TYPE_CHECKING:
    from tokcount.reports.cost.report import ReferenceCost
    from tokcount.reports.drift.report import DriftReport, PricedMeasures
    from tokcount.reports.reconcile.report import ReconcileReport

METRICS: Final[dict[str, Metric]] = {}
"""Name → metric, in the order of the documentation."""


def register(metric: Metric) -> None:
    """Make a metric known to budgets. Raises `ValueError` when there is one of its name."""
    if metric.name in METRICS:
        raise ValueError(f"there is already a budget metric {metric.name!r}")
    METRICS[metric.name] = metric


def markdown_table() -> str:
    """The metrics as the table of `docs/budgets.md`."""
    lines = ["| metric | is | aggregates |", "|---|---|---|"]
    for metric in METRICS.values():
        aggregates = " ".join(f"`{word}`" for word in metric.aggregates)
        lines.append(f"| `{metric.name}` | {metric.doc} | {aggregates} |")
    return "\n".join(lines)


def _share(part: int | None, whole: int | None) -> Decimal | None:
    return Decimal(part or 0) / whole if whole else None


def _skipped_share(log: LogTotals) -> Decimal | None:
    return None if log.skipped is None else _share(log.skipped, log.skipped + log.records)


def _partial(_report: DriftReport, entry: PricedMeasures) -> Mapping[str, int]:
    """Records of a drift report that are counted in part under one reference."""
    return {PARTIAL: entry.basis.partial}


def _partial_on_either_side(report: DriftReport, entry: PricedMeasures) -> Mapping[str, int]:
    """The same for drift: what cannot be counted under one reference cannot be counted under the other."""
    return {PARTIAL: max(entry.basis.partial, report.references[0].basis.partial)}


def _undercharged(_report: object, entry: ReferenceCost) -> Mapping[str, int]:
    return entry.low


def _charged_input(entry: ReferenceCost) -> int | None:
    """The best-known input; not known where answers from a cache were charged as nothing."""
    return None if "not billed" in entry.usage else entry.input_tokens


def _partly_counted(_report: object, entry: ReferenceCost) -> Mapping[str, int]:
    return {PARTIAL: entry.low.get(PARTIAL, 0)}


def _not_exact(entry: PricedMeasures) -> int:
    return entry.basis_tokens.total - entry.basis_tokens.exact


def _largest_residual(report: ReconcileReport) -> int | None:
    ends = [end for group in report.groups for end in (group.residual_min, group.residual_max)]
    return max((abs(end) for end in ends if end is not None), default=None)


def _in_drift(
    values: Mapping[str, Callable[[PricedMeasures], Value]],
    undercounted: Callable[[DriftReport, PricedMeasures], Mapping[str, int]] | None = _partial,
    *,
    own: bool = True,
) -> dict[str, Saved]:
    return {"drift": Saved(values=values, undercounted=undercounted, own=own)}


def _in_cost(
    values: Mapping[str, Callable[[ReferenceCost], Value]],
    undercounted: Callable[[object, ReferenceCost], Mapping[str, int]] | None = None,
) -> dict[str, Saved]:
    return {"cost": Saved(values=values, undercounted=undercounted)}


def _in_reconcile(values: Mapping[str, Callable[[ReconcileReport], Value]]) -> dict[str, Saved]:
    return {"reconcile": Saved(values=values)}


BUILT_IN: Final = (
    Metric(
        name="input_tokens",
        doc="the request; billed under a record's own model where the log has usage, else content and framing as "
        "counted; under a target the count, and what was billed beyond the count under the own model",
        unit="tokens",
        aggregates=DISTRIBUTION,
        per_record=per_record.input_tokens,
        also_counts="own",
        saved=_in_cost({"total": _charged_input}, _partly_counted),
    ),
    Metric(
        name="output_tokens",
        doc="the response, over the records that have one; billed where the log has usage, since that includes "
        "reasoning, else counted",
        unit="tokens",
        aggregates=DISTRIBUTION,
        per_record=per_record.output_tokens,
        # Reports hold only the counted output; under a record's own model the billed one is wanted.
        saved=_in_drift({"total": lambda entry: entry.output_tokens}, None, own=False),
    ),
    Metric(
        name="content_tokens",
        doc="the text itself",
        unit="tokens",
        aggregates=DISTRIBUTION,
        per_record=per_record.counted("content_tokens"),
        saved=_in_drift({"total": lambda entry: entry.content_tokens}),
    ),
    Metric(
        name="framing_tokens",
        doc="what the API adds around the text",
        unit="tokens",
        aggregates=DISTRIBUTION,
        per_record=per_record.counted("framing_tokens"),
        saved=_in_drift({"total": lambda entry: entry.framing_tokens}),
    ),
    Metric(
        name="framing",
        doc="framing tokens as a share of the input tokens",
        unit="share",
        aggregates=("share", *ORDERED),
        ratios=("share",),
        per_record=per_record.framing,
        undercount_is_floor=False,
        saved=_in_drift({"share": lambda entry: _share(entry.framing_tokens, entry.input_tokens)}),
    ),
    Metric(
        name="cost",
        doc="USD, at the prices of the record's day under its own model, else at today's prices or those of `--as-of`",
        unit="usd",
        aggregates=("total", "per_record", "per_month", "mean", *ORDERED),
        per_record=per_record.cost,
        needs=frozenset({"cost"}),
        also_counts="baseline",
        saved=_in_cost(
            {"total": lambda entry: entry.cost_usd, "per_month": lambda entry: entry.monthly_usd},
            _undercharged,
        ),
    ),
    Metric(
        name="drift",
        doc="(target - baseline) / baseline of the input tokens; the baseline is `--from`, else each record's "
        "own model",
        unit="share",
        aggregates=DISTRIBUTION,
        ratios=("total",),
        per_record=per_record.drift,
        also_counts="baseline",
        requires_target=True,
        undercount_is_floor=False,
        saved=_in_drift(
            {
                "total": lambda entry: entry.drift,
                "p50": lambda entry: entry.drift_p50,
                "p95": lambda entry: entry.drift_p95,
                "max": lambda entry: entry.drift_max,
            },
            _partial_on_either_side,
        ),
    ),
    Metric(
        name="context",
        doc="`input_tokens` as a share of the model's input limit, of records that are one call",
        unit="share",
        aggregates=("mean", *ORDERED),
        per_record=per_record.context,
        also_counts="own",
        needs=frozenset({"window"}),
    ),
    Metric(
        name="breaking",
        doc="requests that the target does not take as they are: parameters, values, inputs or endpoints that it "
        "refuses, and more tokens than it takes; see [audit](audit.md#requests-that-break)",
        unit="records",
        aggregates=("total", "share"),
        ratios=("share",),
        per_record=per_record.breaking,
        needs=frozenset({"breaks"}),
        requires_target=True,
        saved={
            "audit": Saved(
                values={"total": lambda entry: entry.records, "share": lambda entry: entry.share},
                undercounted=lambda _, entry: {UNCLEAR: entry.unclear},
                own=False,
            )
        },
    ),
    Metric(
        name="residual",
        doc="counted against billed input tokens, over the records with usage: the share counted exactly, and the "
        "distance, in either direction, of the count from the bill",
        unit="tokens",
        aggregates=("exact", "mean", *ORDERED),
        ratios=("exact",),
        per_record=per_record.residual,
        also_counts="own",
        per_model=False,
        saved=_in_reconcile(
            {"exact": lambda report: _share(report.exact, report.compared), "max": _largest_residual}
        ),
    ),
    Metric(
        name="records",
        doc="records read",
        unit="records",
        aggregates=("total",),
        per_record=per_record.records,
        of_log={"total": lambda log: Decimal(log.records)},
        per_model=False,
        empty=Decimal(0),
    ),
    Metric(
        name="skipped",
        doc="items of the log that could not be read as a record; copies of calls were read",
        unit="records",
        aggregates=("total", "share"),
        ratios=("share",),
        of_log={
            "total": lambda log: None if log.skipped is None else Decimal(log.skipped),
            "share": _skipped_share,
        },
        per_model=False,
    ),
    Metric(
        name="uncounted",
        doc="records whose input tokens are neither counted nor billed",
        unit="records",
        aggregates=("total", "share"),
        ratios=("share",),
        per_record=per_record.uncounted,
    ),
    Metric(
        name="unpriced",
        doc="records without a price",
        unit="records",
        aggregates=("total", "share"),
        ratios=("share",),
        per_record=per_record.unpriced,
        needs=frozenset({"cost"}),
        also_counts="baseline",
        saved=_in_cost({"total": lambda entry: sum(item.records for item in entry.unpriced)}),
    ),
    Metric(
        name="estimated",
        doc="input tokens whose basis is not `exact`",
        unit="tokens",
        aggregates=("total", "share"),
        ratios=("share",),
        per_record=per_record.estimated,
        saved=_in_drift(
            {
                "total": _not_exact,
                "share": lambda entry: _share(_not_exact(entry), entry.basis_tokens.total),
            },
            None,
        ),
    ),
)

for _metric in BUILT_IN:
    register(_metric)
