"""Cards side by side: what was found about each reference, in the same rows so that they can be compared."""

from __future__ import annotations

from tokcount.document.blocks import Card, Cards, Cell, Column, Fact, Table
from tokcount.document.values import show
from tokcount.render.html.tables import badge, html_table, text, value_of

MOST_SIDE_BY_SIDE = 3
"""With more, the cards are one table."""


def cards(block: Cards, places: int) -> str:
    """The strip of cards."""
    if len(block.cards) > MOST_SIDE_BY_SIDE:
        return html_table(_table(block, places), 0, places)
    shown = "".join(_card(card, number, places) for number, card in enumerate(block.cards, 1))
    return f'<div class="cards">\n{shown}</div>\n'


def _card(card: Card, number: int, places: int) -> str:
    text_line = f"<p>{text(card.text)}</p>" if card.text else ""
    facts = "".join(_fact(fact, places) for fact in card.facts)
    tone = (number - 1) % 2 + 1
    return (
        f'<section class="card s{tone}" aria-labelledby="card{number}">\n'
        f'<h2 id="card{number}">{text(card.name)} {badge(card.badge)}</h2>{text_line}\n<dl>{facts}</dl></section>\n'
    )


def _fact(fact: Fact, places: int) -> str:
    values = " → ".join(_value(cell, places) for cell in (fact.value, fact.to) if cell is not None)
    change = f' <span class="change">{_value(fact.change, places)}</span>' if fact.change is not None else ""
    note = f"<small>{text(fact.note)}</small>" if fact.note else ""
    return f"<dt>{text(fact.label)}</dt><dd><strong>{values or _value(None, places)}</strong>{change}{note}</dd>\n"


def _value(cell: Cell, places: int) -> str:
    raw = value_of(cell, "text")
    shown = text(show(cell, "text", places))
    return f'<data value="{text(raw)}">{shown}</data>' if raw else shown


def _table(block: Cards, places: int) -> Table:
    """A row for each reference, a column for each fact: its value, and below it what changed."""
    first = block.cards[0]
    columns = [Column("target"), Column("")]
    for fact in first.facts:
        columns += [Column(fact.label), Column("", below=True)]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (card.name, card.badge, *(cell for fact in card.facts for cell in _cells(fact, places)))
        for card in block.cards
    )
    return Table(tuple(columns), rows)


def _cells(fact: Fact, places: int) -> tuple[Cell, Cell]:
    shown = [show(cell, "text", places) for cell in (fact.value, fact.to) if cell is not None]
    change = show(fact.change, "text", places) if fact.change is not None else ""
    return " → ".join(shown) or show(None, "text"), change
