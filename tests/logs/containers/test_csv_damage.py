"""Damaged tables: the place is named, text is never changed, and all rows that are whole are read."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from fuzz.targets import items_of
from support.logfiles import read_all

from tokcount.logs.containers import csv_rows
from tokcount.logs.record import Record, Skipped

HEADER = ["prompt", "model", "prompt_tokens", "completion_tokens"]
ROW = "this is row number {},gpt-4o,1000,10"
WORDS = ("hello", "the", '27"', "a, b", "x", "Sir,", "table", "row", "y;z")


def prompts_and_skipped(data: str | bytes, name: str = "log.csv") -> tuple[list[str], list[tuple[int, str]]]:
    """The prompts of a table, and line and detail of what was skipped."""
    items, _ = items_of(data.encode() if isinstance(data, str) else data, name)
    prompts = [(item.request or {"prompt": ""})["prompt"] for item in items if isinstance(item, Record)]
    return prompts, [(item.line, item.detail) for item in items if isinstance(item, Skipped)]


def table(*rows: str, header: Sequence[str] = HEADER, end: str = "\n") -> str:
    return end.join([",".join(header), *rows]) + end


def good_rows(count: int) -> list[str]:
    return [ROW.format(number) for number in range(count)]


@pytest.mark.parametrize("place", [0, 1, 3, 50])
@pytest.mark.parametrize(
    "closing", ['the 27" screen,gpt-4o,1000,10', 'the screen has 27",gpt-4o,1000,10', None]
)
def test_a_stray_quote_loses_its_row_alone(place: int, closing: str | None) -> None:
    rows = good_rows(300)
    rows[place] = '"Quoted start of a row,gpt-4o,1000,10'
    if closing:
        rows[200] = closing
    prompts, skipped = prompts_and_skipped(table(*rows))

    assert len(prompts) == 299
    assert skipped == [(place + 2, csv_rows.NOT_CLOSED)]


def test_a_stray_quote_in_another_cell_loses_its_row_alone() -> None:
    rows = good_rows(100)
    rows[10] = 'text,gpt-4o,"1000,10'
    rows[40] = 'the screen has 27",gpt-4o,1000,10'
    prompts, skipped = prompts_and_skipped(table(*rows))

    assert (len(prompts), [line for line, _ in skipped]) == (99, [12])


@pytest.mark.parametrize(
    "cell",
    [
        "Dear Sir, I write\nto you, hoping\nfor more, as ever",
        "name,age,city,job\nAnn,3,Paris,cook\nBob,4,Rome,cook\n",
        "Add 5,7\nthanks",
        "\n".join(good_rows(100)) + "\n",
        "a\r\nb\rc\n\n",
        'He said "hi"\n"and left", they say',
    ],
)
@pytest.mark.parametrize("header", [HEADER, HEADER[:2], HEADER[1::-1]])
def test_lines_and_tables_inside_a_cell_stay_its_text(cell: str, header: list[str]) -> None:
    values = dict(zip(HEADER, [cell, "gpt-4o", "1000", "10"], strict=True))
    before = dict(zip(HEADER, ["hello, you", "gpt-4o", "12", "1"], strict=True))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows([before] * 5 + [values] + [before])

    prompts, skipped = prompts_and_skipped(buffer.getvalue())

    assert prompts == ["hello, you"] * 5 + [cell, "hello, you"]
    assert skipped == []


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ("My card is 4111, my name is Ann,gpt-4o,1,2", csv_rows.EXTRA_CELLS),
        ("Cut off,gpt-4o", csv_rows.MISSING_CELLS),
        ('"He said "hi" to me",gpt-4o,1,2', csv_rows.BAD_QUOTES),
        ("one\rtwo,gpt-4o,1,2", csv_rows.CARRIAGE_RETURN),
        ("one\0two,gpt-4o,1,2", csv_rows.NUL),
        (",".join(HEADER), "the header again"),
        ("\ufeff" + ",".join(HEADER), "the header again"),
    ],
)
def test_a_damaged_row_is_named_and_the_rows_after_it_are_read(row: str, detail: str) -> None:
    prompts, skipped = prompts_and_skipped(table("a,gpt-4o,1,2", row, "b,gpt-4o,3,4"))

    assert prompts == ["a", "b"]
    assert skipped == [(3, detail)]


def test_a_quoted_cell_of_several_lines_with_inner_quotes_is_one_skipped_row() -> None:
    damaged = '"He said\n"hi" there\nand left",gpt-4o,10,5'
    prompts, skipped = prompts_and_skipped(table("a,gpt-4o,1,2", damaged, "b,gpt-4o,3,4"))

    assert (prompts, skipped) == (["a", "b"], [(3, csv_rows.BAD_QUOTES)])


def test_a_file_that_ends_inside_a_cell_is_one_skipped_row() -> None:
    prompts, skipped = prompts_and_skipped(table("a,gpt-4o,1,2") + '"Dear Sir,\nI write\nto you, hoping')

    assert (prompts, skipped) == (["a"], [(3, csv_rows.NOT_CLOSED)])


def test_old_macs_line_ends_are_line_ends_and_those_in_cells_are_text() -> None:
    prompts, skipped = prompts_and_skipped(table('"one\rtwo",gpt-4o,1,2', "three,gpt-4o,1,2", end="\r"))

    assert (prompts, skipped) == (["one\rtwo", "three"], [])


def test_rows_that_another_program_ended_with_cr_are_rows() -> None:
    items, _ = items_of(table("a,gpt-4o,1,2\rb,gpt-4o,3,4", "c,gpt-4o,5,6").encode(), "log.csv")

    assert [(item.line, item.index) for item in items if isinstance(item, Record)] == [(2, 0), (2, 1), (3, 0)]


def test_columns_of_the_same_name_must_agree() -> None:
    text = "prompt,model,prompt\na,gpt-4o,\n,gpt-4o,b\nc,gpt-4o,c\nd,gpt-4o,e\n"

    prompts, skipped = prompts_and_skipped(text)

    assert prompts == ["a", "b", "c"]
    assert skipped == [(5, "a row with different cells in columns of the same name")]


def test_a_header_that_is_damaged_is_named() -> None:
    prompts, skipped = prompts_and_skipped('"prompt,model\na,gpt-4o\n')

    assert prompts == []
    assert skipped == [(1, f"the header of the table is {csv_rows.NOT_CLOSED}")]


def test_comments_before_the_header_are_named() -> None:
    prompts, skipped = prompts_and_skipped(
        "# made in May, 2026\n#\nprompt,model\na,gpt-4o\n# b,gpt-4o\n", "log"
    )

    assert prompts == ["a", "# b"]
    assert skipped == [(1, "a comment, not a row"), (2, "a comment, not a row")]


def test_spaces_between_a_delimiter_and_a_quote_are_no_text() -> None:
    items, _ = items_of(b'"prompt", "model"\n"a, b", "gpt-4o"\nc, gpt-4o\n', "log")

    assert [(item.model, (item.request or {})["prompt"]) for item in items if isinstance(item, Record)] == [
        ("gpt-4o", "a, b"),
        ("gpt-4o", "c"),
    ]


def test_a_hint_for_excel_names_the_delimiter() -> None:
    assert prompts_and_skipped("sep=;\nprompt;model\na, b;gpt-4o\n", "log") == (["a, b"], [])


def test_a_row_that_is_larger_than_a_record_may_be_is_named(tmp_path: Path) -> None:
    text = table("a,gpt-4o,1,2", "x" * 5_000_000 + ",gpt-4o,1,2", '"open,gpt-4o,1,2', "b,gpt-4o,3,4")
    records, skipped = read_all(tmp_path, text, "log.csv", max_value=1 << 20)

    assert [record.line for record in records] == [2, 5]
    assert [(item.line, item.detail) for item in skipped] == [
        (3, "a row of more than 1 MB"),
        (4, csv_rows.NOT_CLOSED),
    ]


def test_many_stray_quotes_take_time_in_proportion() -> None:
    """Each takes in all that follows; with a time that grows with its square this would take hours."""
    rows = 'a","b\n' * 20_000 + '"open,gpt-4o\n' * 20_000

    _, skipped = prompts_and_skipped("prompt,model,x\n" + rows)

    assert len(skipped) > 20_000


def test_wherever_a_table_is_damaged_all_other_rows_are_read() -> None:
    """One character is lost, added or replaced at a random place; rows that it touches may be lost."""
    for seed in range(400):
        choose = random.Random(seed)  # noqa: S311 - damage, not secrets
        cells, text, starts, end = random_table(choose)
        place = choose.randrange(starts[0], len(text) - 1)
        mark = choose.choice('"",\n\rx\0;')
        kept = choose.choice([0, 1])
        damaged = text[:place] + (mark if kept == 0 else choose.choice([mark, ""])) + text[place + kept :]

        hit = max(number for number, start in enumerate(starts) if start <= place)
        after = {hit + 1} if hit + 1 < len(starts) and place >= starts[hit + 1] - len(end) else set()
        touched = {hit, *after, *({hit - 1} if place == starts[hit] else ())}
        prompts, _ = prompts_and_skipped(damaged)
        lost = [cell for number, cell in enumerate(cells) if number not in touched and cell not in prompts]
        assert lost == [], f"seed {seed}: {damaged[max(0, place - 80) : place + 80]!r}"


def random_table(choose: random.Random) -> tuple[list[str], str, list[int], str]:
    """The prompts, the table as a text, where its rows begin, and its line end."""
    width = choose.choice([2, 3, 4])
    end = choose.choice(["\n", "\r\n"])
    buffer = io.StringIO(newline="")
    quoting = choose.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    writer = csv.writer(buffer, delimiter=choose.choice(",;\t"), quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(HEADER[:width])
    prompts, starts, lines = [], [], choose.choice([0, 0.3])
    for number in range(40):
        prompt = f"row{number} " + " ".join(choose.choices(WORDS, k=choose.randint(1, 8)))
        if choose.random() < lines:
            prompt = prompt.replace(" ", "\n", choose.randint(1, 3)) + choose.choice(["", "\n"])
        starts.append(buffer.tell())
        prompts.append(prompt)
        row = [prompt, choose.choice(["gpt-4o", "gpt-4"]), choose.randint(1, 2000), choose.randint(1, 200)]
        writer.writerow(row[:width])
    return prompts, buffer.getvalue(), starts, end
