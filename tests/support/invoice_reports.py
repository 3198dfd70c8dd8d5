"""Comparisons with an invoice for snapshots: with every kind of difference, and in agreement."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from support.costs import OWN, TODAY
from support.frames import START, Skips, counts, record
from support.frames import frame as counted_frame
from tokcount.reports.cost.charges import CostOptions, charge
from tokcount.reports.invoice.compute import Tolerance, report
from tokcount.reports.invoice.lines import ExportFile, InvoiceLine
from tokcount.reports.invoice.report import InvoiceReport
from tokcount.reports.reconcile.money import report as amounts_report
from tokcount.reports.reconcile.report_money import MoneyReport

HOSTILE = "=my|<b>`x`\x1b[31m\u202e"


def _call(line: int, day: int, model: str | None, **columns: Any) -> dict[str, Any]:
    usage = {"billed_input_tokens": 1_000, "billed_output_tokens": 50, "billed_cached_tokens": 0}
    plain = record(
        line, kind="chat", model=model, timestamp=START + timedelta(days=day - 1), tier=None, requests=1
    )
    return plain | usage | counts(OWN, 993, 7, 50) | columns


def _line(day: int, name: str | None, n: int = 1, cost: str = "0.003", **more: Any) -> InvoiceLine:
    return InvoiceLine(
        day=date(2023, 5, day),
        name=name,
        requests=n,
        input_tokens=1_000 * n,
        cached_tokens=0,
        output_tokens=50 * n,
        cost_usd=Decimal(cost) * n,
        **more,
    )


def _invoice(
    calls: list[dict[str, Any]], lines: list[InvoiceLine], tolerance: Tolerance | None
) -> InvoiceReport:
    usage = ExportFile(path=f"{HOSTILE}.csv", export="LiteLLM spend export", is_cut=tolerance is not None)
    for line in lines:
        usage.add(line)
    charges = charge(counted_frame(calls, (OWN,)), CostOptions(today=TODAY))
    return report(charges, Skips(), [usage], ZoneInfo("UTC"), tolerance)


SAME = [_call(1, 2, "gpt-4o-2024-08-06"), _call(2, 3, "gpt-4o-2024-08-06")]
CALLS = [
    *SAME,
    _call(3, 4, HOSTILE),
    _call(4, 4, "gpt-4o"),
    _call(5, 4, "gpt-4o"),
    _call(6, 5, "gpt-4.1"),
    _call(7, 5, "gpt-4o"),
    _call(8, 6, "gpt-4.1"),
    _call(9, 20, "gpt-4o"),
    _call(10, 6, "gpt-4o", timestamp=None),
]
LINES = [
    _line(2, "gpt-4o", cost="0.003"),
    _line(3, "gpt-4o", cost="0.003"),
    _line(4, "gpt-4o"),
    _line(4, HOSTILE, cost="0.5"),
    _line(5, "gpt-4o", cost="0.0015"),
    _line(5, "gpt-4o-mini", cost="0.00018"),
    _line(7, "gpt-4o"),
    _line(7, "gpt-4.1"),
    InvoiceLine(day=date(2023, 5, 8), name="web search tool calls", cost_usd=Decimal("0.25")),
    InvoiceLine(day=date(2023, 5, 9), is_other=True),
    InvoiceLine(day=date(2023, 5, 9), name="gpt-4o", currency="EUR"),
]
AMOUNTS = counted_frame(
    [
        _call(1, 2, "gpt-4o-2024-08-06"),
        _call(2, 3, "gpt-4o-mini-2024-07-18"),
        _call(3, 4, HOSTILE),
        _call(4, 5, "gpt-4o-mini-2024-07-18"),
    ],
    (OWN,),
).with_columns(
    billed_usd=pl.Series(
        [Decimal("0.003"), Decimal("0.00009"), Decimal("0.5"), None], dtype=pl.Decimal(38, 13)
    )
)
AT_PRICES = CostOptions(today=TODAY, as_of=TODAY, cost_from="prices")


def money(frame: pl.DataFrame) -> MoneyReport:
    """The report on the amounts in a log."""
    return amounts_report(charge(frame, AT_PRICES), Skips())


INVOICES = {
    "money": money(AMOUNTS),
    "money agrees": money(AMOUNTS[:1].with_columns(billed_usd=pl.lit(Decimal("0.003"), pl.Decimal(38, 13)))),
    "no money": money(AMOUNTS[3:]),
    "invoice": _invoice(CALLS, LINES, Tolerance("1%", share=Decimal("0.01"))),
    "invoice agrees": _invoice(SAME, LINES[:2], None),
}
