"""Tables on terminals and in pipes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tokcount.document.blocks import Blocks, Column, Heading, Line, Table
from tokcount.render.table import render_blocks, split
from tokcount.render.terminal import OutputTarget

PIPE = OutputTarget()
LONG = "gpt-4o-2024-08-06-" + "x" * 150
TABLE = Table(
    (Column("model"), Column("input", "int"), Column("drift", "percent"), Column("basis")),
    (("gpt-4o", 3120455, -0.333, "exact"), (LONG, None, 0.41, "partial")),
    title="Totals",
    note="a note",
)


def test_in_a_pipe_nothing_is_cut_or_wrapped() -> None:
    lines = render_blocks([Line("word " * 60), TABLE], PIPE).splitlines()

    assert lines[0] == ("word " * 60).rstrip()
    assert any(line.startswith(LONG) and line.endswith("partial") for line in lines)


def test_texts_are_aligned_left_and_numbers_right() -> None:
    small = Table((Column("a"), Column("n", "int")), (("x", 1), ("yy", 1000)))

    assert render_blocks([small], PIPE) == "a       n\nx       1\nyy  1,000\n"


def test_wide_characters_keep_the_columns_aligned() -> None:
    small = Table((Column("a"), Column("n", "int")), (("日本語", 1), ("x", 2)))

    lines = render_blocks([small], PIPE).splitlines()

    assert len({cell_len(line) for line in lines}) == 1


def test_tables_and_headings_have_blank_lines_around_them_and_lines_do_not() -> None:
    blocks: Blocks = [
        Line("one"),
        Line("two"),
        Table((Column("c"),), (("v",),)),
        Line("three"),
        Heading("four"),
        Line("five"),
    ]

    assert render_blocks(blocks, PIPE) == "one\ntwo\n\nc\nv\n\nthree\n\nfour\n\nfive\n"


def test_a_wide_table_is_split_into_parts_that_repeat_the_first_column() -> None:
    table = Table((Column("name"), *(Column(f"column {n}", "int") for n in range(6))), (("x", *range(6)),))

    lines = render_blocks([table], OutputTarget(width=40)).splitlines()

    assert lines == [
        "name  column 0  column 1  column 2",
        "x            0         1         2",
        "",
        "name  column 3  column 4  column 5",
        "x            3         4         5",
    ]


def test_a_table_too_wide_to_split_becomes_a_list_per_row() -> None:
    lines = render_blocks([TABLE], OutputTarget(width=40)).splitlines()

    assert lines[:5] == ["Totals", "gpt-4o", "  input  3,120,455", "  drift  −33.3 %", "  basis  exact"]
    assert LONG in lines


def test_a_sentence_wraps_between_words_on_a_terminal() -> None:
    lines = render_blocks([Line("one two three four")], OutputTarget(width=10)).splitlines()

    assert lines == ["one two", "three four"]


@pytest.mark.parametrize("color", [True, False])
def test_markup_and_escape_codes_in_a_log_are_shown_as_text(color: bool) -> None:
    hostile = "[bold red]x[/] \x1b[2J :smile: \x1b]8;;http://x\x07"
    blocks: Blocks = [
        Line(hostile),
        Heading(hostile),
        Table((Column(hostile),), ((hostile,),), hostile, hostile),
    ]

    text = render_blocks(blocks, OutputTarget(width=None, color=color))

    assert text.count("[bold red]x[/]") == 6
    assert ":smile:" in text
    assert set(re.findall(r"\x1b[^m]*m|\x1b.", text)) <= {"\x1b[0m", "\x1b[1m", "\x1b[2m"}


def test_growth_and_shrinkage_are_coloured_only_on_request() -> None:
    coloured, plain = (render_blocks([TABLE], OutputTarget(color=wanted)) for wanted in (True, False))

    assert "\x1b[32m" in coloured
    assert "\x1b[31m" in coloured
    assert "\x1b" not in plain


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.integers(10, 80))
def test_the_parts_of_a_split_table_fit_and_have_every_column_once(widths: list[int], width: int) -> None:
    parts = split(widths, width)

    if not parts:
        assert widths[0] > width or any(widths[0] + 2 + other > width for other in widths[1:])
        return
    assert [column for part in parts for column in part[1:]] == list(range(1, len(widths)))
    for part in parts:
        assert part[0] == 0
        assert sum(widths[column] for column in part) + 2 * (len(part) - 1) <= width


def test_amounts_of_money_are_aligned_at_the_decimal_point() -> None:
    columns = (Column("name"), Column("amount", "usd"), Column("n", "int"))
    amounts = ("1204.5", "0.0000988", None, "0")
    rows = tuple(("x", amount, 7) for amount in amounts)

    lines = render_blocks([Table(columns, rows)], OutputTarget()).splitlines()[1:]

    assert lines == [
        "x     $1,204.50       7",
        "x         $0.0000988  7",
        "x                  –  7",
        "x         $0.00       7",
    ]


def test_for_programs_tables_have_tabs_and_plain_numbers() -> None:
    columns = (
        Column("a"),
        Column("n", "int"),
        Column("drift", "percent"),
        Column("cost", "usd"),
        Column("x"),
    )
    rows = (("b c", 1234567, -0.333, "0.000000000123", "4,5"), ("d\te", -5, None, None, ""))
    table = Table(columns, rows, title="All", note="a note")

    written = render_blocks([Line("1,234 records"), table], OutputTarget(for_programs=True))

    assert written == (
        "1,234 records\n\nAll\na\tn\tdrift\tcost\tx\n"
        "b c\t1234567\t-0.333\t0.000000000123\t4,5\nd\\te\t-5\t\t\t\na note\n"
    )
