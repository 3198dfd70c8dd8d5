"""From a log to a month: which records a projection is made from, and the factor that their totals are multiplied by.

It is made from the whole calendar months of the log, those between its first and its last day that have records; from
all its days when no month is whole. Months without records are left out: a pause is not cheap traffic.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec
import polars as pl

from tokcount.scanning.schema import TIME_FORMATS
from tokcount.scanning.selection import Selection

DAYS_A_MONTH: Final = Decimal("30.4375")
"""365.25 / 12."""
NO_TIMESTAMPS: Final = "no timestamps; give --records-per-month"
NO_RECORDS: Final = "no records"
MONTH: Final = TIME_FORMATS["month"]


class MonthlyProjection(msgspec.Struct, frozen=True, kw_only=True):
    """How totals over some records are projected to a month.

    `factor`: what they are multiplied by; `None` when the log gives nothing to project from, and `basis` is why.
    """

    factor: Decimal | None
    basis: str
    first: date | None = None
    last: date | None = None
    days: int | None = None
    """Days between `first` and `last`, both included, without those of months that have no records."""
    months: tuple[str, ...] = ()
    """The whole months that the projection is made from; empty when it is made from all days."""
    is_dated: bool = False

    def records(self) -> pl.Expr:
        """Whether a record of the log belongs to the projection."""
        if self.months:
            return pl.col("timestamp").dt.strftime(MONTH).is_in(self.months).fill_null(value=False)
        return pl.col("timestamp").is_not_null() if self.is_dated else pl.lit(value=True)


Span = tuple[date | None, date | None]
"""The first and the last day that a selection asks for; `None`: it is open to that side."""
ALL_TIME: Final[Span] = (None, None)


def monthly_projection(
    frame: pl.DataFrame, records_per_month: int | None = None, span: Span = ALL_TIME
) -> MonthlyProjection:
    """By a given monthly number of records, else by the whole months of the log, else by its days.

    A log begins and ends on its first and last record; with a `span`, on the day that the span begins or ends, where
    that lies in the same month.
    """
    if records_per_month is not None:
        if not frame.height:
            return MonthlyProjection(factor=None, basis=NO_RECORDS)
        factor = Decimal(records_per_month) / frame.height
        return MonthlyProjection(factor=factor, basis=f"{records_per_month:,} records a month")
    days = frame["timestamp"].dt.date().drop_nulls()
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return MonthlyProjection(factor=None, basis=NO_TIMESTAMPS)
    first = min(first, _in_month_of(first, span[0]))
    last = max(last, _in_month_of(last, span[1]))
    by_month = days.dt.strftime(MONTH).value_counts(name="records")
    return _by_days(first, last, dict(by_month.iter_rows()), frame.height - len(days))


def _by_days(first: date, last: date, by_month: Mapping[str, int], undated: int) -> MonthlyProjection:
    """The projection of a log from its first to its last day; `by_month`: dated records by month."""
    whole = [month for month in _months(first, last) if month >= first and _end(month) <= last]
    named = tuple(name for month in whole if (name := month.strftime(MONTH)) in by_month)
    if named:
        kept = [month for month in whole if month.strftime(MONTH) in named]
        first, last = kept[0], _end(kept[-1])
    empty = [month for month in _months(first, last) if month.strftime(MONTH) not in by_month]
    days = (last - first).days + 1 - sum((_end(month) - month).days + 1 for month in empty)
    length = _plural(len(named), "whole month") if named else _plural(days, "day")
    made_from = sum(by_month[month] for month in named or by_month)
    return MonthlyProjection(
        factor=1 / Decimal(len(named)) if named else DAYS_A_MONTH / days,
        basis=f"{length}, {first} to {last}{_without(empty)}{_of(made_from, sum(by_month.values()), undated)}",
        first=first,
        last=last,
        days=days,
        months=named,
        is_dated=True,
    )


def _plural(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def span_of(selection: Selection | None, today: date) -> Span:
    """The days that a selection asks for, none of them in the future."""
    first, last = selection.days if selection else ALL_TIME
    return first, last and min(last, today)


def _in_month_of(found: date, asked: date | None) -> date:
    """The day that was asked for, if it lies in the same month; else the one found."""
    return asked if asked is not None and asked.strftime(MONTH) == found.strftime(MONTH) else found


def _without(empty: list[date]) -> str:
    """The months that a projection leaves out because they have no records."""
    if not empty:
        return ""
    months = empty[0].strftime(MONTH) if len(empty) == 1 else f"{len(empty):,} months"
    return f" without {months} ({'has' if len(empty) == 1 else 'have'} no records)"


def _of(made_from: int, dated: int, undated: int) -> str:
    """How many of the records a projection is made from, where not all; and how many of the others have no time."""
    if made_from == dated + undated:
        return ""
    without = f", {undated:,} without a timestamp" if undated else ""
    return f"; {made_from:,} of {dated + undated:,} records{without}"


def _months(first: date, last: date) -> list[date]:
    """The first days of all months from that of `first` to that of `last`."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in months]


def _end(month: date) -> date:
    """The last day of a month that is given by its first."""
    return month.replace(day=monthrange(month.year, month.month)[1])
