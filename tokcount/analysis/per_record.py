"""The rows that ``--per-record`` writes: the same columns in every format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from tokcount.analysis.measures import with_drift
from tokcount.analysis.references import QUANTITIES, Reference, column

PLACE_COLUMNS: Final = ("source", "line", "index", "format", "kind", "model", "timestamp", "basis", "flags")


def per_record(frame: pl.DataFrame, references: Sequence[Reference], baseline: Reference) -> pl.DataFrame:
    """One row a record, in the order of the log.

    ``source, line, index, format, kind, model, timestamp, basis, flags``; for each reference R ``R:content_tokens,
    R:framing_tokens, R:input_tokens, R:output_tokens, R:drift, R:cost_usd``; then ``reason``. Null is "not known":
    a record that R cannot count, the drift of the baseline, a cost without a price.
    """
    prepared = with_drift(frame, references, baseline)
    unpriced = [
        column(r.label, "cost_usd") for r in references if column(r.label, "cost_usd") not in frame.columns
    ]
    prepared = prepared.with_columns(pl.lit(None, pl.String).alias(name) for name in unpriced)
    counts = [column(r.label, name) for r in references for name in (*QUANTITIES, "drift", "cost_usd")]
    return prepared.select(*PLACE_COLUMNS, *counts, "reason")
