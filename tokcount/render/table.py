"""Reports for a terminal or a pipe.

A terminal has the brief sections only, and names the others. A table that is too wide for it leaves out columns in the
order that the view states, and names them; then it is split between references into parts that repeat its first column,
as data frames are printed; where even that does not fit, each row becomes a short list. In a pipe, lines have any
length, and for programs tables are lines with tabs between plain numbers. No value is truncated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

from rich.console import Console
from rich.segment import Segment, Segments
from rich.table import Table as RichTable
from rich.text import Text

from tokcount.document.blocks import Block, Blocks, Card, Cards, Chart, Heading, Level, Line, Table, Title
from tokcount.document.document import Document
from tokcount.document.values import fact_text, places_in, plain, show
from tokcount.render.escape import visible, without_commands
from tokcount.render.grid import print_aligned
from tokcount.render.terminal import OutputTarget
from tokcount.render.text_charts import as_sparklines

UNLIMITED: Final = 1_000_000
TONES: Final = {"plain": "", "strong": "bold", "note": "dim", "warning": "yellow"}
LEVELS: Final[dict[Level, str]] = {
    "fail": "bold red",
    "cost": "yellow",
    "warn": "yellow",
    "unknown": "dim",
    "pass": "green",
}
"""Level → its style: one accent for failures, one for warnings."""
TRAILING_SPACE = re.compile(r"(?<! ) ++$", re.MULTILINE)
WHOLE_REPORT: Final = "Only in the whole report (-o report.html): "


def render(document: Document, target: OutputTarget) -> str:
    """The blocks of a report, laid out for a target."""
    return render_blocks(document.blocks(), target)


def render_blocks(blocks: Blocks, target: OutputTarget) -> str:
    """Blocks one below the other, with a blank line around tables and headings."""
    console = Console(
        file=StringIO(),
        width=target.width or UNLIMITED,
        force_terminal=target.color,
        no_color=not target.color,
        color_system="standard" if target.color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    places = places_in(blocks)
    shown = blocks if target.width is None else list(_brief(blocks))
    with console.capture() as capture:
        for number, block in enumerate(shown):
            if number and _apart(shown[number - 1], block):
                console.line()
            _print(console, block, target, places)
    return without_commands(TRAILING_SPACE.sub("", capture.get()))


def _brief(blocks: Blocks) -> Iterator[Block]:
    """The blocks below brief headings, and a line that names the other headings."""
    left_out, is_brief = [], True
    for block in blocks:
        if isinstance(block, Heading):
            is_brief = block.brief
            if not is_brief:
                left_out.append(block.text)
        if is_brief:
            yield block
    if left_out:
        yield Line(WHOLE_REPORT + ", ".join(left_out), "note")


def _apart(before: Block, block: Block) -> bool:
    """Whether a blank line is between two blocks."""
    if isinstance(before, Heading) or (isinstance(before, Title) and isinstance(block, Line)):
        return isinstance(before, Heading) and not isinstance(block, Line | Table | Chart)
    return not (isinstance(block, Line) and isinstance(before, Line))


def _print(console: Console, block: Block, target: OutputTarget, places: int) -> None:
    match block:
        case Title():
            _print_title(console, block, target)
        case Line(text, tone):
            console.print(Text(visible(text), style=TONES[tone]), soft_wrap=target.width is None)
        case Heading(text):
            console.print(Text(visible(text), style="bold"), soft_wrap=True)
        case Cards(cards):
            for card in cards:
                _print_card(console, card, target, places)
        case Table():
            _print_table(console, block, target, places)
        case Chart():
            _print_table(console, as_sparklines(block), target, places)


def _print_title(console: Console, title: Title, target: OutputTarget) -> None:
    level = f"{show(title.badge, 'text')}: " if title.badge else ""
    style = LEVELS[title.badge.level] if title.badge else "bold"
    text = Text.assemble((level, style), (visible(title.text), "bold"))
    console.print(text, soft_wrap=target.width is None)
    if title.facts:
        console.print(Text(visible(" · ".join(title.facts)), style="dim"), soft_wrap=target.width is None)


def _print_card(console: Console, card: Card, target: OutputTarget, places: int) -> None:
    mark, _, words = show(card.badge, "text").partition(" ")
    style = LEVELS[card.badge.level]
    end = f". {card.text}" if card.text else ""
    head = Text.assemble(
        (f"{mark} ", style), (visible(card.name), "bold"), (f"  {words}", style), visible(end)
    )
    console.print(head, soft_wrap=target.width is None)
    grid = RichTable(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for fact in card.facts:
        if fact.brief:
            grid.add_row(Text(f"  {visible(fact.label)}"), Text(visible(fact_text(fact, places))))
    console.print(grid, crop=False)


def _print_table(console: Console, table: Table, target: OutputTarget, places: int) -> None:
    if table.title:
        console.print(Text(visible(table.title), style="bold"), soft_wrap=True)
    if target.for_programs:
        _print_tabs(console, table)
    else:
        print_aligned(console, table, None if table.is_unbroken else target.width, places, LEVELS)
    if table.note:
        console.print(Text(visible(table.note), style="dim"), soft_wrap=target.width is None)


def _print_tabs(console: Console, table: Table) -> None:
    r"""A line per row, cells separated by a tab; a tab inside a cell is written as `\t`.

    Bars and totals are left out.
    """
    kept = [n for n, column in enumerate(table.columns) if column.kind != "bar"]
    labels = [table.columns[n].label for n in kept]
    rows = [
        [plain(row[n], table.columns[n].kind) for n in kept]
        for number, row in enumerate(table.rows)
        if table.styles.get(number) != "sum"
    ]
    for cells in (labels, *rows):
        line = Segment("\t".join(map(visible, cells)))  # a Text would have its tabs expanded
        console.print(Segments([line], new_lines=True), end="", crop=False)
