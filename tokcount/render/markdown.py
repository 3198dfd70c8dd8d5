"""GitHub Flavored Markdown, for a pull request comment or a wiki."""

from __future__ import annotations

from tokcount.document.blocks import Block, Blocks, Cards, Cell, Chart, Column, Heading, Line, Table, Title
from tokcount.document.document import Document
from tokcount.document.values import fact_text, places_in, show
from tokcount.render.escape import markdown, markdown_line
from tokcount.render.terminal import OutputTarget
from tokcount.render.text_charts import as_table

DECORATION = {"plain": "{}", "strong": "**{}**", "note": "{}", "warning": "⚠ {}"}
RULES = {"left": ":--", "right": "--:"}


def render(document: Document, target: OutputTarget) -> str:
    """The blocks of a report, separated by blank lines, and how it was made."""
    run = document.run
    made = f"{document.command} of {run.day.isoformat()}" if run else document.command
    return render_blocks([*document.blocks(), Line(f"tokcount {document.envelope.version}, {made}", "note")])


def render_blocks(blocks: Blocks) -> str:
    """Blocks as Markdown paragraphs, headings and pipe tables."""
    places = places_in(blocks)
    return "\n\n".join(_block(block, places) for block in blocks) + "\n"


def _block(block: Block, places: int) -> str:
    match block:
        case Title(text, badge, facts):
            level = f"{markdown(show(badge, 'text'))}: " if badge else ""
            below = f"\n\n{markdown_line(' · '.join(facts))}" if facts else ""
            return f"### {level}{markdown(text)}{below}"
        case Line(text, tone):
            return DECORATION[tone].format(markdown_line(text))
        case Heading(text):
            return f"#### {markdown(text)}"
        case Cards():
            return _table(_cards(block, places), places)
        case Table() | Chart():
            return _table(as_table(block) if isinstance(block, Chart) else block, places)


def _cards(block: Cards, places: int) -> Table:
    """A row for each fact, a column for each card."""
    columns = (Column(""), *(Column(card.name) for card in block.cards))
    badges: tuple[Cell, ...] = ("", *(card.badge for card in block.cards))
    facts = zip(*(card.facts for card in block.cards), strict=True)
    rows: list[tuple[Cell, ...]] = [
        (each[0].label, *(fact_text(fact, places) for fact in each)) for each in facts
    ]
    return Table(columns, (badges, *rows))


def _table(table: Table, places: int) -> str:
    """A pipe table; bars are left out, their numbers are in the table."""
    kept = [n for n, column in enumerate(table.columns) if column.kind != "bar"]
    columns = [table.columns[n] for n in kept]
    lines = [f"**{markdown(table.title)}**\n"] if table.title else []
    lines.append(_row([markdown(column.label) for column in columns]))
    lines.append(_row([RULES[column.align] for column in columns]))
    for number, row in enumerate(table.rows):
        cells = [_cell(row[n], table.columns[n], places) for n in kept]
        is_sum = table.styles.get(number) == "sum"
        lines.append(_row([f"**{cell}**" if is_sum and cell else cell for cell in cells]))
    if table.note:
        lines.append(f"\n{markdown_line(table.note)}")
    return "\n".join(lines)


def _cell(value: Cell, column: Column, places: int) -> str:
    return markdown(show(value, column.kind, places)).replace(" %", "\N{NO-BREAK SPACE}%")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
