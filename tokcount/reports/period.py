"""From a log to a month: the factor that totals are multiplied by, and what it is derived from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

DAYS_A_MONTH: Final = Decimal("30.4375")
"""365.25 / 12."""


class MonthlyProjection(msgspec.Struct, frozen=True):
    """``factor``: months per log; ``None`` when the log gives nothing to project from, and ``basis`` is why."""

    factor: Decimal | None
    basis: str


def monthly_projection(frame: pl.DataFrame, records_per_month: int | None = None) -> MonthlyProjection:
    """By a given monthly number of records, else by the days from the first to the last timestamp, both included."""
    if records_per_month is not None:
        if not frame.height:
            return MonthlyProjection(None, "no records")
        factor = Decimal(records_per_month) / frame.height
        return MonthlyProjection(factor, f"{records_per_month:,} records a month")
    days = frame["timestamp"].dt.date().drop_nulls()
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return MonthlyProjection(None, "no timestamps; give --records-per-month")
    span = (last - first).days + 1
    return MonthlyProjection(DAYS_A_MONTH / span, f"{span:,} days, {first} to {last}")
