"""GitHub Flavored Markdown, for a pull request comment or a wiki."""

from __future__ import annotations

from tokcount.document.blocks import Block, Blocks, Cell, Chart, Column, Heading, Line, Table
from tokcount.document.document import Document
from tokcount.document.values import show
from tokcount.render.escape import markdown, markdown_line
from tokcount.render.terminal import OutputTarget
from tokcount.render.text_charts import as_table, charts_as_tables

DECORATION = {"plain": "{}", "strong": "**{}**", "note": "{}", "warning": "⚠ {}"}
RULES = {"left": ":--", "right": "--:"}


def render(document: Document, target: OutputTarget) -> str:
    """The blocks of a report, separated by blank lines."""
    return render_blocks(document.blocks())


def render_blocks(blocks: Blocks) -> str:
    """Blocks as Markdown paragraphs, headings and pipe tables."""
    return "\n\n".join(_block(block) for block in charts_as_tables(blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Line(text, tone):
            return DECORATION[tone].format(markdown_line(text))
        case Heading(text):
            return f"### {markdown(text)}"
        case Table() | Chart():
            return _table(as_table(block) if isinstance(block, Chart) else block)


def _table(table: Table) -> str:
    lines = [f"**{markdown(table.title)}**\n"] if table.title else []
    lines.append(_row([markdown(column.label) for column in table.columns]))
    lines.append(_row([RULES[column.align] for column in table.columns]))
    lines.extend(
        _row([_cell(row[i], column) for i, column in enumerate(table.columns)]) for row in table.rows
    )
    if table.note:
        lines.append(f"\n{markdown_line(table.note)}")
    return "\n".join(lines)


def _cell(value: Cell, column: Column) -> str:
    return markdown(show(value, column.kind)).replace(" %", "\N{NO-BREAK SPACE}%")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
