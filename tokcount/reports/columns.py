"""What an analysis knows of a model reference: its name in the columns, and what it stands for."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Protocol

import msgspec


def decimal_text(amount: Decimal) -> str:
    """The exact amount without exponent or trailing zeros, as reports carry it.

    >>> decimal_text(Decimal("1.3900")), decimal_text(Decimal("1E-6")), decimal_text(Decimal("0.00"))
    ('1.39', '0.000001', '0')
    """
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


Quantity = Literal["content_tokens", "framing_tokens", "input_tokens", "output_tokens"]
QUANTITIES: tuple[Quantity, ...] = ("content_tokens", "framing_tokens", "input_tokens", "output_tokens")


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


def column(label: str, quantity: str) -> str:
    """The name of a column of a reference, e.g. ``gpt-4o:input_tokens``."""
    return f"{label}:{quantity}"
