"""Counted against billed, record by record: which records can be compared, and by how much they miss.

The residual is counted - billed. Billed input includes what came from the prompt cache; billed output includes
reasoning tokens, which no log shows as text, so the counted output is the visible one plus the reasoning tokens as
they were logged.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from tokcount.framing.layout import PARTIAL
from tokcount.models.references import OWN
from tokcount.reports.columns import column
from tokcount.reports.reconcile.billing_anomalies import FACTS, billing_anomaly
from tokcount.scanning.schema import TIME_FORMATS

NO_USAGE: Final = "no billed usage in the log"
SEVERAL_CALLS: Final = "usage of several calls in one row"
NOT_COUNTED: Final = "not countable"
GROUP_COLUMNS: Final = ("model", "shape", "endpoint")

PER_RECORD_COLUMNS: Final = (
    *("source", "line", "index", "model", "endpoint", "shape", "basis"),
    *("counted_input_tokens", "billed_input_tokens", "residual_input_tokens"),
    *("counted_output_tokens", "billed_output_tokens", "residual_output_tokens"),
    "note",
)


def with_residuals(frame: pl.DataFrame, label: str = OWN) -> pl.DataFrame:
    """The frame of a scan with the columns ``endpoint, month, counted_input_tokens, residual_input_tokens`` and the
    same of the output. Null residual: not comparable; ``why_not`` says why for the input. ``note`` names a billing
    anomaly: see `billing_anomaly`.

    Needs ``LABEL:content_tokens, LABEL:framing_tokens, LABEL:output_tokens, LABEL:basis, shape, kind, timestamp`` and
    the ``billed_`` columns.
    There are notes only with the columns `FACTS`.
    """
    one_call = pl.col("requests") == 1 if "requests" in frame.columns else pl.lit(value=True)
    comparable = frame.with_columns(
        pl.col("kind").alias("endpoint"),
        pl.col("timestamp").dt.strftime(TIME_FORMATS["month"]).alias("month"),
        pl.col(column(label, "basis")).fill_null(PARTIAL).alias("basis"),
        _counted_input(label).alias("counted_input_tokens"),
        _output(label).alias("counted_output_tokens"),
    ).with_columns(
        pl.when(one_call).then(_difference("input")).alias("residual_input_tokens"),
        pl.when(one_call).then(_difference("output")).alias("residual_output_tokens"),
    )
    return comparable.with_columns(
        _why_not(one_call).alias("why_not"), _note(comparable, one_call, label).alias("note")
    )


def per_record(frame: pl.DataFrame, label: str = OWN) -> pl.DataFrame:
    """One row for each record that can be compared on either side, in the order of the log."""
    rows = with_residuals(frame, label)
    known = pl.any_horizontal(pl.col(f"residual_{side}_tokens").is_not_null() for side in ("input", "output"))
    return rows.filter(known).select(PER_RECORD_COLUMNS)


def _counted_input(label: str) -> pl.Expr:
    """Content and framing: hidden tokens come from the bill, so they say nothing about the count."""
    content, framing = (pl.col(column(label, name)) for name in ("content_tokens", "framing_tokens"))
    return content.cast(pl.Int64) + framing


def _output(label: str) -> pl.Expr:
    reasoning = pl.col("billed_reasoning_tokens").fill_null(0)
    return pl.col(column(label, "output_tokens")).cast(pl.Int64) + reasoning


def _difference(side: str) -> pl.Expr:
    return pl.col(f"counted_{side}_tokens") - pl.col(f"billed_{side}_tokens")


def _note(frame: pl.DataFrame, one_call: pl.Expr, label: str) -> pl.Expr:
    """The billing anomaly of a call that was counted as a whole and answered."""
    if not set(FACTS) <= set(frame.columns):
        return pl.lit(None, pl.String)
    answered = pl.col(column(label, "output_tokens")).is_not_null()
    whole = (pl.col("kind") == "responses") & one_call & (pl.col("basis") != PARTIAL) & answered
    return pl.when(whole).then(billing_anomaly())


def _why_not(one_call: pl.Expr) -> pl.Expr:
    return (
        pl.when(pl.col("residual_input_tokens").is_not_null())
        .then(pl.lit(None, pl.String))
        .when(pl.col("billed_input_tokens").is_null())
        .then(pl.lit(NO_USAGE))
        .when(~one_call)
        .then(pl.lit(SEVERAL_CALLS))
        .otherwise(pl.col("reason").fill_null(NOT_COUNTED))
    )
