"""HTML: one self-contained page for any report; complete without scripts, pictures or a network.

Everything that comes from a log is escaped by `text` before it enters the page. A Content Security Policy allows only
the one script of the page to run, and nothing to be fetched.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from itertools import count

from tokcount.document.blocks import Block, Blocks, Cell, Chart, Column, Heading, Line, Measured, Raw, Table
from tokcount.document.document import Document
from tokcount.document.values import show
from tokcount.render.escape import visible
from tokcount.render.html import template
from tokcount.render.html.charts import charts_missing, svg
from tokcount.render.terminal import OutputTarget
from tokcount.render.text_charts import as_table

SIGNED = frozenset({"percent", "usd_change"})


def render(document: Document, target: OutputTarget) -> str:
    """The page of a report."""
    title = f"tokcount {document.command}"
    made_by = f"tokcount {document.envelope.version}"
    return template.page(text(title), _body(document.blocks()), text(made_by))


def text(value: str) -> str:
    """Any text, safe in an element or an attribute, and in the log of a CI runner."""
    return html.escape(visible(value)).replace("##", "#&#35;")


def _body(blocks: Blocks) -> str:
    numbers = count(1)
    missing = charts_missing() if any(isinstance(block, Chart) for block in blocks) else None
    sections = [_section(section, numbers, drawn=missing is None) for section in _sections(blocks)]
    note = f'<p class="note">{text(missing)}</p>\n' if missing else ""
    return "".join(sections) + note


def _sections(blocks: Blocks) -> Iterator[list[Block]]:
    """The blocks, split before each heading."""
    section: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and section:
            yield section
            section = []
        section.append(block)
    if section:
        yield section


def _section(blocks: Sequence[Block], numbers: Iterator[int], *, drawn: bool) -> str:
    first = blocks[0]
    inside = "".join(_block(block, numbers, drawn=drawn) for block in blocks)
    if not isinstance(first, Heading):
        return f'<section class="lead" aria-label="Summary">\n{inside}</section>\n'
    return f'<section aria-label="{text(first.text)}">\n{inside}</section>\n'


def _block(block: Block, numbers: Iterator[int], *, drawn: bool) -> str:
    match block:
        case Heading(words):
            return f"<h2>{text(words)}</h2>\n"
        case Line(words, tone):
            return f'<p class="{tone}">{text(words)}</p>\n'
        case Table():
            return _table(block, next(numbers))
        case Chart():
            return _figure(block, next(numbers)) if drawn else _chart_as_table(block, numbers)


def _chart_as_table(chart: Chart, numbers: Iterator[int]) -> str:
    return "" if chart.in_table else _table(as_table(chart), next(numbers))


def _figure(chart: Chart, number: int) -> str:
    caption = f"<figcaption><strong>{text(chart.title)}.</strong> {text(chart.description)}</figcaption>"
    return f"<figure>\n{caption}\n{svg(chart, f'chart{number}')}\n</figure>\n"


def _table(table: Table, number: int) -> str:
    name = text(table.title or f"{table.columns[0].label or 'Numbers'} table {number}")
    caption = f"<caption>{text(table.title)}</caption>" if table.title else ""
    head = "".join(_head(column) for column in table.columns)
    rows = "".join(_row(row, table.columns) for row in table.rows)
    note = f'<p class="note">{text(table.note)}</p>\n' if table.note else ""
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0"><table>{caption}'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n{note}"
    )


def _head(column: Column) -> str:
    if not column.label:
        return "<td></td>"
    return f'<th scope="col" class="{column.align}">{text(column.label)}</th>'


def _row(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> str:
    first = f'<th scope="row">{text(show(row[0], columns[0].kind))}</th>'
    rest = "".join(_cell(value, column) for value, column in zip(row[1:], columns[1:], strict=True))
    return f"<tr>{first}{rest}</tr>\n"


def _cell(value: Cell, column: Column) -> str:
    if column.kind == "text" or isinstance(value, Measured):
        return f"<td>{text(show(value, column.kind))}</td>"
    if column.kind == "bar":
        width = 0.0 if value is None else min(max(float(value), 0.0), 1.0)
        return f'<td class="bar" aria-hidden="true"><i style="width:{width * 100:.1f}%"></i></td>'
    shown = text(show(value, column.kind))
    raw = "" if value is None or isinstance(value, bool) else f' data-value="{text(str(value))}"'
    return f'<td class="right{_direction(value, column)}"{raw}>{shown}</td>'


def _direction(value: Raw, column: Column) -> str:
    if column.kind not in SIGNED or value is None or not float(value):
        return ""
    return " more" if float(value) > 0 else " less"
