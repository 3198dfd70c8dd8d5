"""`tokcount reconcile --money`: the amounts in the log against prices, by model, and what explains the differences."""

from __future__ import annotations

from typing import Final

from tokcount.document.blocks import Block, Blocks, Column, Line, Table, Title
from tokcount.document.rows import Row, flat
from tokcount.document.values import integer, percent, usd, usd_change
from tokcount.reports.phrases import counted, facts, flags, location
from tokcount.reports.reconcile.report_money import MoneyReport

MODEL_COLUMNS: Final = (
    Column("model"),
    Column("records", "int"),
    Column("differ", "int"),
    Column("computed", "usd"),
    Column("in the log", "usd"),
    Column("difference", "usd_change"),
    Column("the log's amounts are"),
)
WORST_COLUMNS: Final = (
    Column("record"),
    Column("model"),
    Column("computed", "usd"),
    Column("in the log", "usd"),
    Column("difference", "usd_change"),
    Column("the log's amount is"),
)


def blocks(report: MoneyReport) -> Blocks:
    """The verdict first, then the models and the records that differ, and what is not compared."""
    return [
        Title(_verdict(report), facts=facts(report)),
        *_models(report),
        *_worst(report),
        *[
            Line(
                f"{counted(e.records, 'record', 'records')} not compared: {e.reason} ({usd(e.usd)}).",
                "warning",
            )
            for e in report.uncompared
        ],
        *flags(report),
    ]


def rows(report: MoneyReport) -> list[Row]:
    """One row per model."""
    return [flat(entry) for entry in report.by_model]


def _verdict(report: MoneyReport) -> str:
    if not report.compared:
        return "No record has both an amount in the log and a price"
    of = counted(report.compared, "record", "records")
    if not report.differing:
        return f"The amounts in the log agree with prices for all {of}: {usd(report.logged_usd)}"
    share = "" if report.difference_share is None else f", {percent(report.difference_share)}"
    least = "at least " if report.floor else ""
    sums = (
        f"computed {least}{usd(report.computed_usd)}, in the log {usd(report.logged_usd)} "
        f"({usd_change(report.difference_usd)}{share})"
    )
    return f"The amounts in the log differ from prices for {integer(report.differing)} of {of}: {sums}"


def _models(report: MoneyReport) -> list[Block]:
    table = tuple(
        (
            entry.model or "not known",
            entry.records,
            entry.differing,
            entry.computed_usd,
            entry.logged_usd,
            entry.difference_usd,
            f"{entry.reason} ({integer(entry.explained)} of {integer(entry.differing)})"
            if entry.reason
            else "",
        )
        for entry in report.by_model
    )
    note = "difference: computed − in the log; a reason comes to the log's amount, to its last digit"
    return [Table(MODEL_COLUMNS, table, title="By model", note=note)] if table else []


def _worst(report: MoneyReport) -> list[Block]:
    table = tuple(
        (
            location(record),
            record.model,
            record.computed_usd,
            record.logged_usd,
            record.difference_usd,
            record.reason or "",
        )
        for record in report.worst
    )
    return [Table(WORST_COLUMNS, table, title="Largest differences")] if table else []
