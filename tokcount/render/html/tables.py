"""Tables of a page: sortable by numbers, with bars in cells, and as cards on a phone."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Final

from tokcount.document.blocks import Badge, Bar, Cell, CellKind, Column, Measured, Places, Span, Table
from tokcount.document.values import show
from tokcount.render.escape import visible

FEW: Final = 3
"""A table with at most so many columns fits a phone as it is."""
MONEY: Final = frozenset({"usd", "usd_change", "price"})
Part = tuple[int, int | None]
"""A column of the page: the number of a column, and of the one that is shown below it."""


def text(value: str) -> str:
    """Any text, safe in an element or an attribute, and in the log of a CI runner; percentages are not broken up."""
    return html.escape(visible(value)).replace("##", "#&#35;").replace(" %", "\N{NO-BREAK SPACE}%")


def badge(shown: Badge) -> str:
    """A word with the sign of its level."""
    return f'<span class="badge {shown.level}">{text(show(shown, "text"))}</span>'


def html_table(table: Table, number: int, places: int) -> str:
    """A table; `places` are the decimals of its amounts."""
    parts = list(_parts(table.columns))
    name = text(table.title or f"{table.columns[0].label or 'Numbers'} table {number}")
    caption = f"<caption>{text(table.title)}</caption>" if table.title else ""
    head = "".join(_head(table.columns, part) for part in parts)
    header = _header_of(table)
    rows = [_row(table, n, parts, header, places) for n in range(len(table.rows))]
    plain = "".join(row for n, row in enumerate(rows) if n not in table.styles)
    last = "".join(row for n, row in enumerate(rows) if n in table.styles)
    bodies = "".join(f'<tbody role="rowgroup">\n{inside}</tbody>' for inside in (plain, last) if inside)
    note = f'<p class="note">{text(table.note)}</p>\n' if table.note else ""
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">'
        f'<table role="table"{_class(table, parts)}>{caption}'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f"{bodies}</table></div>\n{note}"
    )


def _parts(columns: Sequence[Column]) -> Iterator[Part]:
    for n, column in enumerate(columns):
        if not column.below:
            has_below = n + 1 < len(columns) and columns[n + 1].below
            yield n, n + 1 if has_below else None


def _class(table: Table, parts: Sequence[Part]) -> str:
    """Whether rows become cards on a phone; tables with bars keep their rows and leave columns out."""
    if any(column.kind == "bar" for column in table.columns):
        return ' class="bars"'
    is_wide = len(parts) > FEW or any(column.long for column in table.columns)
    return ' class="stack"' if is_wide else ""


def _header_of(table: Table) -> int:
    """The column that names the rows: the first, or after a level without a heading the first text."""
    is_level = not table.columns[0].label and table.rows and isinstance(table.rows[0][0], Badge)
    return (
        next((n for n, column in enumerate(table.columns) if n and column.kind == "text"), 0)
        if is_level
        else 0
    )


def _head(columns: Sequence[Column], part: Part) -> str:
    column = columns[part[0]]
    label = column.label
    below = columns[part[1]].label if part[1] is not None else ""
    if not label:
        return '<td role="cell"></td>'
    small = f"<small>{text(below)}</small>" if below else ""
    return f'<th role="columnheader" scope="col" class="{_classes(column)}">{text(label)}{small}</th>'


def _classes(column: Column) -> str:
    return " ".join(
        filter(None, (column.align, column.kind if column.kind in ("bar", "code") else "", _extra(column)))
    )


def _extra(column: Column) -> str:
    return " ".join(("long",) * column.long + ("spare",) * (column.drop > 0 and column.kind != "bar"))


def _row(table: Table, number: int, parts: Sequence[Part], header: int, places: int) -> str:
    row = table.rows[number]
    cells = "".join(_cell(row, table.columns, part, places, header=part[0] == header) for part in parts)
    style = table.styles.get(number)
    return f'<tr role="row"{f" class={chr(34)}{style}{chr(34)}" if style else ""}>{cells}</tr>\n'


def _cell(row: Sequence[Cell], columns: Sequence[Column], part: Part, places: int, *, header: bool) -> str:
    value, column = row[part[0]], columns[part[0]]
    inside = _inside(value, column, places)
    if part[1] is not None and row[part[1]] not in (None, ""):
        below = columns[part[1]]
        raw = value_of(row[part[1]], below.kind)
        number = f' data-value="{text(raw)}"' if raw else ""
        inside += f"<small{number}>{_inside(row[part[1]], below, places)}</small>"
    classes = _classes(column) + (" none" if value in (None, "") else "")
    if header:
        return f'<th role="rowheader" scope="row" class="{classes}">{inside}</th>'
    label = f' data-label="{text(column.label)}"' if column.label else ""
    raw = value_of(value, column.kind)
    number = f' data-value="{text(raw)}"' if raw else ""
    return f'<td role="cell" class="{classes}"{label}{number}>{inside}</td>'


def value_of(cell: Cell, kind: CellKind) -> str:
    """The raw number behind a cell, for scripts and tests; empty for a text."""
    if isinstance(cell, Measured):
        kind, cell = cell.kind, cell.value
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return str(cell) if is_number or (isinstance(cell, str) and kind in MONEY) else ""


def _inside(value: Cell, column: Column, places: int) -> str:
    match value:
        case Badge():
            return badge(value)
        case Bar():
            return _bar(value)
        case Places(named, more):
            shown = "".join(f"<span>{_path(one)}</span>" for one in named)
            return shown + (f"<span>and {text(show(more, 'int'))} more</span>" if more else "")
    shown = show(value, column.kind, places)
    return _path(shown) if column.kind == "code" else text(shown)


def _path(name: str) -> str:
    """A path that is broken into lines after its folders."""
    return text(name).replace("/", "/<wbr>")


def _bar(bar: Bar) -> str:
    size = bar.high - bar.low or 1.0
    spans = "".join(_span(span, bar.low, size) for span in bar.spans)
    zero = (0.0,) if bar.low < 0 else ()
    marks = "".join(
        f'<b style="left:{(mark - bar.low) / size * 100:.2f}%"></b>' for mark in (*zero, *bar.marks)
    )
    return f"<div>{spans}{marks}</div>"


def _span(span: Span, low: float, size: float) -> str:
    left, right = sorted((span.start, span.end))
    tone = "over" if span.tone < 0 else f"s{span.tone and (span.tone - 1) % 2 + 1}"
    return (
        f'<i class="{tone}" style="margin-left:{(left - low) / size * 100:.2f}%;'
        f'width:{(right - left) / size * 100:.2f}%"></i>'
    )
