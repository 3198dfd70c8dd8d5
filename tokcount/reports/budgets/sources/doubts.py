"""What is not known about the values of records that a budget is judged by."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.reports.budgets.metric import PerRecord
from tokcount.reports.budgets.verdict import reasons_text
from tokcount.reports.cost.charging.amounts import REASON_BETWEEN
from tokcount.reports.cost.charging.usage import NO_OUTPUT
from tokcount.reports.period import early_models, is_early
from tokcount.reports.period import undated as wrongly_dated

WITHOUT_TIME: Final = "records without a timestamp"
EXPECTED: Final = (NO_OUTPUT,)
"""Reasons for which a value is too low that are usual: most logs of requests, and all prompt files, have no answers."""


class Doubts(msgspec.Struct, frozen=True, kw_only=True):
    """`missing`: how many records have no value; `rests_on`: how many have one that is too low or uncertain, and why.

    `share`: the share of records with either, except those that are too low for a reason of `EXPECTED`. `is_floor`: the
    value is a lower bound.
    """

    missing: str = ""
    rests_on: str = ""
    is_floor: bool = False
    share: Decimal = Decimal(0)


def doubts_of(rows: pl.DataFrame, taken: PerRecord, *, undated: int, is_projected: bool) -> Doubts:
    """The doubts about the records that a budget selects.

    `undated` records could not be selected for lack of a timestamp; `is_projected`: those among `rows`, and
    those with a time that cannot be, are in no projection.
    """
    has_no_time = pl.lit(value=False)
    if is_projected:
        has_no_time = pl.col("timestamp").is_null() | is_early(early_models(rows))
    found = rows.select(
        taken.missing.alias("missing"),
        (taken.missing & pl.col("model").is_null()).alias("nameless"),
        taken.undercounted.alias("low"),
        taken.estimated.alias("estimated"),
        has_no_time.alias("undated"),
    )
    unexpected = pl.col("low").is_not_null() & ~pl.col("low").is_in(EXPECTED)
    unknown = pl.any_horizontal("missing", "undated", unexpected, pl.col("estimated").is_not_null())
    totals = found.select(pl.col("missing", "nameless").cast(pl.Int64).sum(), unknown=unknown.sum())
    missing, nameless, number = totals.row(0)
    total, low = rows.height, _reasons(found["low"].str.split(REASON_BETWEEN).explode())
    texts = [
        reasons_text(low, total),
        reasons_text(_reasons(found["estimated"]), total),
        wrongly_dated(rows) if is_projected else "",
        f"{WITHOUT_TIME} that may belong to the selection: {undated:,}" if undated else "",
    ]
    return Doubts(
        missing=_missing(missing, nameless, total) if missing else "",
        rests_on="; ".join(filter(None, texts)),
        is_floor=bool(low) and not any(texts[1:]),
        share=Decimal(number + undated) / (total + undated),
    )


def _missing(missing: int, nameless: int, total: int) -> str:
    """How many records have no value, with what to do about those that name no model."""
    sentence = f"{missing:,} of {total:,} records without a value"
    return (
        f"{sentence}, {nameless:,} of them without a model (--assume-model MODEL)" if nameless else sentence
    )


def _reasons(values: pl.Series) -> dict[str, int]:
    """Reason → records, in alphabetical order."""
    return dict(sorted(values.drop_nulls().value_counts().iter_rows()))
