"""Tables and sentences for a terminal or a pipe.

A table that is too wide for the terminal is split into parts that repeat its first column, as data frames are printed;
where even that does not fit, each row becomes a short list. In a pipe, lines have any length, and for programs tables
are lines with tabs between plain numbers. Nothing is truncated.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment, Segments
from rich.table import Table as RichTable
from rich.text import Text

from tokcount.document.blocks import Block, Blocks, Cell, Column, Heading, Line, Measured, Table
from tokcount.document.document import Document
from tokcount.document.values import plain, show
from tokcount.render.escape import visible, without_commands
from tokcount.render.terminal import OutputTarget
from tokcount.render.text_charts import charts_as_tables

GAP = 2
MONEY = frozenset({"usd", "usd_change"})
UNLIMITED = 1_000_000
TONES = {"plain": "", "strong": "bold", "note": "dim", "warning": "yellow"}
TRAILING_SPACE = re.compile(r"(?<! ) ++$", re.MULTILINE)


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
    with console.capture() as capture:
        blocks = charts_as_tables(blocks)
        for number, block in enumerate(blocks):
            if number and not (isinstance(block, Line) and isinstance(blocks[number - 1], Line)):
                console.line()
            _print(console, block, target)
    return without_commands(TRAILING_SPACE.sub("", capture.get()))


def _print(console: Console, block: Block, target: OutputTarget) -> None:
    match block:
        case Line(text, tone):
            console.print(Text(visible(text), style=TONES[tone]), soft_wrap=target.width is None)
        case Heading(text):
            console.print(Text(visible(text), style="bold"), soft_wrap=True)
        case Table():
            _print_table(console, block, target)


def _print_table(console: Console, table: Table, target: OutputTarget) -> None:
    if table.title:
        console.print(Text(visible(table.title), style="bold"), soft_wrap=True)
    if target.for_programs:
        _print_tabs(console, table)
    else:
        _print_aligned(console, table, target.width)
    if table.note:
        console.print(Text(visible(table.note), style="dim"), soft_wrap=target.width is None)


def _print_tabs(console: Console, table: Table) -> None:
    r"""A line per row, cells separated by a tab; a tab inside a cell is written as `\t`."""
    kinds = [column.kind for column in table.columns]
    rows = [[plain(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows]
    for cells in ([column.label for column in table.columns], *rows):
        line = Segment("\t".join(map(visible, cells)))  # a Text would have its tabs expanded
        console.print(Segments([line], new_lines=True), end="", crop=False)


def _print_aligned(console: Console, table: Table, width: int | None) -> None:
    cells = _cells(table)
    parts = [list(range(len(table.columns)))] if width is None else split(_widths(table, cells), width)
    if not parts:
        _print_lists(console, table.columns, cells)
    for number, part in enumerate(parts):
        if number:
            console.line()
        console.print(_grid(table, cells, part), crop=False)


def _cells(table: Table) -> list[list[str]]:
    """The texts of the cells, row by row; amounts of money are aligned at the decimal point."""
    columns = [
        [visible(show(row[i], column.kind)) for row in table.rows] for i, column in enumerate(table.columns)
    ]
    for i, column in enumerate(table.columns):
        if column.kind in MONEY:
            columns[i] = _aligned(columns[i], cell_len(visible(column.label)))
    return [list(row) for row in zip(*columns, strict=True)]


def _aligned(amounts: list[str], width: int) -> list[str]:
    """Amounts padded to one width; a cell without a decimal point stays at the right edge."""
    places = [len(amount.partition(".")[2]) for amount in amounts]
    most = max(places, default=0)
    padded = [amount + " " * (most - n) * (n > 0) for amount, n in zip(amounts, places, strict=True)]
    width = max([width, *map(len, padded)])
    return [amount.rjust(width) for amount in padded]


def split(widths: list[int], width: int) -> list[list[int]]:
    """The column numbers of each part of a table that is too wide; every part starts with column 0 and fits.

    Empty when some column does not fit next to the first one.
    """
    parts: list[list[int]] = [[0]]
    used = widths[0]
    for column in range(1, len(widths)):
        needed = GAP + widths[column]
        if widths[0] + needed > width:
            return []
        if used + needed > width:
            parts.append([0])
            used = widths[0]
        parts[-1].append(column)
        used += needed
    return parts if widths[0] <= width else []


def _widths(table: Table, cells: list[list[str]]) -> list[int]:
    labels = [column.label for column in table.columns]
    return [max(cell_len(text[i]) for text in [labels, *cells]) for i in range(len(labels))]


def _grid(table: Table, cells: list[list[str]], part: list[int]) -> RichTable:
    grid = RichTable(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for i in part:
        column = table.columns[i]
        label = Text(visible(column.label))
        grid.add_column(label, justify=column.align, no_wrap=True, overflow="crop")
    for row, texts in zip(table.rows, cells, strict=True):
        grid.add_row(*(_styled(texts[i], row[i], table.columns[i]) for i in part))
    return grid


def _print_lists(console: Console, columns: tuple[Column, ...], cells: list[list[str]]) -> None:
    label_width = max((cell_len(column.label) for column in columns[1:]), default=0)
    for number, row in enumerate(cells):
        if number:
            console.line()
        console.print(Text(row[0], style="bold"), soft_wrap=True)
        for column, text in zip(columns[1:], row[1:], strict=True):
            padding = " " * (label_width - cell_len(column.label))
            console.print(Text(f"  {visible(column.label)}{padding}  {text}"), soft_wrap=True)


def _styled(text: str, value: Cell, column: Column) -> Text:
    if isinstance(value, Measured):
        return Text(text)
    justify: Literal["left"] | None = "left" if column.kind in MONEY else None
    if column.kind not in {"percent", "usd_change"} or value is None or not float(value):
        return Text(text, justify=justify)
    return Text(text, justify=justify, style="red" if float(value) > 0 else "green")
