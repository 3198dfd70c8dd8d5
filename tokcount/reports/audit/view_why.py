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
Parts = Callable[[Attribution], list[Part]]


def blocks(report: AuditReport) -> list[Block]:
    """What makes the difference in a sentence, and tables of its parts; targets over the same records share a table."""
    compared = [entry for entry in report.why if entry.compared]
    shared = groupby(compared, key=lambda entry: (entry.compared, entry.baseline_tokens))
    return [block for _, entries in shared for block in _compared(list(entries))]


def _compared(entries: list[Attribution]) -> list[Block]:
    records = counted(entries[0].compared, "record", "records")
    tables: list[tuple[str, Parts]] = [
        ("kind of text", lambda entry: entry.classes),
        ("role", lambda entry: entry.roles),
        ("position", lambda entry: entry.positions),
    ]
    return [
        *(Line(text) for text in dict.fromkeys(map(_sentence, entries))),
        *(_table(name, entries, parts, records) for name, parts in tables if _differs(name, entries, parts)),
    ]


def _differs(name: str, entries: Sequence[Attribution], parts: Parts) -> bool:
    """Whether a table says more than the one by kind of text: there is more than framing and one other part."""
    return name == "kind of text" or any(len(parts(entry)) > 2 for entry in entries)


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


def _table(name: str, entries: list[Attribution], parts_of: Parts, records: str) -> Table:
    """A row for each part, the largest change first and framing last; the bars are the changes of all targets."""
    found = [{part.part: part for part in parts_of(entry)} for entry in entries]
    names = list(dict.fromkeys(part for parts in found for part in parts))
    names.sort(key=lambda part: (part == FRAMING, -max(abs(_difference(parts, part)) for parts in found)))
    scale = [0, *(_difference(parts, part) for parts in found for part in names)]
    columns = (
        Column(name),
        Column(entries[0].baseline, "int", drop=1),
        Column("change in tokens", "bar", drop=3),
        *(Column(entry.reference, "change") for entry in entries),
        *(Column(f"drift, {entry.reference}", "percent", drop=2) for entry in entries),
    )
    rows = [_row(part, found, min(scale), max(scale)) for part in names]
    total: tuple[Cell, ...] = (
        "all input",
        entries[0].baseline_tokens,
        "",
        *(entry.difference for entry in entries),
        *(_drift(entry) for entry in entries),
    )
    title = f"Change of the input tokens of {records} by {name}"
    return Table(columns, (*rows, total), title=title, styles={len(rows): "sum"})


def _row(part: str, found: Sequence[dict[str, Part]], low: int, high: int) -> tuple[Cell, ...]:
    known = [parts.get(part) for parts in found]
    spans = tuple(Span(0, _difference(parts, part), tone) for tone, parts in enumerate(found, 1))
    return (
        part_name(part),
        next((one.baseline_tokens for one in known if one), 0),
        Bar(spans, low, high),
        *(one.difference if one else 0 for one in known),
        *(one.drift if one else None for one in known),
    )


def _difference(parts: dict[str, Part], name: str) -> int:
    return parts[name].difference if name in parts else 0


def _drift(entry: Attribution) -> float | None:
    return entry.difference / entry.baseline_tokens if entry.baseline_tokens else None
