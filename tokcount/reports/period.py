"""From a log to a month: which records a projection is made from, and the factor that their totals are multiplied by.

It is made from the whole calendar months of the log, those between its first and its last day that have records; from
all its days when no month is whole. Months without records are left out: a pause is not cheap traffic. Records dated
before their model existed are left out, and so are a few that are far from all others: one wrong clock would make a day
a year.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec
import polars as pl
from msgspec import structs

from tokcount.models import lifecycle
from tokcount.scanning.schema import TIME_FORMATS
from tokcount.scanning.selection import Selection

DAYS_A_MONTH: Final = Decimal("30.4375")
"""365.25 / 12."""
NO_TIMESTAMPS: Final = "no timestamps; give --records-per-month"
NO_RECORDS: Final = "no records"
MONTH: Final = TIME_FORMATS["month"]
DECIMALS: Final = 12
"""A projection is rounded; everything else is exact."""
ENOUGH_DAYS: Final = 7
"""A week has all its days in it; of fewer days, a month may be very different."""
FEW: Final = 20
"""How many times as many records as a few that are far away."""
ANNOUNCED_BEFORE: Final = timedelta(days=7)
"""How long before its first price a model may have been called: prices are dated by announcements."""
WITHOUT_TIME: Final = "without a timestamp"
TOO_EARLY: Final = "dated before the model existed"
FAR_AWAY: Final = "far from all others"

EarlyModels = tuple[tuple[str, date], ...]
"""Models as logged, each with the first day that a record of it can be from."""


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
    early: EarlyModels = ()
    """Models with records from before they existed, which are left out."""
    far: tuple[str, ...] = ()
    """Months of the few records that are left out because they are far from all others."""
    warning: str = ""
    """Why the projection rests on little; empty: it does not."""
    doubt: str = ""
    """How many records are not in it because their time is not known or wrong; empty: none."""

    @property
    def text(self) -> str:
        """What the projection is made from, and why that is little."""
        return f"{self.basis}; {self.warning}" if self.warning else self.basis

    def records(self) -> pl.Expr:
        """Whether a record of the log belongs to the projection."""
        if not self.is_dated:
            return pl.lit(value=True)
        month = pl.col("timestamp").dt.strftime(MONTH)
        kept = month.is_in(self.months) if self.months else ~month.is_in(self.far)
        return kept.fill_null(value=False) & ~is_early(self.early)

    def monthly(self, total: Decimal) -> Decimal | None:
        """The monthly amount for the total of these records; `None`: the log gives nothing to project from."""
        return None if self.factor is None else round(total * self.factor, DECIMALS)


Span = tuple[date | None, date | None]
"""The first and the last day that a selection asks for; `None`: it is open to that side."""
ALL_TIME: Final[Span] = (None, None)


def monthly_projection(
    frame: pl.DataFrame, records_per_month: int | None = None, span: Span = ALL_TIME
) -> MonthlyProjection:
    """By a given monthly number of records, else by the whole months of the log, else by its days.

    A log begins and ends on its first and last record; with a `span`, on the day that the span begins or ends, where
    that lies in the same month. Records whose clock must be wrong are left out, and so are a few far from all others.
    """
    if records_per_month is not None:
        if not frame.height:
            return MonthlyProjection(factor=None, basis=NO_RECORDS)
        factor = Decimal(records_per_month) / frame.height
        return MonthlyProjection(factor=factor, basis=f"{records_per_month:,} records a month")
    early = early_models(frame)
    dated = frame.filter(pl.col("timestamp").is_not_null() & ~is_early(early))
    by_month = _by_month(dated)
    far = _far(by_month)
    days = dated["timestamp"].dt.date().filter(~dated["timestamp"].dt.strftime(MONTH).is_in(far))
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return MonthlyProjection(factor=None, basis=NO_TIMESTAMPS)
    first = min(first, _in_month_of(first, span[0]))
    last = max(last, _in_month_of(last, span[1]))
    kept = {month: records for month, records in by_month.items() if month not in far}
    found = _by_days(first, last, kept)
    made_from = sum(kept[month] for month in found.months or kept)
    others = {
        WITHOUT_TIME: frame["timestamp"].null_count(),
        TOO_EARLY: frame["timestamp"].count() - dated.height,
        FAR_AWAY: dated.height - sum(kept.values()),
    }
    return structs.replace(
        found,
        basis=found.basis + _of(made_from, frame.height, others),
        early=early,
        far=far,
        doubt=undated(frame, early),
        warning=_warning(found, made_from, frame.height),
    )


def undated(frame: pl.DataFrame, early: EarlyModels | None = None) -> str:
    """How many records are in no projection because their time is not known or wrong, and what helps; empty: none."""
    early = early_models(frame) if early is None else early
    wrong = int(frame.select(is_early(early).sum()).item()) if early else 0
    found = {WITHOUT_TIME: frame["timestamp"].null_count(), TOO_EARLY: wrong}
    named = [f"{number:,} of {frame.height:,} records {why}" for why, number in found.items() if number]
    return f"{', '.join(named)}; give --records-per-month" if named else ""


def early_models(frame: pl.DataFrame) -> EarlyModels:
    """The models of which a record is dated before they existed, with the first day that can be true.

    None where that is so for most of the records: a clock that is always wrong still measures how long a log is.
    """
    if "model" not in frame.columns:
        return ()
    earliest = frame.group_by("model").agg(pl.col("timestamp").min()).drop_nulls().sort("model")
    found = ((name, lifecycle.first_day(name), time.date()) for name, time in earliest.iter_rows())
    known = ((name, start - ANNOUNCED_BEFORE, day) for name, start, day in found if start)
    early = tuple((name, start) for name, start, day in known if day < start)
    wrong = int(frame.select(is_early(early).sum()).item()) if early else 0
    return early if wrong * 2 < frame["timestamp"].count() else ()


def is_early(early: EarlyModels) -> pl.Expr:
    """Whether a record is dated before its model existed."""
    day = pl.col("timestamp").dt.date()
    each = [((pl.col("model") == name) & (day < start)).fill_null(value=False) for name, start in early]
    return pl.any_horizontal(*each) if each else pl.lit(value=False)


def _by_month(dated: pl.DataFrame) -> dict[str, int]:
    """Month → records, in order."""
    months = dated["timestamp"].dt.strftime(MONTH).value_counts(name="records")
    return dict(sorted(months.iter_rows()))


def _far(by_month: Mapping[str, int]) -> tuple[str, ...]:
    """The months of runs that whole months without records separate from a run of at least `FEW` times the records."""
    runs: list[list[str]] = []
    for month in by_month:
        if not runs or len(_months(_first(runs[-1][-1]), _first(month))) > 2:
            runs.append([])
        runs[-1].append(month)
    sizes = [sum(by_month[month] for month in run) for run in runs]
    return tuple(
        month for run, size in zip(runs, sizes, strict=True) if size * FEW <= max(sizes) for month in run
    )


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _by_days(first: date, last: date, by_month: Mapping[str, int]) -> MonthlyProjection:
    """The projection of a log from its first to its last day; `by_month`: its records by month."""
    whole = [month for month in _months(first, last) if month >= first and _end(month) <= last]
    named = tuple(name for month in whole if (name := month.strftime(MONTH)) in by_month)
    if named:
        kept = [month for month in whole if month.strftime(MONTH) in named]
        first, last = kept[0], _end(kept[-1])
    empty = [month for month in _months(first, last) if month.strftime(MONTH) not in by_month]
    days = (last - first).days + 1 - sum((_end(month) - month).days + 1 for month in empty)
    length = _plural(len(named), "whole month") if named else _plural(days, "day")
    return MonthlyProjection(
        factor=1 / Decimal(len(named)) if named else DAYS_A_MONTH / days,
        basis=f"{length}, {first} to {last}{_without(empty)}",
        first=first,
        last=last,
        days=days,
        months=named,
        is_dated=True,
    )


def _warning(found: MonthlyProjection, made_from: int, records: int) -> str:
    """What little a projection rests on: a few days, or a small part of the records."""
    if found.days is not None and found.days < ENOUGH_DAYS:
        little = f"only {_plural(found.days, 'day')}"
    elif made_from * 2 < records:
        little = f"only {made_from:,} of {records:,} records"
    else:
        return ""
    return (
        f"the projection to a month rests on {little}; a longer log or --records-per-month is more reliable"
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


def _of(made_from: int, records: int, others: Mapping[str, int]) -> str:
    """How many of the records a projection is made from, where not all; and why others are not among them."""
    if made_from == records:
        return ""
    reasons = "".join(f", {number:,} {reason}" for reason, number in others.items() if number)
    return f"; {made_from:,} of {records:,} records{reasons}"


def _months(first: date, last: date) -> list[date]:
    """The first days of all months from that of `first` to that of `last`."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in months]


def _end(month: date) -> date:
    """The last day of a month that is given by its first."""
    return month.replace(day=monthrange(month.year, month.month)[1])
