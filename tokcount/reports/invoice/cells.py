"""Cells of an export: its column names in any spelling, and single values, read strictly.

A log is read leniently; an invoice is not: a number that is not understood would silently be missing from a sum.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from tokcount.errors import UsageError
from tokcount.logs.scalars import Json, money, number, text, timestamp

Names = tuple[str, ...]
AGAIN: Final = "download the export again"

_NOT_A_LETTER: Final = re.compile(r"[^a-z0-9]")
_ISO_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_US_DAY: Final = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})")
"""How Azure's cost exports write days: month/day/year."""
_MOMENT: Final = timedelta(microseconds=1)


class Cells:
    """One row of an export. Only letters and digits of its names count: `Spend ($)` is `spend`."""

    __slots__ = ("_values", "names", "place")

    def __init__(self, row: Json, place: str) -> None:
        self.place = place
        self._values = dict(_flat(row))
        self.names = self._values.keys()

    def first(self, names: Names) -> Any:
        """The first value under one of the names that is not empty."""
        for name in names:
            value = self._values.get(name)
            if value is not None and value != "":
                return value
        return None

    def text(self, names: Names) -> str | None:
        """A text; `None` if the cell is empty."""
        return text(self.first(names))

    def count(self, names: Names) -> int | None:
        """A number of requests or tokens; `None` if the cell is empty. Raises `UsageError` for anything else."""
        value = self.first(names)
        found = number(value)
        if found is None and value is not None:
            raise self._wrong(names, "a number of requests or tokens")
        return found

    def amount(self, names: Names) -> Decimal | None:
        """An amount of money; `None` if the cell is empty. Raises `UsageError` for anything else."""
        value = self.first(names)
        found = money(value)
        if found is None and value is not None:
            raise self._wrong(names, "an amount of money")
        return None if found is None else Decimal(found)

    def day(self, start: Names, end: Names, zone: ZoneInfo) -> date:
        """The day of a line: as it is written, or that of a time in `zone`.

        Raises `UsageError` for a line without one, and for a bucket that lies in two days.
        """
        value = self.first(start)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if (written := _written_day(value)) is not None:
            return written
        first = self._instant(value)
        if first is None:
            raise self._wrong(start, "a day or a time")
        last = self._instant(self.first(end))
        day = first.astimezone(zone).date()
        if last is not None and last > first and (last - _MOMENT).astimezone(zone).date() != day:
            raise UsageError(
                f"{self.place}: the period from {first:%Y-%m-%dT%H:%MZ} to {last:%Y-%m-%dT%H:%MZ} is not within a day "
                f"of the time zone {zone.key}; give the zone of its days with --timezone, or export shorter periods."
            )
        return day

    def _instant(self, value: Any) -> datetime | None:
        seconds = timestamp(value, naive_utc=True)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    def _wrong(self, names: Names, expected: str) -> UsageError:
        return UsageError(f"{self.place}: {expected} was expected in the column {names[0]!r}; {AGAIN}.")


def _flat(row: Json) -> Iterator[tuple[str, Any]]:
    """The cells of a row, those of inner objects too, by their plain names."""
    for name, value in row.items():
        if isinstance(value, dict):
            yield from ((plain(f"{name}{inner}"), part) for inner, part in value.items())
        else:
            yield plain(name), value


@lru_cache(maxsize=1024)
def plain(name: str) -> str:
    """The lower-case letters and the digits of a column name."""
    return _NOT_A_LETTER.sub("", name.lower())


def _written_day(value: Any) -> date | None:
    """The day that a text names, if it has no time of day; also a number such as 20261105."""
    written = str(value).strip()
    if iso := _ISO_DAY.fullmatch(written):
        year, month, day = iso.groups()
    elif american := _US_DAY.fullmatch(written):
        month, day, year = american.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
