"""What reports know of a model reference, and how they write money."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.models.references import AUTO, OWN
from tokcount.scanning.schema import QUANTITIES, Quantity, column

__all__ = ["QUANTITIES", "USD", "NamedReference", "Quantity", "column", "decimal_text", "models_of"]

USD: Final = pl.Decimal(38, 13)
"""Money in rows: every charge is a whole number of 10^-13 US dollars, so no digit is lost."""
_MODEL_COLUMNS: Final = {OWN: "model", AUTO: "replacement"}


def models_of(frame: pl.DataFrame, label: str) -> pl.Series:
    """The model of each record under a reference: its own, its recommended replacement, or the one that was named."""
    if label in _MODEL_COLUMNS:
        return frame[_MODEL_COLUMNS[label]].alias("model")
    return pl.Series("model", [label], pl.String).new_from_index(0, frame.height)


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
