"""Tables on terminals and in pipes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tokcount.document.blocks import (
    Badge,
    Blocks,
    Card,
    Cards,
    Column,
    Fact,
    Heading,
    Line,
    Measured,
    Table,
    Title,
)
from tokcount.render.grid import fitting, split
from tokcount.render.table import render_blocks
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

    assert render_blocks(blocks, PIPE) == "one\ntwo\n\nc\nv\n\nthree\n\nfour\nfive\n"


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


def test_levels_are_coloured_only_on_request_and_always_have_a_sign() -> None:
    table = Table(
        (Column(""), Column("n", "int")), ((Badge("fail", "breaks"), 1), (Badge("warn", "look"), 2))
    )
    coloured, plain = (render_blocks([table], OutputTarget(color=wanted)) for wanted in (True, False))

    assert "\x1b[1;31m✗ breaks" in coloured
    assert "\x1b[33m! look" in coloured
    assert plain.splitlines()[1:] == ["✗ breaks  1", "! look    2"]


def test_a_title_comes_with_its_verdict_and_facts() -> None:
    blocks = [Title("2 of 3 budgets broken", Badge("fail", "failed"), ("3 records", "chat")), Line("next")]

    assert render_blocks(blocks, PIPE) == "✗ failed: 2 of 3 budgets broken\n3 records · chat\nnext\n"


def test_a_card_has_a_line_for_each_brief_fact() -> None:
    facts = (
        Fact("input tokens", Measured(24624, "int"), Measured(22686, "int"), Measured(-0.0787, "percent")),
        Fact("cost", Measured("0.2417", "usd"), note="all priced"),
        Fact("left out", Measured(1, "int"), brief=False),
    )
    written = render_blocks([Cards((Card("gpt-4o", Badge("pass", "works"), facts),))], PIPE)

    assert written.splitlines() == [
        "✓ gpt-4o  works",
        "  input tokens  24,624 → 22,686, −7.9 %",
        "  cost          $0.24 (all priced)",
    ]


def test_a_terminal_has_the_brief_sections_and_names_the_others() -> None:
    blocks: Blocks = [
        Line("one"),
        Heading("Prices", brief=False),
        Line("two"),
        Heading("Drift"),
        Line("three"),
    ]
    shown = render_blocks(blocks, OutputTarget(width=80))

    assert "two" not in shown
    assert "Only in the whole report (-o report.html): Prices" in shown
    assert "Drift\nthree" in shown
    assert "two" in render_blocks(blocks, PIPE)


def test_columns_are_left_out_in_the_stated_order_and_named() -> None:
    columns = (
        Column("name"),
        Column("output", "int", drop=1),
        Column("basis", drop=2),
        Column("input", "int"),
    )
    table = Table(columns, (("x", 1, "exact", 2),))

    assert fitting(columns, [4, 6, 5, 5], 26) == [0, 1, 2, 3]
    assert fitting(columns, [4, 6, 5, 5], 25) == [0, 1, 3]
    assert fitting(columns, [4, 6, 5, 5], 5) == [0, 3]
    assert render_blocks([table], OutputTarget(width=12)).splitlines() == [
        "name  input",
        "x         2",
        "too wide for",
        "this",
        "terminal:",
        "output,",
        "basis",
    ]


def test_prose_wraps_in_the_last_column_with_more_of_it_below() -> None:
    columns = (
        Column("n", "int"),
        Column("finding", long=True),
        Column("money", "usd"),
        Column("to do", long=True),
    )
    table = Table(columns, ((7, "seven words that are too many for it", "1.5", "do something"),))

    assert render_blocks([table], OutputTarget(width=40)).splitlines() == [
        "n  money  finding",
        "7  $1.50  seven words that are too many",
        "          for it",
        "          do something",
    ]


def test_columns_of_one_reference_are_not_split() -> None:
    groups = ["", "a", "a", "b", "b"]

    assert split([4, 6, 6, 6, 6], 24, groups) == [[0, 1, 2], [0, 3, 4]]
    assert split([4, 6, 6, 6, 6], 30) == [[0, 1, 2, 3], [0, 4]]


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


def test_prices_are_exact_and_aligned_at_the_decimal_point() -> None:
    columns = (Column("name"), Column("in", "price"), Column("out", "price"))
    rows = (("x", "20", "0.0125"), ("y", "2.5", None))

    lines = render_blocks([Table(columns, rows)], OutputTarget()).splitlines()[1:]

    assert lines == ["x     $20.00  $0.0125", "y      $2.50        –"]


def test_amounts_of_money_have_one_number_of_decimals() -> None:
    columns = (Column("name"), Column("amount", "usd"), Column("n", "int"))
    amounts = ("1204.5", "0.0000988", None, "0")
    rows = tuple(("x", amount, 7) for amount in amounts)

    lines = render_blocks([Table(columns, rows)], OutputTarget()).splitlines()[1:]

    assert lines == [
        "x     $1,204.50  7",
        "x        <$0.01  7",
        "x             –  7",
        "x         $0.00  7",
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
