"""The sections of a Markdown file, by its headings."""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec
from markdown_it import MarkdownIt

BEFORE = "(before the first heading)"


class Section(msgspec.Struct, frozen=True):
    """The text from one heading to the next, of any level. `title` has the headings above it: `Setup > Linux`."""

    title: str
    line: int
    text: str


def sections_of(text: str) -> Iterator[Section]:
    """The sections of a Markdown text (CommonMark), in order; joined, they are the text."""
    lines = list(io.StringIO(text, newline=""))
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    above: list[tuple[int, str]] = []
    begin, title = 0, BEFORE
    for place, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or not token.map:
            continue
        start = token.map[0]
        if start > begin:
            yield Section(title, begin + 1, "".join(lines[begin:start]))
        level = int(token.tag[1:])
        above = [*(item for item in above if item[0] < level), (level, tokens[place + 1].content)]
        begin, title = start, " > ".join(name for _, name in above)
    if begin < len(lines):
        yield Section(title, begin + 1, "".join(lines[begin:]))
