"""What each metric takes from a record: polars expressions over the frame of a scan.

`tokcount.reports.budgets.metrics` has the rows that use them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from tokcount.framing.layout import BASIS_ORDER
from tokcount.logs.record import FLAGS
from tokcount.models.references import OWN
from tokcount.reports.audit.finding import NOT_COMPARED
from tokcount.reports.budgets.metric import NULL, PerRecord, Ratio
from tokcount.reports.columns import best_known, column, is_floor, tokens
from tokcount.reports.cost.charging.usage import PARTIAL
from tokcount.reports.reconcile.residuals import NOT_COUNTED

NO_BASELINE: Final = "not countable under the baseline or the target"
UNREAD_ANSWER: Final = "unread_answer"
CARRIED: Final = "with billed tokens that could not be counted"
NO_WINDOW: Final = "window not known"
SEVERAL_CALLS: Final = "usage of several calls, which says nothing about the size of one"


def _partly_counted(*labels: str) -> pl.Expr:
    """Why a count is too low: something in the record cannot be counted."""
    return pl.when(pl.any_horizontal(map(_is_partial, labels))).then(pl.lit(PARTIAL))


def _is_partial(label: str) -> pl.Expr:
    is_counted = pl.col(column(label, "input_tokens")).is_not_null()
    return is_counted & (pl.col(column(label, "basis")).cast(pl.String) == BASIS_ORDER[-1])


def _input_too_low(label: str) -> pl.Expr:
    """Why the best-known input is too low: it is counted, only in part, and the log does not say what was billed."""
    return pl.when(is_floor(label)).then(pl.lit(PARTIAL))


def _carried(label: str) -> pl.Expr:
    """Why a value under a target is uncertain: it includes what was billed beyond the count under the own model."""
    if label == OWN:
        return NULL
    return pl.when(tokens(label, "hidden_tokens") > 0).then(pl.lit(CARRIED))


def _why_uncounted() -> pl.Expr:
    return pl.col("reason").fill_null(NOT_COUNTED)


def input_tokens(label: str, _baseline: str) -> PerRecord:
    """The best-known input."""
    value = best_known(label)
    return PerRecord(
        value=value,
        missing=value.is_null(),
        missing_reason=_why_uncounted(),
        undercounted=_input_too_low(label),
        estimated=_carried(label),
    )


def counted(quantity: str) -> Callable[[str, str], PerRecord]:
    """Expressions of a part of the input, such as `content_tokens`."""

    def of_quantity(label: str, _baseline: str) -> PerRecord:
        value = tokens(label, quantity)
        return PerRecord(
            value=value,
            missing=value.is_null(),
            missing_reason=_why_uncounted(),
            undercounted=_partly_counted(label),
        )

    return of_quantity


def output_tokens(label: str, _baseline: str) -> PerRecord:
    """Billed under a record's own model, since that includes reasoning; counted where there is no usage.

    A record without an answer has none to add up; an answer that was not read is a missing value.
    """
    counted = tokens(label, "output_tokens")
    value = pl.coalesce("billed_output_tokens", counted) if label == OWN else counted
    is_unread = pl.col("flags").cast(pl.String).fill_null("").str.contains(UNREAD_ANSWER, literal=True)
    return PerRecord(
        value=value, missing=value.is_null() & is_unread, missing_reason=pl.lit(FLAGS[UNREAD_ANSWER])
    )


def framing(label: str, _baseline: str) -> PerRecord:
    """Framing tokens of input tokens."""
    part, whole = tokens(label, "framing_tokens"), tokens(label, "input_tokens")
    return PerRecord(
        value=pl.when(whole > 0).then(part / whole),
        missing=whole.is_null(),
        missing_reason=_why_uncounted(),
        undercounted=_partly_counted(label),
        ratio=Ratio(numerator=part, denominator=whole),
    )


def cost(label: str, _baseline: str) -> PerRecord:
    """The charge, in units of `tokcount.reports.cost.charging.amounts.UNIT`."""
    charge, low = pl.col(column(label, "cost")), pl.col(column(label, "low"))
    return PerRecord(
        value=charge,
        missing=charge.is_null(),
        missing_reason=pl.col(column(label, "unpriced")),
        undercounted=pl.when(low.is_not_null() & is_floor(label)).then(pl.lit(PARTIAL)).otherwise(low),
        estimated=_carried(label),
    )


def drift(label: str, baseline: str) -> PerRecord:
    """(target - baseline) / baseline of the input tokens."""
    before, after = tokens(baseline, "input_tokens"), tokens(label, "input_tokens")
    both = before.is_not_null() & after.is_not_null()
    added = after - before
    return PerRecord(
        value=pl.when(before > 0).then(added / before),
        missing=~both,
        missing_reason=pl.col("reason").fill_null(NO_BASELINE),
        undercounted=_partly_counted(baseline, label),
        ratio=Ratio(numerator=added, denominator=pl.when(both).then(before)),
    )


def context(label: str, _baseline: str) -> PerRecord:
    """The best-known input as a share of the input limit, of rows that hold one call."""
    one_call = pl.col("requests") <= 1
    value = pl.when(one_call).then(best_known(label) / pl.col(column(label, "window")))
    reason = (
        pl.when(~one_call)
        .then(pl.lit(SEVERAL_CALLS))
        .when(best_known(label).is_null())
        .then(_why_uncounted())
        .otherwise(pl.lit(NO_WINDOW))
    )
    return PerRecord(
        value=value,
        missing=value.is_null(),
        missing_reason=reason,
        undercounted=_input_too_low(label),
        estimated=_carried(label),
    )


def residual(_label: str, _baseline: str) -> PerRecord:
    """Distance of counted from billed input tokens, of rows that hold one call."""
    one_call = pl.col("requests") <= 1
    counted = tokens(OWN, "content_tokens") + tokens(OWN, "framing_tokens")
    distance = pl.when(one_call).then(counted - pl.col("billed_input_tokens"))
    exact = (distance == 0).cast(pl.Int64)
    compared = pl.when(distance.is_not_null()).then(1)
    return PerRecord(value=distance.abs(), ratio=Ratio(numerator=exact, denominator=compared, shown=distance))


def records(_label: str, _baseline: str) -> PerRecord:
    """One per record."""
    return PerRecord(value=pl.col("source").is_not_null().cast(pl.Int64))


def uncounted(label: str, _baseline: str) -> PerRecord:
    """Records whose input is neither counted nor billed."""
    return _lacking(best_known(label, has_own=False).is_null(), _why_uncounted())


def unpriced(label: str, _baseline: str) -> PerRecord:
    """Records without a cost."""
    return _lacking(pl.col(column(label, "cost")).is_null(), pl.col(column(label, "unpriced")))


def _lacking(missing: pl.Expr, reason: pl.Expr) -> PerRecord:
    lacks = missing.cast(pl.Int64)
    return PerRecord(
        value=lacks, note=reason, ratio=Ratio(numerator=lacks, shown=lacks, shown_unit="records")
    )


def breaking(label: str, _baseline: str) -> PerRecord:
    """Requests that the target does not take as they are."""
    why, unclear = pl.col(column(label, "breaks")), pl.col(column(label, "unclear"))
    value = why.is_not_null().cast(pl.Int64)
    is_open = why.is_null() & unclear.is_not_null()
    return PerRecord(
        value=value,
        missing=is_open & (unclear == NOT_COMPARED),
        missing_reason=unclear,
        undercounted=pl.when(is_open).then(unclear),
        note=why,
        ratio=Ratio(numerator=value, shown=value, shown_unit="records"),
    )


def estimated(label: str, _baseline: str) -> PerRecord:
    """Input tokens whose basis is not exact."""
    counted = tokens(label, "input_tokens")
    estimated = pl.when(pl.col(column(label, "basis")) == "exact").then(pl.lit(0)).otherwise(counted)
    return PerRecord(
        value=estimated,
        missing=counted.is_null(),
        missing_reason=_why_uncounted(),
        note=pl.col("reason"),
        ratio=Ratio(numerator=estimated, denominator=counted),
    )
