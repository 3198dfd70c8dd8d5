"""The table of findings: how serious each is, its records, their cost, where they are and what to do."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tokcount.document.blocks import Badge, Block, Cell, Column, Level, Line, Places, Table
from tokcount.document.values import integer
from tokcount.reports.audit import report as audit
from tokcount.reports.audit import view_findings
from tokcount.reports.phrases import counted, location

LEVELS: Final[dict[audit.Level, tuple[Level, str]]] = {
    "breaks": ("fail", "breaks"),
    "costs": ("cost", "costs"),
    "look": ("warn", "look"),
    "unsure": ("unknown", "not known"),
}
"""Level of a finding → its level in a report for people, and the word for it."""
TALLIED: Final[dict[audit.Level, tuple[str, str]]] = {
    "breaks": ("breaks", "break"),
    "costs": ("costs", "cost"),
    "look": ("to look at", "to look at"),
    "unsure": ("not known", "not known"),
}
NAMED: Final = 2
"""Files in which a finding names its first record; the JSON report has more places."""


def blocks(report: audit.AuditReport) -> list[Block]:
    """One row for each finding, the most serious first."""
    if not report.findings:
        return [Line("Nothing was found.")]
    has_text = any(_excerpt(entry) for entry in report.findings)
    columns = (
        Column(""),
        Column("finding", long=True),
        *((Column("text", long=True, below=True),) if has_text else ()),
        Column("records", "int"),
        Column("their cost", "usd"),
        Column("where", "code", long=True),
        Column("what to do", long=True),
    )
    rows = tuple(_row(entry, has_text=has_text) for entry in report.findings)
    levels = Counter(entry.level for entry in report.findings)
    found = ", ".join(f"{integer(n)} {TALLIED[level][n != 1]}" for level, n in levels.items())
    title = f"{counted(len(rows), 'finding', 'findings')}: {found}"
    note = f"their cost: what these records cost under {report.baseline}"
    return [Table(columns, rows, title=title, note=note)]


def _row(entry: audit.FindingEntry, *, has_text: bool) -> tuple[Cell, ...]:
    text = (_excerpt(entry),) if has_text else ()
    return (
        Badge(*LEVELS[entry.level]),
        view_findings.sentence(entry, "Records"),
        *text,
        entry.count,
        entry.cost_usd,
        places(entry),
        view_findings.to_do(entry),
    )


def places(entry: audit.FindingEntry) -> Places:
    """Where the first records of the first files are."""
    first = {record.source: record for record in reversed(entry.records)}
    named = tuple(location(record) for record in reversed(first.values()))[:NAMED]
    return Places(named, entry.count - len(named))


def _excerpt(entry: audit.FindingEntry) -> str:
    """The beginnings of the texts of the records that are named, with `--show-text`."""
    found = [f"{location(record)}: {record.excerpt}" for record in entry.records if record.excerpt]
    return " · ".join(found)
