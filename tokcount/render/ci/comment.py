"""A comment on a pull request: the verdict, each budget, what grew, and folded away what is not known.

It begins with a marker, by which the comment of an earlier run is found and replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tokcount.document.blocks import MARKS, Badge, Cell, Heading, Table
from tokcount.document.budgets import BudgetResults
from tokcount.document.document import Document
from tokcount.render.escape import markdown, markdown_line
from tokcount.render.markdown import render_blocks
from tokcount.render.terminal import OutputTarget

MARKER: Final = "<!-- tokcount -->"
SIGNS: Final = {"pass": "✅", "fail": "❌", "warn": "⚠️", "unknown": "❔"}
"""Level → the sign that GitHub and GitLab show in colour."""
LONGEST: Final = 60_000
"""Characters; GitHub takes 65,536."""


def render(document: Document, target: OutputTarget) -> str:
    """The whole comment, without what is folded away if it would be too long."""
    results = document.budgets()
    head = [
        MARKER,
        f"### {SIGNS['pass' if results.passed else 'fail']} tokcount: {markdown(results.verdict)}",
    ]
    body = [*map(markdown_line, results.reasons), render_blocks([_with_signs(results.table)]).strip()]
    if results.grown:
        body.append(render_blocks([Heading("What grew"), *map(_with_signs, results.grown)]).strip())
    foot = f"<sub>tokcount {markdown(document.envelope.version)}</sub>"
    whole = _joined([*head, *body, *_folded(results), foot])
    return whole if len(whole) <= LONGEST else _joined([*head, *body[:1], foot])


def _folded(results: BudgetResults) -> list[str]:
    doubts = results.doubts
    parts = [("How the numbers were made", "\n\n".join(map(markdown_line, results.made)))]
    if doubts.rows:
        parts.insert(0, (f"Not judged or provisional: {len(doubts.rows)}", render_blocks([doubts]).strip()))
    return [f"<details><summary>{title}</summary>\n\n{text}\n\n</details>" for title, text in parts]


def _with_signs(table: Table) -> Table:
    """The table with levels as coloured signs."""
    rows = tuple((_sign(row[0]), *row[1:]) for row in table.rows)
    return Table(table.columns, rows, note=table.note)


def _sign(cell: Cell) -> Cell:
    return f"{SIGNS.get(cell.level, MARKS[cell.level])} {cell.text}" if isinstance(cell, Badge) else cell


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts) + "\n"
