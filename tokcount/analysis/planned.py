"""What an analysis has to know of a plan, and the rows of a record each that every interface gives out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from tokcount.analysis.references import NamedReference, Reference
from tokcount.scanning.plan import OWN, ScanPlan

if TYPE_CHECKING:
    import polars as pl

    from tokcount.analysis.cost import CostOptions


def references_of(plan: ScanPlan) -> list[Reference]:
    """What the analysis needs to know of the references, the baseline first."""
    named = [
        NamedReference(reference.label, reference.encoding, reference.family if reference.model else None)
        for reference in plan.references
    ]
    return [NamedReference(OWN), *named] if plan.own else list(named)


def has_prices(plan: ScanPlan) -> bool:
    """Is there a reference that can be charged? An encoding cannot."""
    return plan.own or any(reference.model for reference in plan.references)


def money_of(plan: ScanPlan, today: date, as_of: date | None = None) -> CostOptions | None:
    """At which prices to charge the references; nothing when all of them are encodings."""
    from tokcount.analysis.cost import CostOptions

    if not has_prices(plan):
        return None
    return CostOptions(
        baseline=plan.baseline,
        targets=plan.labels[1:],
        today=today,
        as_of=as_of,
        assume_model=plan.assume_model,
    )


def record_rows(
    frame: pl.DataFrame, plan: ScanPlan, money: CostOptions | None, extra: Sequence[str] = ()
) -> pl.DataFrame:
    """The rows of `tokcount.analysis.per_record.per_record`, with costs where ``money`` is asked for.

    ``extra`` are further columns of the frame, or ``R:low`` of `tokcount.analysis.cost.with_costs`.
    """
    from tokcount.analysis.cost import with_costs
    from tokcount.analysis.per_record import per_record

    references = references_of(plan)
    charged = frame if money is None else with_costs(frame, money, plan.catalog)
    rows = per_record(charged, references, references[0])
    return rows.hstack(charged.select(extra)) if extra else rows
