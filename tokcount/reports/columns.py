"""What reports know of a model reference, its best-known tokens, and how they write money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

import msgspec
import polars as pl

from tokcount.framing.layout import PARTIAL
from tokcount.logs.record import NON_OPENAI
from tokcount.models.references import AUTO, OWN
from tokcount.scanning.schema import QUANTITIES, Quantity, column

__all__ = [
    "QUANTITIES",
    "USD",
    "NamedReference",
    "Quantity",
    "Side",
    "best_known",
    "billed",
    "column",
    "decimal_text",
    "foreign",
    "in_slices",
    "is_floor",
    "models_of",
    "tokens",
    "total",
    "with_found",
]

USD: Final = pl.Decimal(38, 16)
"""Money in rows: every charge is a whole number of 10^-16 US dollars, so no digit is lost."""
_MODEL_COLUMNS: Final = {OWN: "model", AUTO: "replacement"}


def models_of(frame: pl.DataFrame, label: str) -> pl.Series:
    """The model of each record under a reference: its own, its recommended replacement, or the one that was named."""
    if label in _MODEL_COLUMNS:
        return frame[_MODEL_COLUMNS[label]].alias("model")
    return pl.Series("model", [label], pl.String).new_from_index(0, frame.height)


def foreign() -> pl.Expr:
    """Whether another vendor's model answered, according to the log."""
    return pl.col("flags").fill_null("").str.contains(rf"(?:^|\|){NON_OPENAI}(?:\||$)")


Side = Literal["input", "output"]


@lru_cache(maxsize=4_096)
def tokens(label: str, quantity: str) -> pl.Expr:
    """A count under a reference."""
    return pl.col(column(label, quantity)).cast(pl.Int64)


def total(counts: pl.Expr) -> pl.Expr:
    """The sum of token counts, with room for more than 64 bits hold."""
    return counts.cast(pl.Int128).sum()


def billed(side: Side) -> pl.Expr:
    """The billed tokens, where the log has a credible number of them: more than none."""
    logged = pl.col(f"billed_{side}_tokens")
    return pl.when(logged > 0).then(logged)


def best_known(label: str, side: Side = "input", *, has_own: bool = True) -> pl.Expr:
    """The tokens that windows, budgets and costs use: as billed where that is known, else as counted.

    Under another reference than the record's own model, the count and what was billed beyond the count under the own
    model, so that both include the same hidden things; where nothing is counted, what was billed. `has_own`: the
    frame has the counts under the own model.
    """
    counted = tokens(label, f"{side}_tokens")
    if label == OWN:
        return pl.coalesce(billed(side), counted, f"billed_{side}_tokens")
    if not has_own:
        return pl.coalesce(counted, billed(side))
    beyond = billed(side) - tokens(OWN, f"{side}_tokens")
    moved = pl.max_horizontal(counted + beyond.fill_null(0), pl.lit(0))
    return pl.when(counted.is_not_null()).then(moved).otherwise(billed(side))


def is_floor(label: str) -> pl.Expr:
    """Whether the best-known input is a lower bound: something in the record cannot be counted, and it was not billed.

    Of a target it is one where the count is partial for another reason than that under the own model.
    """
    is_partial = pl.col(column(label, "basis")).cast(pl.String) == PARTIAL
    is_filled = tokens(label, "hidden_tokens") > 0
    return is_partial & ~(is_filled | billed("input").is_not_null() if label == OWN else is_filled)


SLICE: Final = 100_000
"""Rows of a long log that are worked on at once."""


def in_slices(frame: pl.DataFrame, transform: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """What `transform` makes of the rows, each by itself: what it needs in between takes the memory of one slice."""
    if frame.height <= SLICE:
        return transform(frame)
    return pl.concat([transform(part) for part in frame.iter_slices(SLICE)], rechunk=True)


def with_found(frame: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """The frame with other columns for the same rows, in place of those of the same name.

    Nothing is copied: `with_columns` would cut the columns of a long frame, and later steps join them again.
    """
    replaced = [name for name in found.columns if name in frame.columns]
    kept = frame.drop(replaced) if replaced else frame
    return kept.hstack(found.rechunk())


def decimal_text(amount: Decimal) -> str:
    """The exact amount without exponent or trailing zeros, as reports carry it.

    >>> decimal_text(Decimal("1.3900")), decimal_text(Decimal("1E-6")), decimal_text(Decimal("0.00"))
    ('1.39', '0.000001', '0')
    """
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class NamedReference(msgspec.Struct, frozen=True):
    """A baseline or a target in a report; its counts are in the columns `LABEL:content_tokens` and so on."""

    label: str
    """The prefix of its columns and its name in reports."""
    encoding: str | None = None
    """The tiktoken encoding; `None` when it differs from record to record."""
    family: str | None = None
    """The framing family; `None` when it differs from record to record, or for a bare encoding."""
