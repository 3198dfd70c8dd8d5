"""Which records a budget is about: the conditions after ``where`` as a polars expression."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import polars as pl

from tokcount.reports.budgets.language import Condition, Field

FIELD_VALUES: Final[dict[Field, pl.Expr]] = {
    "model": pl.col("model"),
    "kind": pl.col("kind"),
    "tag": pl.col("tags"),
    "source": pl.col("source"),
    "format": pl.col("format"),
    "day": pl.col("timestamp").dt.strftime("%Y-%m-%d"),
}
"""Field → its value. Days are in UTC; ``tag`` matches when any tag of the record does."""


def selection(conditions: Iterable[Condition]) -> pl.Expr:
    """Whether a record meets all conditions; a missing field matches no pattern."""
    return pl.all_horizontal(pl.lit(value=True), *map(_meets, conditions))


def _meets(condition: Condition) -> pl.Expr:
    values = FIELD_VALUES[condition.field]
    matches = values.str.contains(_regex(condition.pattern, is_list=condition.field == "tag"))
    found = matches.fill_null(value=False)
    return found if condition.is_equal else ~found


def _regex(pattern: str, *, is_list: bool) -> str:
    """A glob as a regular expression; for a list, one that matches any of its comma-separated items."""
    any_character, start, end = ("[^,]", "(?:^|,)", "(?:,|$)") if is_list else (".", "^", "$")
    wildcards = {"*": f"{any_character}*", "?": any_character}
    return f"(?s){start}{''.join(wildcards.get(character) or re.escape(character) for character in pattern)}{end}"
