"""Translate price options into the catalog of a run and the options of the cost report."""

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
    from tokcount.reports.cost.charges import CostOptions
    from tokcount.scanning.plan import ScanPlan


ENVIRONMENT = "TOKCOUNT_TODAY"
"""Set it to a date (`2026-11-22`) to reproduce a report of that day."""


def today(environment: Mapping[str, str] = os.environ) -> date:
    """The current date in UTC, for target prices and shutdown warnings: `TOKCOUNT_TODAY`, else the clock's.

    Raises `UsageError` for a value that is not a date.
    """
    value = environment.get(ENVIRONMENT)
    return day_of(value, ENVIRONMENT) if value else datetime.now(tz=UTC).date()


def day_of(text: str, where: str) -> date:
    """Parse an ISO date. Raises `UsageError` for anything else; `where` names the option."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{where} {text!r}: expected a date such as 2026-11-22.") from None


def catalog_of(group: PriceGroup) -> Catalog:
    """The catalog with the overrides of `--price`, `--prices`, `TOKCOUNT_PRICES` and the user's own file.

    Raises `UsageError` for a mistake in them, naming file and key.
    """
    from tokcount.models.overrides import effective

    return effective(group.price or (), [group.prices] if group.prices else (), os.environ)


def cost_options(
    plan: ScanPlan, today: date, group: MoneyGroup = MoneyGroup(), by: Sequence[str] = ()
) -> CostOptions:
    """The options of the cost report. Raises `UsageError` for an impossible date or share."""
    from tokcount.reports.cost.charges import CostOptions, check

    options = CostOptions(
        baseline=plan.baseline,
        targets=plan.labels[1:],
        today=today,
        as_of=as_of_day(group.as_of, today),
        batch=group.batch,
        assume_model=plan.assume_model,
        cached_share=None if group.cached_share is None else share_of(group.cached_share, "--cached-share"),
        monthly=group.monthly,
        records_per_month=group.records_per_month,
        by=tuple(by),
    )
    check(options)
    return options


def as_of_day(text: str | None, today: date) -> date | None:
    """The date of `--as-of`: an ISO date, `today`, or `None`."""
    if text is None:
        return None
    return today if text == "today" else day_of(text, "--as-of")


def share_of(text: str, where: str) -> Decimal:
    """Parse a share: a fraction (`0.3`) or a percentage (`30%`). Raises `UsageError`; `where` names the option."""
    number = text.strip().removesuffix("%")
    try:
        share = Decimal(number)
    except InvalidOperation:
        share = Decimal("nan")
    if not share.is_finite():
        raise UsageError(f"{where} {text!r}: expected a share such as 0.3 or 30%.")
    return share / 100 if number != text.strip() else share
