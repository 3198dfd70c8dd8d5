"""The day on which a report is made: the one place where the program looks at the clock for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime

from tokcount.errors import UsageError

ENVIRONMENT = "TOKCOUNT_TODAY"
"""Set it to a day (``2026-11-22``) to make a report of that day again."""


def today(environment: Mapping[str, str] = os.environ) -> date:
    """The day in UTC at whose prices targets are charged and shutdowns are near: ``TOKCOUNT_TODAY``, or the clock's.

    Raises `UsageError` for a value that is no day.
    """
    value = environment.get(ENVIRONMENT)
    return day_of(value, ENVIRONMENT) if value else datetime.now(tz=UTC).date()


def day_of(text: str, where: str) -> date:
    """The day that an ISO date names. Raises `UsageError`, naming ``where`` it stands, for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{where} {text!r}: a day was expected, such as 2026-11-22.") from None
