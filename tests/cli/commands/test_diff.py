"""`tokcount diff OLD NEW`."""

from __future__ import annotations

import csv
import io
import json

import pytest
from support.inside import Inside

OLD = {"prompts/a.md": "word " * 10, "prompts/b.txt": "Hello {name}."}
NEW = {"prompts/a.md": "word " * 40, "prompts/b.txt": "Hello {name}.", "prompts/c.md": "More."}


@pytest.fixture
def folders(inside: Inside) -> Inside:
    """Two folders of prompts, in the folder of the run."""
    for folder, files in (("old", OLD), ("new", NEW)):
        for name, text in files.items():
            inside.write(f"{folder}/{name}", text)
    return inside


def test_the_verdict_comes_first_then_the_files_that_grew(folders: Inside) -> None:
    lines = folders("diff", "old", "new", "--to", "gpt-4o").out.splitlines()

    assert lines[0] == "input tokens 29 → 68, +134.5 %"
    assert lines[1] == "old: old, 2 records · new: new, 3 records"
    assert lines[4].startswith("new/prompts/a.md\t18\t48\t30\t")
    assert "new/prompts/c.md\t\t9\t9\t\tnew" in lines
    assert "1 file unchanged" in lines


def test_rows_for_programs_have_what_they_are_about(folders: Inside) -> None:
    done = folders("diff", "old", "new", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))

    assert done.code == 0
    assert rows[0]["by"] == "total"
    assert {row["by"] for row in rows} == {"total", "source", "model", "text"}


def test_one_side_may_come_from_standard_input(folders: Inside) -> None:
    done = folders("diff", "old/prompts/a.md", "-", "--to", "o200k_base", "-f", "json", stdin=b"word " * 11)

    assert json.loads(done.out)["difference"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("old",), "Missing argument 'NEW'"),
        (("old", "nowhere"), "nowhere: no such file or folder"),
        (("old", "new", "--to", "gpt-nothing"), "gpt-nothing"),
    ],
)
def test_a_mistake_is_one_line(folders: Inside, arguments: tuple[str, ...], message: str) -> None:
    done = folders("diff", *arguments)

    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert message in done.err


def test_two_sides_without_a_record_are_exit_code_3(folders: Inside) -> None:
    folders.write("x.json", "nothing")

    assert folders("diff", "x.json", "x.json").code == 3


def test_a_file_that_is_compared_is_never_replaced(folders: Inside) -> None:
    done = folders("diff", "old", "new", "-f", "json", "-o", "old/prompts/a.md")

    assert done.code == 2
    assert "is an input file" in done.err


def test_a_saved_report_is_shown_in_other_formats(folders: Inside) -> None:
    folders("diff", "old", "new", "-f", "json", "-o", "diff.json")

    assert "new/prompts/a.md" in folders("render", "diff.json", "-f", "markdown").out


def test_saved_reports_are_compared_by_their_groups(folders: Inside) -> None:
    for folder in ("old", "new"):
        options = ("--from", "o200k_base", "--to", "gpt-4o", "--by", "source")
        folders("drift", folder, *options, "-f", "json", "-o", f"{folder}.json")

    lines = folders("diff", "old.json", "new.json", "--to", "gpt-4o").out.splitlines()
    counts = folders("diff", "old.json", "new.json", "-f", "json").out

    assert lines[0] == folders("diff", "old", "new", "--to", "gpt-4o").out.splitlines()[0]
    assert "new/prompts/a.md\t\t48\t48\t\tnew" in lines
    assert json.loads(counts)["reference"] == "o200k_base"


def test_reports_of_count_are_compared_by_file(folders: Inside) -> None:
    for name, words in (("before", 10), ("after", 12)):
        folders.write("x.md", "word " * words)
        folders("count", "x.md", "-e", "o200k_base", "-f", "json", "-o", f"{name}.json")

    report = json.loads(folders("diff", "before.json", "after.json", "-f", "json").out)

    assert [(each["name"], each["difference"]) for each in report["sources"]] == [("x.md", 2)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("drift.json", "new"), "read either reports or logs"),
        (("drift.json", "count.json"), "make both the same way"),
        (("cost.json", "cost.json"), "holds no tokens of files"),
        (("drift.json", "drift.json", "--to", "gpt-5"), "not a reference of both reports"),
        (("drift.json", "drift.json", "--where", "model = x"), "not of saved reports"),
    ],
)
def test_reports_that_cannot_be_compared_are_one_line(
    folders: Inside, options: tuple[str, ...], message: str
) -> None:
    folders(
        "drift", "old", "--to", "gpt-4o", "--assume-model", "gpt-4o-mini", "-f", "json", "-o", "drift.json"
    )
    folders("count", "old/prompts/a.md", "-f", "json", "-o", "count.json")
    folders("cost", "old", "--assume-model", "gpt-4o", "-f", "json", "-o", "cost.json")

    done = folders("diff", *options)

    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert message in done.err


def test_reports_with_totals_alone_say_how_to_make_others(folders: Inside) -> None:
    folders(
        "drift", "old", "--to", "gpt-4o", "--assume-model", "gpt-4o-mini", "-f", "json", "-o", "drift.json"
    )

    assert "made with --by source" in folders("diff", "drift.json", "drift.json").out
