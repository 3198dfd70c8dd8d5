"""Values of a prices file, each checked: what is wrong is said with the key it stands under."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

DECIMALS = 6
"""Digits after the point of a price per 1M tokens."""
HIGHEST = Decimal(1_000_000)


class KeyedError(ValueError):
    """What is wrong with a value, and under which key."""


def money(value: object, key: str) -> Decimal:
    """A price in USD per 1M tokens from a string or number: not negative, at most six decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise KeyedError(f"{key}: {value!r} is not a price in USD per 1M tokens")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise KeyedError(f"{key}: {value!r} is not a price in USD per 1M tokens") from None
    if not amount.is_finite() or amount < 0 or amount > HIGHEST:
        raise KeyedError(f"{key}: {value} is not between 0 and {HIGHEST}")
    if amount != round(amount, DECIMALS):
        raise KeyedError(f"{key}: {value} has more than {DECIMALS} decimals")
    return amount


def table(value: object, key: str) -> Mapping[str, Any]:
    """A table of keys and values."""
    if not isinstance(value, dict):
        raise KeyedError(f"{key}: a table was expected")
    return value


def check_keys(table: Mapping[str, Any], known: tuple[str, ...], key: str) -> None:
    """Refuse a key that is not known, with the closest that is."""
    for name in table:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; known: {', '.join(known)}"
            raise KeyedError(f"{key + '.' if key else ''}{name}: unknown key{hint}")


def text(value: object, key: str) -> str:
    """A text that is not empty, without surrounding blanks."""
    if not isinstance(value, str) or not value.strip():
        raise KeyedError(f"{key}: a text was expected, not {value!r}")
    return value.strip()


def one_of(value: object, known: tuple[str, ...], key: str) -> str:
    """One of a few known words."""
    if value not in known:
        raise KeyedError(f"{key}: {value!r} is none of {', '.join(known)}")
    return str(value)


def day(value: object, key: str) -> date:
    """A day, as a TOML date or an ISO date text."""
    if isinstance(value, datetime):
        raise KeyedError(f"{key}: {value} is not a day; write 2026-01-31")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise KeyedError(f"{key}: {value!r} is not a day; write 2026-01-31") from None


def size(value: object, key: str) -> int:
    """A positive number of tokens."""
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise KeyedError(f"{key}: {value!r} is not a number of tokens")
    return value
