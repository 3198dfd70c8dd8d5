"""`tokcount diff`: how much, then where: files, models, kinds of text, records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Table, Title
from tokcount.document.rows import Row, flat
from tokcount.document.values import integer, percent
from tokcount.models.references import OWN
from tokcount.reports.diff.changes import total_change
from tokcount.reports.diff.report import Change, DiffReport, DiffSide
from tokcount.reports.phrases import counted, part_name, place

SHOWN: Final = 20
"""Files and models that are listed for people; programs get all."""


def blocks(report: DiffReport) -> Blocks:
    """The verdict, then the tables."""
    return [
        Title(headline(report), facts=(_side("old", report.old), _side("new", report.new))),
        *_uncounted(report),
        *_table("file", report.sources, _unchanged(report)),
        *_table("model", _changed(report.models) if len(report.models) > 1 else []),
        *_table("text", _changed(report.classes), named=True),
        *_records(report),
        *_without_groups(report),
        Line(_how(report), "note"),
    ]


def rows(report: DiffReport) -> list[Row]:
    """One row for the total, and one for each file, model and kind of text that changed."""
    tables = {"source": report.sources, "model": report.models, "text": report.classes}
    entries = [
        ("total", total_change(report.old, report.new)),
        *((by, each) for by, changes in tables.items() for each in changes),
    ]
    return [{"by": by, **flat(each)} for by, each in entries]


def headline(report: DiffReport) -> str:
    """`input tokens 359 → 398, +10.9 %`."""
    old, new = report.old.input_tokens, report.new.input_tokens
    if old == new:
        return f"input tokens {integer(old)}, unchanged"
    change = f", {percent(report.change)}" if report.change is not None else ""
    return f"input tokens {integer(old)} → {integer(new)}{change}"


def _side(name: str, side: DiffSide) -> str:
    left_out = f", {integer(side.skipped)} skipped" if side.skipped else ""
    return f"{name}: {side.path}, {counted(side.records, 'record', 'records')}{left_out}"


def _uncounted(report: DiffReport) -> list[Block]:
    missing = report.old.uncounted + report.new.uncounted
    if not missing:
        return []
    what = counted(missing, "record is", "records are")
    return [
        Line(
            f"{what} not counted under {report.reference}; --to MODEL counts them",
            "warning",
        )
    ]


def _changed(changes: Sequence[Change]) -> list[Change]:
    return [each for each in changes if each.status != "unchanged"]


def _unchanged(report: DiffReport) -> str:
    n = report.unchanged_sources
    return f"{counted(n, 'file', 'files')} unchanged" if n else ""


def _table(label: str, changes: Sequence[Change], note: str = "", *, named: bool = False) -> list[Block]:
    if not changes:
        return [Line(note, "note")] if note else []
    columns = (
        Column(label, "text" if named else "code"),
        Column("old", "int"),
        Column("new", "int"),
        Column("difference", "change"),
        Column("change", "percent"),
        Column(""),
    )
    table = [_row(each, part_name(each.name) if named and each.name else each.name) for each in changes]
    more = len(table) - SHOWN
    notes = [f"{more:,} more"] if more > 0 else []
    return [Table(columns, tuple(table[:SHOWN]), note="; ".join([*notes, *([note] if note else [])]))]


def _row(each: Change, name: str | None) -> tuple[Cell, ...]:
    word = each.status if each.status in ("new", "removed") else ""
    return name or "not known", each.old, each.new, each.difference, each.change, word


def _records(report: DiffReport) -> Iterable[Block]:
    files = {each.source for each in report.changed}
    if len(report.changed) == len(files) and not report.more_changed:
        return []  # each is the only one of its file, which is in the table of files
    columns = (
        Column("record", "code"),
        Column("old", "int"),
        Column("new", "int"),
        Column("difference", "change"),
        Column("change", "percent"),
        Column("model", drop=1),
    )
    table = tuple(
        (
            place(each.source, each.line, each.index),
            each.old,
            each.new,
            each.difference,
            each.change,
            each.model,
        )
        for each in report.changed
    )
    more = f"{report.more_changed:,} more changed" if report.more_changed else ""
    return [Table(columns, table, title="Records that grew most", note=more)]


def _without_groups(report: DiffReport) -> list[Block]:
    """What to do about saved reports that hold totals alone; scans always have text classes."""
    if report.classes or report.sources or report.models or report.unchanged_sources:
        return []
    return [Line("The reports hold totals only; made with --by source, they show which files grew.", "note")]


def _how(report: DiffReport) -> str:
    under = "each record's own model" if report.reference == OWN else report.reference
    others = report.old.under_fallback + report.new.under_fallback
    if others:
        under += f", {counted(others, 'record', 'records')} without a known model under {report.fallback}"
    basis = report.old.basis + report.new.basis
    sure = ", ".join(f"{integer(n)} {word}" for word, n in basis.items() if n)
    return f"counted under {under}; {counted(basis.total, 'record', 'records')}: {sure or 'none counted'}"
