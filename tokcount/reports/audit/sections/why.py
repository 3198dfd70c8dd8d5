"""Where the difference of an audit comes from: by kind of text, by role, by position; parts that add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Final

from tokcount.document.blocks import Bar, Block, Cell, Column, Line, Span, Table
from tokcount.document.values import change, percent
from tokcount.reports.audit.report import Attribution, AuditReport, Part
from tokcount.reports.phrases import counted, part_name

NOTABLE: Final = 0.005
"""Share of the baseline from which a change is mentioned in the sentence."""
FRAMING: Final = "framing"
MAIN: Final = "kind of text"
Parts = Callable[[Attribution], list[Part]]


def blocks(report: AuditReport) -> list[Block]:
    """What makes the difference in a sentence for each target, and by kind of text."""
    found: list[Block] = []
    for entries in _shared(report):
        found += [Line(_sentence(entry)) for entry in entries]
        found.append(_table(MAIN, entries, lambda entry: entry.classes))
    return found


def by_place(report: AuditReport) -> list[Block]:
    """The parts by role and by position, where there is more than framing and one other part."""
    tables: list[tuple[str, Parts]] = [("role", lambda e: e.roles), ("position", lambda e: e.positions)]
    return [
        _table(name, entries, parts)
        for entries in _shared(report)
        for name, parts in tables
        if any(len(parts(entry)) > 2 for entry in entries)
    ]


def _shared(report: AuditReport) -> list[list[Attribution]]:
    """The targets that are compared, those over the same records together."""
    compared = [entry for entry in report.why if entry.compared]
    shared = groupby(compared, key=lambda entry: (entry.compared, entry.baseline_tokens))
    return [list(entries) for _, entries in shared]


def _sentence(entry: Attribution) -> str:
    """`gpt-4o: CJK prose −57.6 % (−2,396), white space −71.2 % (−381); framing +840.`"""
    least = NOTABLE * entry.baseline_tokens
    *texts, framing = entry.classes
    notable = sorted(
        (part for part in texts if part.difference and abs(part.difference) >= least),
        key=lambda part: part.difference,
    )
    text = ", ".join(map(_part, notable)) or "no kind of text changes much"
    around = f"framing {change(framing.difference)}" if framing.difference else "framing unchanged"
    return f"{entry.reference}: {text}; {around}."


def _part(part: Part) -> str:
    shown = f"{percent(part.drift)} " if part.drift is not None else ""
    return f"{part_name(part.part)} {shown}({change(part.difference)})"


def _table(name: str, entries: list[Attribution], parts_of: Parts) -> Table:
    """A row for each part, the largest change first and framing last; the main table has bars of all targets."""
    is_main, records = name == MAIN, counted(entries[0].compared, "record", "records")
    found = [{part.part: part for part in parts_of(entry)} for entry in entries]
    names = list(dict.fromkeys(part for parts in found for part in parts))
    names.sort(key=lambda part: (part == FRAMING, -max(abs(_difference(parts, part)) for parts in found)))
    scale = [0, *(_difference(parts, part) for parts in found for part in names)]
    columns = (
        Column(name),
        Column(entries[0].baseline, "int", drop=1),
        *((Column("change in tokens", "bar", drop=2),) if is_main else ()),
        *(column for entry in entries for column in _columns(entry.reference)),
    )
    rows = [_row(part, found, (min(scale), max(scale)) if is_main else None) for part in names]
    total: tuple[Cell, ...] = (
        "all input",
        entries[0].baseline_tokens,
        *(("",) if is_main else ()),
        *(cell for entry in entries for cell in (entry.difference, _drift(entry))),
    )
    title = f"Change of the input tokens of {records} by {name}"
    return Table(columns, (*rows, total), title=title, styles={len(rows): "sum"})


def _columns(reference: str) -> tuple[Column, Column]:
    return (
        Column(reference, "change", group=reference),
        Column("drift", "percent", below=True, drop=3, group=reference),
    )


def _row(part: str, found: Sequence[dict[str, Part]], scale: tuple[int, int] | None) -> tuple[Cell, ...]:
    known = [parts.get(part) for parts in found]
    spans = tuple(Span(0, _difference(parts, part), tone) for tone, parts in enumerate(found, 1))
    return (
        part_name(part),
        next((one.baseline_tokens for one in known if one), 0),
        *((Bar(spans, *scale),) if scale else ()),
        *(cell for one in known for cell in ((one.difference, one.drift) if one else (0, None))),
    )


def _difference(parts: dict[str, Part], name: str) -> int:
    return parts[name].difference if name in parts else 0


def _drift(entry: Attribution) -> float | None:
    return entry.difference / entry.baseline_tokens if entry.baseline_tokens else None
