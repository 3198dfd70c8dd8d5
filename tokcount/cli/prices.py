"""The catalog of a run, and what is asked about money: from options to the types of the rooms."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from tokcount.cli.options import MoneyGroup, PriceGroup
from tokcount.errors import UsageError

if TYPE_CHECKING:
    from tokcount.models.catalog import Catalog
    from tokcount.reports.cost.compute import CostOptions
    from tokcount.scanning.plan import ScanPlan


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


def catalog_of(group: PriceGroup) -> Catalog:
    """The catalog with ``--price``, ``--prices``, ``TOKCOUNT_PRICES`` and the user's own file laid over it.

    Raises `UsageError` for anything wrong in them, naming file and key.
    """
    from tokcount.models.overrides import effective

    return effective(group.price or (), [group.prices] if group.prices else (), os.environ)


def cost_options(
    plan: ScanPlan, today: date, group: MoneyGroup = MoneyGroup(), by: Sequence[str] = ()
) -> CostOptions:
    """What is asked about money. Raises `UsageError` for a day or a share that cannot be."""
    from tokcount.reports.cost.compute import CostOptions, check

    options = CostOptions(
        baseline=plan.baseline,
        targets=plan.labels[1:],
        today=today,
        as_of=as_of_day(group.as_of, today),
        batch=group.batch,
        assume_model=plan.assume_model,
        cached_share=_share(group.cached_share),
        monthly=group.monthly,
        records_per_month=group.records_per_month,
        by=tuple(by),
    )
    check(options)
    return options


def as_of_day(text: str | None, today: date) -> date | None:
    """The day of ``--as-of``: a date, ``today``, or none."""
    if text is None:
        return None
    return today if text == "today" else day_of(text, "--as-of")


def _share(text: str | None) -> Decimal | None:
    """A share as a fraction (``0.3``) or in percent (``30%``)."""
    if text is None:
        return None
    number = text.strip().removesuffix("%")
    try:
        share = Decimal(number)
    except InvalidOperation:
        raise UsageError(f"--cached-share {text!r}: a share was expected, such as 0.3 or 30%.") from None
    if not share.is_finite():
        raise UsageError(f"--cached-share {text!r}: a share was expected, such as 0.3 or 30%.")
    return share / 100 if number != text.strip() else share
