"""Money as machines read it: exact decimal text. How it looks to people is the output room's business."""

from __future__ import annotations

from decimal import Decimal


def decimal_text(amount: Decimal) -> str:
    """The exact amount without exponent or trailing zeros, as reports carry it.

    >>> decimal_text(Decimal("1.3900")), decimal_text(Decimal("1E-6")), decimal_text(Decimal("0.00"))
    ('1.39', '0.000001', '0')
    """
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
