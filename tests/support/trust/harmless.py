"""What makes a report harmless in each place where it may be shown: one check for each format."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from functools import partial
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt

from tokcount.render.ci.comment import MARKER
from tokcount.render.html.template import SCRIPT, STYLE

ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
MENDED = "@\u2060"
"""A word joiner keeps Markdown from mentioning people."""
COMMAND = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
FORMULA = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?|-")
FINE_TAGS = frozenset(
    {"html", "head", "meta", "link", "title", "style", "body", "main", "header", "nav", "script", "section"}
    | {
        "h1",
        "h2",
        "p",
        "div",
        "ul",
        "li",
        "a",
        "code",
        "span",
        "small",
        "data",
        "wbr",
        "strong",
        "b",
        "i",
        "dl",
        "dt",
        "dd",
    }
    | {"table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"}
    | {"svg", "g", "path", "rect", "line", "text", "defs", "clippath", "desc"}
)
FINE_LINKS = frozenset({"data:,"})
FRAME = re.compile(
    r"^(<details><summary>[A-Z][\w ]+(: \d+)?</summary>|</details>|<sub>(?=tokcount [^<\n]*</sub>$))|</sub>$",
    re.MULTILINE,
)
"""The elements of a comment on a pull request."""
ANCHOR = re.compile("#[a-z0-9-]+")
"""A section of the page."""


def any_text(shown: str) -> None:
    """On a terminal, and in the log of a runner."""
    found = ACTING.search(shown.replace(MENDED, "@"))
    assert found is None, _around(shown, found.start())
    command = COMMAND.search(shown)
    assert command is None, _around(shown, command.start())


def tables_in_a_pipe(shown: str) -> None:
    """In a pipe: tabs are only between cells, so that all lines of a table have as many."""
    any_text(shown.replace("\t", "  "))
    for paragraph in shown.split("\n\n"):
        tabs = [line.count("\t") for line in paragraph.splitlines() if "\t" in line]
        assert len(set(tabs)) <= 1, paragraph


def table_of_cells(shown: str, delimiter: str = ",") -> None:
    """In a spreadsheet: rows of one length, and no formula."""
    any_text(shown if delimiter == "," else shown.replace(delimiter, "  "))
    rows = list(csv.reader(io.StringIO(shown), delimiter=delimiter))
    assert len({len(row) for row in rows if row}) <= 2
    for cell in (cell for row in rows for cell in row):
        assert not FORMULA.match(cell) or NUMBER.fullmatch(cell), cell


def document(shown: str) -> None:
    """In a parser of JSON."""
    any_text(shown)
    json.loads(shown)


def lines_of_documents(shown: str) -> None:
    any_text(shown)
    for line in shown.splitlines():
        json.loads(line)


def markdown(shown: str) -> None:
    """In a comment on GitHub: text, tables and headings of our own."""
    any_text(shown)
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(shown)
    kinds = {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or []
    }
    fine = r"(table|thead|tbody|tr|th|td|paragraph|heading|strong|em)_(open|close)|inline|text|text_special|softbreak"
    assert [kind for kind in kinds if not re.fullmatch(fine, kind)] == []
    assert re.search(r"@\w", shown) is None


def comment(shown: str) -> None:
    """In a comment of a pull request: Markdown, and between it the elements of our own alone on their lines."""
    assert shown.startswith(f"{MARKER}\n")
    markdown(FRAME.sub("", shown.removeprefix(MARKER)))


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.inside: list[str] = []
        self.code: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.inside.append(tag)
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            is_link = name in {"src", "href", "action", "formaction"}
            assert not is_link or value in FINE_LINKS or ANCHOR.fullmatch(value or ""), (tag, name, value)

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] in {"script", "style"}:
            self.code.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def page(shown: str) -> None:
    """In a browser: elements of our own, one script and one style, ours."""
    any_text(shown)
    parser = _Page()
    parser.feed(shown)
    assert parser.tags <= FINE_TAGS
    assert sorted(parser.code) == sorted([STYLE, SCRIPT])


def commands(shown: str) -> None:
    """In the runner of GitHub Actions: annotations of our own, one a line."""
    assert ACTING.search(shown) is None
    for line in shown.splitlines():
        assert re.fullmatch(r"::(error|warning|notice)( [^:]*)?::.*", line), line
        assert re.search(r"%(?!25|3A|2C)", line) is None, line


def junit(shown: str) -> None:
    any_text(shown)
    fine = {"testsuites", "testsuite", "testcase", "failure", "error", "system-out"}
    assert {element.tag for element in ET.fromstring(shown).iter()} <= fine  # noqa: S314 - our own output


HARMLESS: dict[str, Callable[[str], None]] = {
    "table": tables_in_a_pipe,
    "csv": table_of_cells,
    "tsv": partial(table_of_cells, delimiter="\t"),
    "json": document,
    "jsonl": lines_of_documents,
    "markdown": markdown,
    "html": page,
    "comment": comment,
    "github": commands,
    "gitlab": document,
    "junit": junit,
    "sarif": document,
}
"""Format → what raises `AssertionError` when the output does more than say something."""


def _around(text: str, place: int) -> str:
    return repr(text[max(0, place - 80) : place + 40])
