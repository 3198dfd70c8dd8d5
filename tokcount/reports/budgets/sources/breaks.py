"""Which requests a target does not take as they are, record by record, for the metric `breaking`."""

from __future__ import annotations

import polars as pl

from tokcount.reports.audit.finding import PLACE, Case, open_questions, short
from tokcount.reports.audit.findings import breaks
from tokcount.reports.columns import column


def with_breaks(case: Case, label: str) -> pl.DataFrame:
    """The frame of a case with `LABEL:breaks`, why a request breaks, and `LABEL:unclear`, why that may be incomplete.

    Both are null where there is nothing to say.
    """
    named = [
        finding.rows.select(*PLACE, pl.lit(short(finding.id, finding.parameter)).alias("why"))
        for finding in breaks(case)
    ]
    frame = case.frame.with_columns(open_questions(label, case).alias(column(label, "unclear")))
    if not named:
        return frame.with_columns(pl.lit(None, pl.String).alias(column(label, "breaks")))
    whys = pl.concat(named).group_by(PLACE, maintain_order=True).agg(pl.col("why").str.join("; "))
    return frame.join(whys.rename({"why": column(label, "breaks")}), PLACE, "left", maintain_order="left")
