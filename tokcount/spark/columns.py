"""Columns of counted rows in Spark. Names contain dots and colons, so they are always quoted."""

from __future__ import annotations

from typing import Final

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it

from tokcount.scanning.schema import column

MICROSECONDS_A_DAY: Final = 86_400_000_000


def named(name: str) -> Column:
    """The column of exactly this name."""
    return F.col("`" + name.replace("`", "``") + "`")


def of(label: str, measure: str, part: str | None = None) -> Column:
    """A column of a reference, e.g. `gpt-4o:input_tokens`."""
    return named(column(label, measure, part))


def drift_of(label: str, baseline: str) -> Column:
    """The drift of each row; null where a side is unknown or the baseline is 0."""
    before, after = of(baseline, "input_tokens"), of(label, "input_tokens")
    return F.when(before > 0, (after - before) / before)


def day_of(timestamp: Column) -> Column:
    """The day in UTC as text."""
    return _date(timestamp).cast("string")


def week_of(timestamp: Column) -> Column:
    """The ISO week in UTC as text, `2026-W47`; the year of a week is that of its Thursday."""
    day = _date(timestamp)
    thursday = F.date_add(day, F.lit(3) - F.weekday(day))
    return F.concat(F.year(thursday), F.lit("-W"), F.lpad(F.weekofyear(day).cast("string"), 2, "0"))


def month_of(timestamp: Column) -> Column:
    """The month in UTC as text, `2026-11`."""
    return F.substring(day_of(timestamp), 1, 7)


PERIODS: Final = {"day": day_of, "week": week_of, "month": month_of}
"""Unit of `tokcount.scanning.schema.TIME_FORMATS` → the column that it makes of a timestamp."""


def _date(timestamp: Column) -> Column:
    """The date in UTC, whatever the time zone of the session."""
    micros = F.unix_micros(timestamp)
    days = (micros - F.pmod(micros, F.lit(MICROSECONDS_A_DAY))) / MICROSECONDS_A_DAY
    return F.date_add(F.lit("1970-01-01").cast("date"), days.cast("int"))
