"""What a report needs to know of a plan, and the rows of `--per-record`, for every interface."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tokcount.models.references import AUTO, OWN
from tokcount.reports.columns import USD, NamedReference, column
from tokcount.reports.measures import with_drift
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.schema import REPORTED_COLUMNS, ROW_MEASURES

if TYPE_CHECKING:
    from tokcount.reports.cost.charges import CostOptions
    from tokcount.reports.cost.charging.answers import Answers
    from tokcount.reports.cost.charging.logged import CostFrom


def per_record(
    frame: pl.DataFrame, references: Sequence[NamedReference], baseline: NamedReference
) -> pl.DataFrame:
    """One row per record, in the order of the log.

    `source, line, index, format, kind, model, timestamp, basis, flags`; for each reference R `R:content_tokens,
    R:framing_tokens, R:hidden_tokens, R:input_tokens, R:output_tokens, R:drift, R:cost_usd, R:estimated_low,
    R:estimated_high`; then `reason`. Null is "not known": a record that R cannot count, the drift of the baseline, a
    cost without a price. The estimates are for records that are partial and not billed, where recorded calls give a
    range.
    """
    prepared = with_drift(frame, references, baseline)
    unpriced = [
        column(r.label, "cost_usd") for r in references if column(r.label, "cost_usd") not in frame.columns
    ]
    prepared = prepared.with_columns(pl.lit(None, USD).alias(name) for name in unpriced)
    counts = [column(r.label, name) for r in references for name in ROW_MEASURES]
    return prepared.select(*REPORTED_COLUMNS, *counts, "reason")


def references_of(plan: ScanPlan) -> list[NamedReference]:
    """What the analysis needs to know of the references, the baseline first."""
    named = [
        NamedReference(reference.label, reference.encoding, reference.family if reference.model else None)
        for reference in plan.references
    ]
    own = [NamedReference(OWN)] if plan.own else []
    return [*own, *named, *([NamedReference(AUTO)] if plan.auto else [])]


def has_prices(plan: ScanPlan) -> bool:
    """Is there a reference that can be charged? An encoding cannot."""
    return plan.own or plan.auto is not None or any(reference.model for reference in plan.references)


def money_of(
    plan: ScanPlan,
    today: date,
    as_of: date | None = None,
    answers: Answers | None = None,
    cost_from: CostFrom = "auto",
) -> CostOptions | None:
    """At which prices to charge the references; nothing when all of them are encodings."""
    from tokcount.reports.cost.charges import CostOptions
    from tokcount.reports.cost.charging.answers import AS_LOGGED

    if not has_prices(plan):
        return None
    return CostOptions(
        baseline=plan.baseline,
        targets=plan.labels[1:],
        today=today,
        as_of=as_of,
        assume_model=plan.assume_model,
        answers=answers or AS_LOGGED,
        cost_from=cost_from,
    )


def record_rows(
    frame: pl.DataFrame, plan: ScanPlan, money: CostOptions | None, extra: Sequence[str] = ()
) -> pl.DataFrame:
    """The rows of `tokcount.reports.per_record.per_record`, with costs where `money` is given.

    `extra` are further columns of the frame, or `R:low` of `tokcount.reports.cost.charges.Charges.with_costs`.
    """
    from tokcount.reports.cost.charges import charge

    references = references_of(plan)
    charged = frame if money is None else charge(frame, money, plan.catalog).with_costs()
    rows = per_record(charged, references, references[0])
    return rows.hstack(charged.select(extra)) if extra else rows
