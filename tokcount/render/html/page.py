"""HTML: one self-contained page for any report; complete without scripts, pictures or a network.

Everything that comes from a log is escaped by `text` before it enters the page. A Content Security Policy allows only
the one script of the page to run, and nothing to be fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count

from tokcount.document.blocks import Block, Blocks, Cards, Chart, Heading, Line, Table, Title
from tokcount.document.document import Document
from tokcount.document.values import places_in
from tokcount.render.html import template
from tokcount.render.html.cards import cards
from tokcount.render.html.charts import charts_missing, figure
from tokcount.render.html.tables import badge, html_table, text
from tokcount.render.terminal import OutputTarget
from tokcount.render.text_charts import as_table


def render(document: Document, target: OutputTarget) -> str:
    """The page of a report."""
    blocks = document.blocks()
    title, rest = _title(blocks, document.command)
    sections = list(_sections(rest))
    head = _header(document, title, sections)
    return template.page(
        text(f"tokcount {document.command}: {title.text}"), head, body(sections, places_in(rest))
    )


def _title(blocks: Blocks, command: str) -> tuple[Title, Blocks]:
    """The title, and the other blocks; a report without a title is named after its command."""
    if blocks and isinstance(blocks[0], Title):
        return blocks[0], blocks[1:]
    return Title(f"tokcount {command}"), blocks


class Section:
    """The blocks from one heading to the next. `anchor` is what links to it name; the first has no heading."""

    def __init__(self, blocks: Sequence[Block], number: int) -> None:
        first = blocks[0]
        self.heading = first.text if isinstance(first, Heading) else ""
        self.blocks = blocks[1:] if self.heading else blocks
        words = re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")
        self.anchor = f"{words or 'section'}-{number}" if self.heading else "summary"


def _sections(blocks: Blocks) -> Iterator[Section]:
    """The blocks, split before each heading."""
    starts = [n for n, block in enumerate(blocks) if n == 0 or isinstance(block, Heading)]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(blocks)], strict=True)):
        yield Section(blocks[start:end], number)


def _header(document: Document, title: Title, sections: Sequence[Section]) -> str:
    """What the page is: the title, when it was made from what, the command, and links to the sections."""
    run = document.run
    made = f"{document.command} of {run.day.day} {run.day:%B %Y}" if run else document.command
    facts = (made[:1].upper() + made[1:], *title.facts, f"tokcount {document.envelope.version}")
    listed = "".join(f"<li>{text(fact)}</li>" for fact in facts)
    command = f'<code class="command">{text(run.command)}</code>\n' if run and run.command else ""
    level = f"{badge(title.badge)} " if title.badge else ""
    links = "".join(f'<a href="#{one.anchor}">{text(one.heading)}</a>' for one in sections if one.heading)
    nav = f'<nav aria-label="Sections">{links}</nav>\n' if links.count("<a") > 1 else ""
    return f'<h1>{level}{text(title.text)}</h1>\n<ul class="facts">{listed}</ul>\n{command}{nav}'


def body(sections: Sequence[Section], places: int) -> str:
    """The sections of a page; `places` are the decimals of its amounts."""
    numbers = count(1)
    missing = charts_missing() if any(isinstance(b, Chart) for one in sections for b in one.blocks) else None
    shown = [_section(section, numbers, places, drawn=missing is None) for section in sections]
    note = f'<p class="note">{text(missing)}</p>\n' if missing else ""
    return "".join(shown) + note


def _section(section: Section, numbers: Iterator[int], places: int, *, drawn: bool) -> str:
    inside = "".join(_block(block, numbers, places, drawn=drawn) for block in section.blocks)
    if not section.heading:
        return f'<section aria-label="Summary">\n{inside}</section>\n'
    heading = f'<h2 id="{section.anchor}">{text(section.heading)}</h2>\n'
    return f'<section aria-labelledby="{section.anchor}">\n{heading}{inside}</section>\n'


def _block(block: Block, numbers: Iterator[int], places: int, *, drawn: bool) -> str:
    match block:
        case Line(words, tone):
            return f'<p class="{tone}">{text(words)}</p>\n'
        case Cards():
            return cards(block, places)
        case Table():
            return html_table(block, next(numbers), places)
        case Chart():
            number = next(numbers)
            return (
                figure(block, f"chart{number}", places)
                if drawn
                else html_table(as_table(block), number, places)
            )
        case Heading(words) | Title(words):  # a heading begins a section, and a title the report
            return f"<h2>{text(words)}</h2>\n"
