"""One table on a terminal: aligned columns, as many as fit, and prose in a last column that wraps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from tokcount.document.blocks import Badge, Column, Level, Table
from tokcount.document.values import show
from tokcount.render.escape import visible

GAP: Final = 2
MONEY: Final = frozenset({"usd", "usd_change", "price"})
LEAST_PROSE: Final = 24
"""The narrowest column of prose."""
Cells = list[list[str]]


def print_aligned(
    console: Console, table: Table, width: int | None, places: int, levels: Mapping[Level, str]
) -> None:
    """Print a table in a width (`None`: any); `places` are the decimals of amounts, `levels` the styles of badges."""
    cells = _cells(table, places)
    widths = _widths(table, cells)
    prose = [n for n, column in enumerate(table.columns) if column.long] if width is not None else []
    short = [n for n in range(len(table.columns)) if n not in prose]
    room = UNBOUNDED if width is None else width - (GAP + LEAST_PROSE if prose else 0)
    kept = fitting([table.columns[n] for n in short], [widths[n] for n in short], room)
    columns = [short[n] for n in kept]
    groups = [table.columns[n].group for n in columns]
    parts = split([widths[n] for n in columns], room, groups)
    if not parts:
        _print_lists(console, table.columns, cells)
        return
    for number, part in enumerate(parts):
        if number:
            console.line()
        chosen = [columns[n] for n in part]
        last = prose if number == len(parts) - 1 else []
        grid = _grid(table, cells, chosen, last, levels)
        console.print(grid, crop=False, width=UNBOUNDED if width is None else None)
    dropped = [table.columns[n].label for n in short if n not in columns and table.columns[n].kind != "bar"]
    if dropped:
        words = f"too wide for this terminal: {', '.join(dict.fromkeys(filter(None, dropped)))}"
        console.print(Text(visible(words), style="dim"))


UNBOUNDED: Final = 1_000_000


def fitting(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """The columns that are left when those of the highest `drop` are left out until all fit next to each other."""
    kept = list(range(len(columns)))
    while sum(widths[n] + GAP for n in kept) - GAP > width:
        last = max((columns[n].drop for n in kept), default=0)
        if not last:
            break
        kept = [n for n in kept if columns[n].drop != last]
    return kept


def split(widths: Sequence[int], width: int, groups: Sequence[str] = ()) -> list[list[int]]:
    """The column numbers of each part of a table that is too wide; every part starts with column 0 and fits.

    Columns that follow each other and have the same group stay together. Empty when some of them do not fit next to
    the first column.
    """
    if not widths or widths[0] > width:
        return []
    named = list(groups) or [""] * len(widths)
    numbered = groupby(range(1, len(widths)), key=lambda n: named[n] or n)
    parts: list[list[int]] = [[0]]
    used = widths[0]
    for unit in (list(numbers) for _, numbers in numbered):
        needed = sum(GAP + widths[n] for n in unit)
        if widths[0] + needed > width:
            return []
        if used + needed > width:
            parts.append([0])
            used = widths[0]
        parts[-1] += unit
        used += needed
    return parts


def _cells(table: Table, places: int) -> Cells:
    """The texts of the cells, row by row; amounts of money are aligned at the decimal point."""
    columns = [
        [visible(show(row[i], column.kind, places)) for row in table.rows]
        for i, column in enumerate(table.columns)
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


def _widths(table: Table, cells: Cells) -> list[int]:
    labels = [column.label for column in table.columns]
    return [max(cell_len(text[i]) for text in [labels, *cells]) for i in range(len(labels))]


def _grid(
    table: Table, cells: Cells, part: Sequence[int], prose: Sequence[int], levels: Mapping[Level, str]
) -> RichTable:
    grid = RichTable(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for i in part:
        column = table.columns[i]
        label = Text(visible(column.label))
        grid.add_column(label, justify=column.align, no_wrap=True, overflow="crop")
    if prose:
        grid.add_column(Text(visible(table.columns[prose[0]].label)), overflow="fold")
    for number, texts in enumerate(cells):
        row = table.rows[number]
        is_sum = table.styles.get(number) == "sum"
        shown = [_styled(texts[i], row[i], table.columns[i], levels) for i in part]
        shown += [_prose([texts[i] for i in prose])] if prose else []
        grid.add_row(*shown, style="bold" if is_sum else "dim" if number in table.styles else None)
    return grid


def _prose(texts: Sequence[str]) -> Text:
    """The first text, and the others on lines of their own below it."""
    first, *others = texts
    return Text("\n").join([Text(first), *(Text(text, style="dim") for text in others if text)])


def _print_lists(console: Console, columns: tuple[Column, ...], cells: Cells) -> None:
    label_width = max((cell_len(column.label) for column in columns[1:]), default=0)
    for number, row in enumerate(cells):
        if number:
            console.line()
        console.print(Text(row[0], style="bold"), soft_wrap=True)
        for column, text in zip(columns[1:], row[1:], strict=True):
            padding = " " * (label_width - cell_len(column.label))
            console.print(Text(f"  {visible(column.label)}{padding}  {text}"), soft_wrap=True)


def _styled(text: str, value: object, column: Column, levels: Mapping[Level, str]) -> Text:
    if isinstance(value, Badge):
        return Text(text, style=levels[value.level])
    return Text(text, justify="left" if column.kind in MONEY else None)
