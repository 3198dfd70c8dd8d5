"""Tables and sentences for a terminal or a pipe.

On a terminal a table that is too wide is cut into pieces that repeat its first column, as data frames print; where
even that does not fit, each row becomes a small list. In a pipe, lines are as long as they must be. Nothing is ever
shortened.
"""

from __future__ import annotations

import re
from io import StringIO
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from tokcount.document.blocks import Block, Blocks, Column, Heading, Line, Table
from tokcount.document.values import show
from tokcount.render.escape import not_a_command, visible
from tokcount.render.terminal import OutputTarget
from tokcount.render.text_charts import without_pictures
from tokcount.reports.report import Report
from tokcount.reports.views import blocks_of

GAP = 2
MONEY = frozenset({"usd", "usd_change"})
UNLIMITED = 1_000_000
TONES = {"plain": "", "strong": "bold", "note": "dim", "warning": "yellow"}
TRAILING_SPACE = re.compile(r"(?<! ) ++$", re.MULTILINE)


def render(report: Report, surface: OutputTarget) -> str:
    """The blocks of a report, laid out for a surface."""
    return render_blocks(blocks_of(report), surface)


def render_blocks(blocks: Blocks, surface: OutputTarget) -> str:
    """Blocks one below the other; tables and headings stand apart by a blank line."""
    console = Console(
        file=StringIO(),
        width=surface.width or UNLIMITED,
        force_terminal=surface.color,
        no_color=not surface.color,
        color_system="standard" if surface.color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    with console.capture() as capture:
        blocks = without_pictures(blocks)
        for number, block in enumerate(blocks):
            if number and not (isinstance(block, Line) and isinstance(blocks[number - 1], Line)):
                console.line()
            _print(console, block, surface.width)
    return not_a_command(TRAILING_SPACE.sub("", capture.get()))


def _print(console: Console, block: Block, width: int | None) -> None:
    match block:
        case Line(text, tone):
            console.print(Text(visible(text), style=TONES[tone]), soft_wrap=width is None)
        case Heading(text):
            console.print(Text(visible(text), style="bold"), soft_wrap=True)
        case Table():
            _print_table(console, block, width)


def _print_table(console: Console, table: Table, width: int | None) -> None:
    if table.title:
        console.print(Text(visible(table.title), style="bold"), soft_wrap=True)
    cells = _cells(table)
    pieces = [list(range(len(table.columns)))] if width is None else split(_widths(table, cells), width)
    if not pieces:
        _print_lists(console, table.columns, cells)
    for number, piece in enumerate(pieces):
        if number:
            console.line()
        console.print(_grid(table, cells, piece), crop=False)
    if table.note:
        console.print(Text(visible(table.note), style="dim"), soft_wrap=width is None)


def _cells(table: Table) -> list[list[str]]:
    """What the cells say, row by row; amounts of money stand with their decimal points below one another."""
    columns = [
        [visible(show(row[i], column.kind)) for row in table.rows] for i, column in enumerate(table.columns)
    ]
    for i, column in enumerate(table.columns):
        if column.kind in MONEY:
            columns[i] = _at_the_point(columns[i], cell_len(visible(column.label)))
    return [list(row) for row in zip(*columns, strict=True)]


def _at_the_point(amounts: list[str], width: int) -> list[str]:
    """Amounts filled up to one width; what has no decimal point stays at the right edge."""
    places = [len(amount.partition(".")[2]) for amount in amounts]
    most = max(places, default=0)
    padded = [amount + " " * (most - n) * (n > 0) for amount, n in zip(amounts, places, strict=True)]
    width = max([width, *map(len, padded)])
    return [amount.rjust(width) for amount in padded]


def split(widths: list[int], width: int) -> list[list[int]]:
    """Column numbers of the pieces that a table is cut into, each of which starts with column 0 and fits.

    Empty when some column does not fit beside the first one.
    """
    pieces: list[list[int]] = [[0]]
    used = widths[0]
    for column in range(1, len(widths)):
        needed = GAP + widths[column]
        if widths[0] + needed > width:
            return []
        if used + needed > width:
            pieces.append([0])
            used = widths[0]
        pieces[-1].append(column)
        used += needed
    return pieces if widths[0] <= width else []


def _widths(table: Table, cells: list[list[str]]) -> list[int]:
    labels = [column.label for column in table.columns]
    return [max(cell_len(text[i]) for text in [labels, *cells]) for i in range(len(labels))]


def _grid(table: Table, cells: list[list[str]], piece: list[int]) -> RichTable:
    grid = RichTable(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for i in piece:
        column = table.columns[i]
        label = Text(visible(column.label))
        grid.add_column(label, justify=column.align, no_wrap=True, overflow="crop")
    for row, texts in zip(table.rows, cells, strict=True):
        grid.add_row(*(_styled(texts[i], row[i], table.columns[i]) for i in piece))
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


def _styled(text: str, value: str | float | None, column: Column) -> Text:
    justify: Literal["left"] | None = "left" if column.kind in MONEY else None
    if column.kind not in {"percent", "usd_change"} or value is None or not float(value):
        return Text(text, justify=justify)
    return Text(text, justify=justify, style="red" if float(value) > 0 else "green")
