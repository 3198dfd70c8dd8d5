"""Counted columns and skipped items of a batch → its rows, in the order of its input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import polars as pl

from tokcount.logs.record import Skipped
from tokcount.reports.cost.charges import CostOptions
from tokcount.reports.per_record import record_rows
from tokcount.scanning.columns import Columns
from tokcount.scanning.frame import joined, with_inputs
from tokcount.scanning.plan import ScanPlan

SKIPPED: Final = "skipped"
"""The `kind` of a row for something that is not a record."""
NOTHING: Final = "nothing: a blank line"
"""Why a row of the input gave neither a record nor a reason. The local command passes over such lines."""


NOT_SELECTED: Final = "not selected"
"""The reason, followed by `: ` and a `LeftOut`, of a record that the selection leaves out."""


class Other(NamedTuple):
    """Something that is not counted: the number of its row in the batch, its format, and why."""

    line: int
    format: str | None
    reason: str


def not_a_record(item: Skipped) -> Other:
    """A row for something that is not a record."""
    return Other(item.line, item.format, f"{item.reason}: {item.detail}" if item.detail else item.reason)


def rows_of(
    columns: Columns,
    others: Sequence[Other],
    size: int,
    plan: ScanPlan,
    money: CostOptions | None,
    extra: tuple[str, ...],
) -> pl.DataFrame:
    """The rows of `record_rows`, the `extra` columns, and a row of kind `SKIPPED` for each item of `others`.

    `line` is the number of the row in the batch of `size` rows; each of them is there at least once.
    """
    frame = with_inputs(joined([(columns, 0)]), plan.labels)
    frame = frame.with_columns(pl.col("identity").replace(0, None))
    rows = record_rows(frame, plan, money, extra)
    listed = pl.DataFrame(
        [(other.line, other.format, SKIPPED, other.reason) for other in others],
        schema={"line": pl.Int64, "format": pl.String, "kind": pl.String, "reason": pl.String},
        orient="row",
    )
    every = pl.int_range(size, dtype=pl.Int64, eager=True).alias("line")
    unlisted = every.filter(~every.is_in(pl.concat([rows["line"], listed["line"]]).implode())).to_frame()
    unlisted = unlisted.with_columns(kind=pl.lit(SKIPPED), reason=pl.lit(NOTHING))
    return pl.concat([rows, listed, unlisted], how="diagonal").sort("line", maintain_order=True)
