"""The conditions of budgets over the rows of a scan."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tokcount.reports.groups import DIMENSIONS
from tokcount.scanning.selection import Condition, glob

_FIELDS = {**DIMENSIONS, "format": pl.col("format")}
"""Field → its value; null: the record has none, and matches no pattern."""


def selection(conditions: Iterable[Condition]) -> pl.Expr:
    """Whether a record meets all conditions, as `tokcount.scanning.selection.Condition.meets`."""
    return pl.all_horizontal(pl.lit(value=True), *map(_meets, conditions))


def _meets(condition: Condition) -> pl.Expr:
    pattern, is_list = condition.pattern, condition.field == "tag"
    regex = f"(?:^|,){glob(pattern, '[^,]')}(?:,|$)" if is_list else f"^{glob(pattern)}$"
    found = _FIELDS[condition.field].str.contains(f"(?s){regex}").fill_null(value=False)
    return found if condition.is_equal else ~found
