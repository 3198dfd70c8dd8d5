"""What reports know of a model reference, and how they write money."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from tokcount.scanning.schema import QUANTITIES, Quantity, column

__all__ = ["QUANTITIES", "NamedReference", "Quantity", "column", "decimal_text"]


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
