"""What an analysis knows of a model reference: its name in the columns, and what it stands for."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

import msgspec

from tokcount.scanning.schema import QUANTITIES, Quantity, column

__all__ = ["QUANTITIES", "NamedReference", "Quantity", "Reference", "column", "decimal_text"]


def decimal_text(amount: Decimal) -> str:
    """The exact amount without exponent or trailing zeros, as reports carry it.

    >>> decimal_text(Decimal("1.3900")), decimal_text(Decimal("1E-6")), decimal_text(Decimal("0.00"))
    ('1.39', '0.000001', '0')
    """
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Reference(Protocol):
    """A baseline or a target; its counts stand in the columns ``LABEL:content_tokens`` and so on."""

    @property
    def label(self) -> str:
        """The prefix of its columns and its name in reports."""
        ...

    @property
    def encoding(self) -> str | None:
        """The tiktoken encoding; ``None`` when it differs from record to record."""
        ...

    @property
    def family(self) -> str | None:
        """The framing family; ``None`` when it differs from record to record, or for a bare encoding."""
        ...


class NamedReference(msgspec.Struct, frozen=True):
    """The plainest `Reference`."""

    label: str
    encoding: str | None = None
    family: str | None = None
