"""Where the difference of an audit comes from: by kind of text, by role, by position; parts that add up."""

from __future__ import annotations

from typing import Final

from tokcount.document.blocks import Block, Column, Line, Table
from tokcount.document.values import change, percent
from tokcount.reports.audit import view_charts
from tokcount.reports.audit.report import Attribution, AuditReport, Part
from tokcount.reports.phrases import counted, part_name

NOTABLE: Final = 0.005
"""Share of the baseline from which a change is mentioned in the sentence."""


def blocks(report: AuditReport) -> list[Block]:
    """For each target: what makes the difference in a sentence, the table by kind of text, roles and positions."""
    found: list[Block] = []
    shown: list[Attribution] = []
    for entry in report.why:
        if not entry.compared:
            continue
        same = next((other for other in shown if other.classes[:-1] == entry.classes[:-1]), None)
        if same is not None:
            found.append(Line(_as_before(entry, same)))
            continue
        shown.append(entry)
        found += [Line(_sentence(entry)), _table(entry)]
        found += [Line(_parts("By role", entry.roles)), Line(_parts("By position", entry.positions))]
    return [*found, *view_charts.by_class(report)]


def _as_before(entry: Attribution, same: Attribution) -> str:
    """A target with the text tokens of another one: the same encoding."""
    difference, framing = change(entry.difference), change(entry.classes[-1].difference)
    return f"{entry.reference}, {difference} tokens: text as under {same.reference}; framing {framing}."


def _sentence(entry: Attribution) -> str:
    """`gpt-4o: CJK prose −57.6 % (−2,396), …; framing +840.`"""
    least = NOTABLE * entry.baseline_tokens
    *texts, framing = entry.classes
    notable = sorted(
        (part for part in texts if part.difference and abs(part.difference) >= least),
        key=lambda part: part.difference,
    )
    text = ", ".join(map(_part, notable)) or "no kind of text changes much"
    around = f"framing {change(framing.difference)}" if framing.difference else "framing unchanged"
    over = counted(entry.compared, "record", "records")
    return f"{entry.reference}, {change(entry.difference)} tokens over {over}: {text}; {around}."


def _part(part: Part) -> str:
    shown = f"{percent(part.drift)} " if part.drift is not None else ""
    return f"{part_name(part.part)} {shown}({change(part.difference)})"


def _table(entry: Attribution) -> Table:
    columns = (
        Column("text"),
        Column(entry.baseline, "int"),
        Column(entry.reference, "int"),
        Column("difference", "change"),
        Column("drift", "percent"),
        Column("", "bar"),
    )
    largest = max(abs(part.difference) for part in entry.classes) or 1
    rows = [
        (
            part_name(part.part),
            part.baseline_tokens,
            part.target_tokens,
            part.difference,
            part.drift,
            abs(part.difference) / largest,
        )
        for part in entry.classes
    ]
    drift = entry.difference / entry.baseline_tokens if entry.baseline_tokens else None
    total = ("all input", entry.baseline_tokens, entry.target_tokens, entry.difference, drift, None)
    return Table(columns, (*rows, total))


def _parts(title: str, parts: list[Part]) -> str:
    changed = [_part(part) for part in parts if part.difference]
    return f"{title}: {', '.join(changed) or 'no change'}."
