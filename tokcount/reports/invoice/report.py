"""The report of `tokcount reconcile --against`."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from tokcount.reports.report import Count, Overview, Usd

Status = Literal["equal", "differs", "price differs", "only in the log", "only in the invoice"]
FindingKind = Literal["only in the log", "only in the invoice", "other model", "differs", "price differs"]
Side = Literal["log", "invoice"]


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of one side, or differences; `None`: not compared, because a side does not have it."""

    requests: int | None
    input_tokens: int | None
    """Cached ones included."""
    cached_tokens: int | None
    output_tokens: int | None
    cost_usd: Usd | None


class InvoiceFile(msgspec.Struct, frozen=True, kw_only=True):
    """An export that the log is compared with."""

    path: str
    export: str
    """What it is, such as `OpenAI usage export`."""
    lines: Count
    """Lines for language models."""
    other_lines: Count
    """Lines for something else, which are not compared."""
    start: date | None = msgspec.field(name="from")
    end: date | None = msgspec.field(name="to")
    currency: str
    """Amounts in another currency than USD are not compared."""
    is_cut: bool
    """More pages follow that are not in the files."""


class NotCompared(msgspec.Struct, frozen=True, kw_only=True):
    """Records or lines that are not compared, and why."""

    side: Side
    reason: str
    number: Count
    start: date | None = msgspec.field(name="from", default=None)
    end: date | None = msgspec.field(name="to", default=None)


class ComparedName(msgspec.Struct, frozen=True):
    """A model that is compared under another name."""

    name: str
    compared_as: str


class DayModel(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one model on both sides; difference: log - invoice."""

    day: date
    model: str | None
    """`None`: all models together, where the invoice has a measure by day only."""
    status: Status
    log: Amounts
    invoice: Amounts
    difference: Amounts


class OwnerTotals(msgspec.Struct, frozen=True, kw_only=True):
    """A project, an API key or a user on both sides, over the compared days; difference: log - invoice."""

    owner: str | None
    """`None`: what has none of the owners that both sides have."""
    log: Amounts
    invoice: Amounts
    difference: Amounts


class InvoiceFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A difference, over all days on which it is the same one; difference: log - invoice."""

    kind: FindingKind
    start: date = msgspec.field(name="from")
    end: date = msgspec.field(name="to")
    days: Count
    model: str | None
    """`None`: all models of the days."""
    other_model: str | None
    """The model in the invoice, where the log has another one."""
    difference: Amounts
    log_usd: Usd | None
    """What the log's side costs on these days; `None`: no price is known."""
    invoice_usd: Usd | None
    reason: str | None
    """What may explain the difference."""


class InvoiceReport(Overview, frozen=True, kw_only=True, tag="reconcile-invoice"):
    """A log compared with exports of usage or costs, by day and model. A difference is log - invoice."""

    exports: list[InvoiceFile]
    timezone: str
    """Whose days the log is cut into."""
    start: date | None = msgspec.field(name="from")
    """The first day that is compared."""
    end: date | None = msgspec.field(name="to")
    compared: Count
    """Days of models that are compared."""
    differing: Count
    """Those of them that differ."""
    log: Amounts
    """Sums over all that is compared."""
    invoice: Amounts
    difference: Amounts
    gross_difference: Amounts
    """The sum of all differences without their signs: surpluses do not make up for what is missing."""
    rounding_usd: Usd | None
    """Differences up to this amount in one line of the invoice are taken for rounding."""
    tolerance: str | None
    passed: bool | None
    """No gross difference is larger than the tolerance; `None`: none was given."""
    lower_bound: dict[str, Count]
    """Why the log's side may be too low → compared records."""
    findings: list[InvoiceFinding]
    """The largest first."""
    not_compared: list[NotCompared]
    names: list[ComparedName]
    """Models that are compared under another name."""
    owners: list[OwnerTotals]
    """Empty when the sides have no project, key or user in common. One with several of them is in the sums of each."""
    cells: list[DayModel]
    """Every day and model that either side has, in their order."""
