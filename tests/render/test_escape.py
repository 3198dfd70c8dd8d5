"""Log content cannot act in a report."""

from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tokcount.render.escape import csv_cell, json_text, markdown, markdown_line, visible, without_commands


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202egpj.exe", r"a\u202egpj.exe"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("\N{ZERO WIDTH SPACE}", r"\u200b"),
        ("日本語 👩\N{ZERO WIDTH JOINER}💻 [red]", "日本語 👩\N{ZERO WIDTH JOINER}💻 [red]"),
    ],
)
def test_control_and_invisible_characters_are_shown_as_escapes(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_no_control_character_survives(text: str) -> None:
    assert not {unicodedata.category(character) for character in visible(text)} & {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1", "'+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", r"'\t=1"),
        ("\r=1", r"'\r=1"),
        ("\N{FULLWIDTH EQUALS SIGN}1", "'\N{FULLWIDTH EQUALS SIGN}1"),
        ("-", "-"),
        ("-3.20", "-3.20"),
        ("-3.20\n=1", r"'-3.20\n=1"),
        ("gpt-4o", "gpt-4o"),
        ("", ""),
    ],
)
def test_cells_that_look_like_formulas_get_an_apostrophe(text: str, cell: str) -> None:
    assert csv_cell(text) == cell


@given(st.lists(st.text(), min_size=1))
def test_a_row_of_escaped_cells_is_one_line_and_parses_back(texts: list[str]) -> None:
    cells = [csv_cell(text) for text in texts]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)

    line = buffer.getvalue()

    assert line.count("\n") == 1
    assert next(csv.reader([line])) == cells


MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
HOSTILE = [
    "a|b",
    "<script>alert(1)</script>",
    "`code`",
    "**bold** _em_ __x__ ~~gone~~",
    "[text](javascript:alert(1)) ![image](http://tracker/x.png)",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "&lt;b&gt; &amp;",
    "line\nbreak",
    "\\| \\`",
    "https://evil.example/ www.evil.example",
    "<!-- comment",
    "===",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_an_escaped_line_is_one_markdown_paragraph_with_the_same_text(text: str) -> None:
    tokens = MARKDOWN.parse(markdown_line(text))

    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == visible(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_an_escaped_cell_of_a_markdown_table_has_the_same_text(text: str) -> None:
    tokens = MARKDOWN.parse(f"| a | b |\n| --- | --- |\n| {markdown(text)} | end |\n")

    cells = [token for token in tokens if token.type == "inline"]
    assert [cell.content for cell in cells[:2]] + [cells[-1].content] == ["a", "b", "end"]
    children = cells[2].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == visible(text)


def test_markdown_has_no_mentions_and_no_links() -> None:
    assert markdown("@team see https://x") == "@\u2060team see https\\://x"


@given(st.text())
def test_escaped_json_parses_to_the_same_value(text: str) -> None:
    document = json_text(json.dumps({"key": [text, 1]}, ensure_ascii=False, indent=2))

    assert json.loads(document) == {"key": [text, 1]}
    assert visible(document.replace("\n", "")) == document.replace("\n", "")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error file=x::y", "\\x3a:error file=x::y"),
        ("  ::stop-commands::t", "  \\x3a:stop-commands::t"),
        ("a ##[error]b", "a #\\x23[error]b"),
        ("a ::error::b", "a ::error::b"),
        ("one\n::two\n\n::three", "one\n\\x3a:two\n\n\\x3a:three"),
    ],
)
def test_commands_of_ci_runners_are_broken_up(line: str, shown: str) -> None:
    assert without_commands(line) == shown
