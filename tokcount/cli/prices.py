"""Options on money, and their translation into the catalog of a run and the options of the cost report."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from tokcount.cli.options import AsOf, CostFrom, PriceGroup, Region, option
from tokcount.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tokcount.models.catalog import Catalog
    from tokcount.reports.cost.charges import CostOptions
    from tokcount.reports.cost.charging.answers import Answers
    from tokcount.reports.invoice.compute import Tolerance
    from tokcount.scanning.plan import ScanPlan


class AnswerGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What the costs of targets assume of their answers."""

    reasoning_tokens: Annotated[
        str | None,
        option(
            "--reasoning-tokens",
            help_text="Assume this many reasoning tokens in each answer of a target (500), or this share of the "
            "visible answer (30% or 0.3). Default: as billed.",
            metavar="N|SHARE",
        ),
    ] = None
    output_scale: Annotated[
        str | None,
        option(
            "--output-scale",
            help_text="Assume that visible answers of targets have X times the tokens of those in the log.",
            metavar="X",
        ),
    ] = None


class MoneyGroup(AnswerGroup, frozen=True, kw_only=True):
    """How records are priced, and how costs are projected."""

    as_of: AsOf = None
    cost_from: CostFrom = "auto"
    batch: Annotated[bool, option("--batch", help_text="Price everything at batch rates.")] = False
    cached_share: Annotated[
        str | None,
        option(
            "--cached-share",
            help_text="Assume this share of prompts of 1,024+ tokens is cached (0.3 or 30%) if it is not logged.",
            metavar="SHARE",
        ),
    ] = None
    region: Region = None
    monthly: Annotated[
        bool, option("--monthly", help_text="Project costs to a month, from the dates of the log.")
    ] = False
    records_per_month: Annotated[
        int | None,
        option(
            "--records-per-month", help_text="Project costs to a month of N records.", metavar="N", at_least=1
        ),
    ] = None
    require_prices: Annotated[
        bool,
        option(
            "--require-prices", help_text="Exit with 3 if a record has no price under one of the references."
        ),
    ] = False


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
    """The catalog with the overrides of `--alias`, `--price`, `--prices`, `TOKCOUNT_PRICES` and the user's own file.

    Raises `UsageError` for a mistake in them, naming file and key.
    """
    from tokcount.models.overrides import effective, parse_alias_option

    aliases = dict(map(parse_alias_option, group.alias or ()))
    return effective(group.price or (), [group.prices] if group.prices else (), os.environ, aliases)


def cost_options(
    plan: ScanPlan, today: date, group: MoneyGroup = MoneyGroup(), by: Sequence[str] = ()
) -> CostOptions:
    """The options of the cost report. Raises `UsageError` for an impossible date or share."""
    from tokcount.reports.cost.charges import CostOptions, check
    from tokcount.reports.cost.charging.answers import AS_LOGGED
    from tokcount.reports.period import span_of

    options = CostOptions(
        baseline=plan.baseline,
        targets=plan.labels[1:],
        today=today,
        as_of=as_of_day(group.as_of, today),
        batch=group.batch,
        cost_from=group.cost_from,
        assume_model=plan.assumed,
        cached_share=None if group.cached_share is None else share_of(group.cached_share, "--cached-share"),
        region=region_of(group.region),
        answers=answers_of(group) or AS_LOGGED,
        monthly=group.monthly,
        records_per_month=group.records_per_month,
        span=span_of(plan.selection, today),
        by=tuple(by),
    )
    check(options)
    return options


def as_of_day(text: str | None, today: date) -> date | None:
    """The date of `--as-of`: an ISO date, `today`, or `None`."""
    if text is None:
        return None
    return today if text == "today" else day_of(text, "--as-of")


def region_of(text: str | None) -> str | None:
    """The region of `--region`, two letters or `none`. Raises `UsageError` for anything else."""
    from tokcount.reports.cost.charging.prices import NO_REGION

    if text is None:
        return None
    code = text.strip().lower()
    if code != NO_REGION and not (len(code) == REGION_LENGTH and code.isascii() and code.isalpha()):
        raise UsageError(f"--region {text!r}: expected a region such as eu or us, or {NO_REGION}.")
    return code


REGION_LENGTH: Final = 2
SHARE = "a share such as 0.3 or 30%"


def answers_of(group: AnswerGroup) -> Answers | None:
    """What is assumed of the answers of targets; `None`: nothing. Raises `UsageError` for what is not a number."""
    if group.reasoning_tokens is None and group.output_scale is None:
        return None
    from tokcount.reports.cost.charging.answers import Answers

    scale, reasoning = group.output_scale, group.reasoning_tokens
    answers = Answers(
        scale=None if scale is None else scale_of(scale, "--output-scale"),
        reasoning=None if reasoning is None else reasoning_of(reasoning, "--reasoning-tokens"),
    )
    answers.check()
    return answers


def scale_of(text: str, where: str) -> Decimal:
    """Parse a factor. Raises `UsageError`; `where` names the option, also below."""
    return share_of(text, where, "a number such as 1.5")


def reasoning_of(text: str, where: str) -> int | Decimal:
    """Parse a number of tokens, or a share."""
    if text.strip().isdecimal():
        return int(text)
    return share_of(text, where, f"a number of tokens such as 500, or {SHARE}")


def share_of(text: str, where: str, expected: str = SHARE) -> Decimal:
    """Parse a number (`0.3`) or a percentage (`30%`). Raises `UsageError`; `where` names the option."""
    number = text.strip().removesuffix("%")
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise UsageError(f"{where} {text!r}: expected {expected}.")
    return value / 100 if number != text.strip() else value


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name. Raises `UsageError` for a name that is not one."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"--timezone {name!r}: expected a name such as UTC or Europe/Berlin.") from None


def tolerance_of(text: str | None) -> Tolerance | None:
    """Parse `1%` or `$5`. Raises `UsageError` for anything else."""
    from tokcount.reports.invoice.compute import Tolerance

    if text is None:
        return None
    number = text.strip().removeprefix("$").removesuffix("%")
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("nan")
    is_share = text.strip().endswith("%")
    if not value.is_finite() or value < 0 or (is_share and "$" in text):
        raise UsageError(f"--tolerance {text!r}: expected a share such as 1%, or an amount such as $5.")
    return Tolerance(text.strip(), share=value / 100) if is_share else Tolerance(text.strip(), usd=value)
