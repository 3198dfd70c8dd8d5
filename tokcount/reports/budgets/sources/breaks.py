"""Which requests a target does not take as they are, record by record, for the metric `breaking`."""

from __future__ import annotations

from typing import Final

import polars as pl

from tokcount.models.references import is_encoding
from tokcount.reports.audit.finding import PLACE, Case, short
from tokcount.reports.audit.findings import breaks
from tokcount.reports.columns import column
from tokcount.scanning.features.verdicts import verdicts_in

NOT_COMPARED: Final = "the parameters of the request, or what the target takes, are not known"
UNCLEAR: Final = "with parameters of which it is not known whether the target takes them"


def with_breaks(case: Case, label: str) -> pl.DataFrame:
    """The frame of a case with `LABEL:breaks`, why a request breaks, and `LABEL:unclear`, why that may be incomplete.

    Both are null where there is nothing to say.
    """
    named = [
        finding.rows.select(*PLACE, pl.lit(short(finding.id, finding.parameter)).alias("why"))
        for finding in breaks(case)
    ]
    unclear = _unclear(case, label).alias(column(label, "unclear"))
    frame = case.frame.with_columns(unclear)
    if not named:
        return frame.with_columns(pl.lit(None, pl.String).alias(column(label, "breaks")))
    whys = pl.concat(named).group_by(PLACE, maintain_order=True).agg(pl.col("why").str.join("; "))
    return frame.join(whys.rename({"why": column(label, "breaks")}), PLACE, "left", maintain_order="left")


def _unclear(case: Case, label: str) -> pl.Series:
    texts = case.frame["verdicts"]
    if is_encoding(label, case.catalog):
        return pl.Series([NOT_COMPARED]).new_from_index(0, len(texts))
    known = texts.unique()
    return texts.replace_strict(known, [_why(text, label) for text in known], return_dtype=pl.String)


def _why(text: str | None, label: str) -> str | None:
    """Why it is not known of a request with these verdicts whether it breaks."""
    if text is None:
        return NOT_COMPARED
    unknown = [one for one in verdicts_in(text) if one.reference == label and one.status == "unknown"]
    if not unknown:
        return None
    return UNCLEAR if all(one.parameter for one in unknown) else NOT_COMPARED
