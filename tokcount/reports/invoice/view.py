"""`tokcount reconcile --against`: whether log and invoice agree, what differs, and what is not compared."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tokcount.document.blocks import Badge, Block, Blocks, Cell, Column, Line, Measured, Table, Title
from tokcount.document.rows import Row, flat
from tokcount.document.values import integer
from tokcount.reports.invoice import sentences
from tokcount.reports.invoice.report import DayModel, InvoiceReport
from tokcount.reports.invoice.sentences import MEASURES
from tokcount.reports.phrases import counted, facts, flags, skipped

SHOWN_FINDINGS: Final = 20
SHOWN_CELLS: Final = 10
WHERE: Final = {"only in the log": "log only", "only in the invoice": "invoice only"}
TOTAL_COLUMNS: Final = (
    Column("all days"),
    Column("log", "int"),
    Column("invoice", "int"),
    Column("log − invoice", "change"),
    Column("share", "percent"),
)


def blocks(report: InvoiceReport) -> Blocks:
    """The verdict first, then each difference, totals, the days that differ, and what is not compared."""
    more = len(report.findings) - SHOWN_FINDINGS
    rest = f"{counted(more, 'more difference', 'more differences')}: -f json lists all."
    first, *others = sentences.verdict(report)
    return [
        Title(first.text.removesuffix("."), _badge(report), facts(report)),
        *others,
        *skipped(report),
        *flags(report),
        *(Line(sentences.finding(found), "warning") for found in report.findings[:SHOWN_FINDINGS]),
        *([Line(rest, "note")] if more > 0 else []),
        *_totals(report),
        *_cells(report),
        *_owners(report),
        *sentences.not_known(report),
        *sentences.made_from(report),
    ]


def _badge(report: InvoiceReport) -> Badge:
    if not report.cells:
        return Badge("unknown", "not known")
    if not report.differing:
        return Badge("pass", "agrees")
    return Badge("warn", "differs") if report.tolerance is None or report.passed else Badge("fail", "FAILED")


def rows(report: InvoiceReport) -> list[Row]:
    """One row per day and model."""
    return [flat(cell) for cell in report.cells]


def _totals(report: InvoiceReport) -> list[Block]:
    table: list[tuple[Cell, ...]] = []
    for name, (label, kind, difference_kind) in MEASURES.items():
        log, invoice, difference = (
            getattr(side, name) for side in (report.log, report.invoice, report.difference)
        )
        if log is not None:
            share = float(difference) / float(invoice) if float(invoice) else None
            values = (Measured(log, kind), Measured(invoice, kind), Measured(difference, difference_kind))
            table.append((label, *values, share))
    return [Table(TOTAL_COLUMNS, tuple(table))] if report.cells else []


def _cells(report: InvoiceReport) -> list[Block]:
    """The days and models that differ most, in their order."""
    different = [cell for cell in report.cells if cell.status != "equal"]
    if not different:
        return []
    names = [name for name in MEASURES if any(getattr(c.difference, name) is not None for c in different)]
    measured = (Column(MEASURES[name][0].removesuffix(" tokens"), MEASURES[name][2]) for name in names)
    worst = sorted(different, key=_size, reverse=True)[:SHOWN_CELLS]
    table = tuple(_row(cell, names) for cell in sorted(worst, key=lambda cell: (cell.day, cell.model or "")))
    more = len(different) - len(worst)
    note = f"{integer(more)} more; -f csv lists every day and model" if more else ""
    columns = (Column("day"), Column("model"), *measured, Column("where"))
    return [Table(columns, table, title="Log − invoice, by day and model", note=note)]


def _owners(report: InvoiceReport) -> list[Block]:
    """What each project, key or user has on both sides, where the sides have them in common."""
    if not report.owners:
        return []
    names = [
        name for name in MEASURES if any(getattr(each.invoice, name) is not None for each in report.owners)
    ]
    columns = [Column("owner")]
    for name in names:
        label, kind, difference_kind = MEASURES[name]
        columns += [Column(label.removesuffix(" tokens"), kind), Column("log − invoice", difference_kind)]
    table = tuple(
        (
            each.owner or "(none of these)",
            *(value for name in names for value in (getattr(each.log, name), getattr(each.difference, name))),
        )
        for each in report.owners
    )
    return [Table(tuple(columns), table, title="The log by project, key or user")]


def _size(cell: DayModel) -> tuple[Decimal, int]:
    difference = cell.difference
    tokens = (difference.requests, difference.input_tokens, difference.output_tokens)
    return abs(Decimal(difference.cost_usd or 0)), sum(abs(number or 0) for number in tokens)


def _row(cell: DayModel, names: list[str]) -> tuple[Cell, ...]:
    where = WHERE.get(cell.status, "both")
    values = (getattr(cell.difference, name) for name in names)
    return (str(cell.day), cell.model or "all models", *values, where)
