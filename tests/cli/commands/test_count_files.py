"""`tokcount count` over files and folders: order, groups, fields, and files that cannot be read."""

import json
from collections.abc import Iterator

import polars as pl
import pytest
from support.inside import Inside

PAIR = {"a.md": "# One\nsome words\n## Two\nmore words here\n", "sub/b.py": "x = 1\n" * 40}


@pytest.fixture
def files(inside: Inside) -> Inside:
    for name, text in PAIR.items():
        inside.write(name, text)
    return inside


def lines(output: str) -> list[list[str]]:
    return [line.split("\t") for line in output.splitlines()]


def test_numbers_come_first_and_the_path_last_so_that_sort_orders_by_tokens(files: Inside) -> None:
    header, *rows, total = lines(files("count", ".", "-e", "o200k_base").out)

    assert header == ["o200k_base", "bytes", "path"]
    assert [row[-1] for row in rows] == ["./a.md", "./sub/b.py"]
    assert total[-1] == "total"
    assert int(total[0]) == sum(int(row[0]) for row in rows)
    assert "," not in files("count", files.write("c.txt", "word " * 2_000)).out


def test_sort_top_and_total_only(files: Inside) -> None:
    names = {
        order: [row[-1] for row in lines(files("count", ".", "--sort", order).out)[1:-1]]
        for order in ("tokens", "path", "none")
    }

    assert names == {
        "tokens": ["./sub/b.py", "./a.md"],
        "path": ["./a.md", "./sub/b.py"],
        "none": ["./a.md", "./sub/b.py"],
    }
    top, whole = lines(files("count", ".", "--top", "1").out), lines(files("count", ".").out)
    assert [row[-1] for row in top] == ["path", "./sub/b.py"]
    assert lines(files("count", ".", "--total-only").out) == [whole[0], whole[-1]]


def test_a_missing_file_is_reported_the_others_are_counted_and_the_exit_code_is_2(files: Inside) -> None:
    files.write("damaged.gz", "").write_bytes(b"\x1f\x8b\x08\x00\x00")
    done = files("count", "nope.md", "a.md", "damaged.gz", "sub/b.py", "--bare", "-e", "gpt-4o")

    assert done.code == 2
    assert done.out == files("count", "a.md", "sub/b.py", "--bare", "-e", "gpt-4o").out
    assert "nope.md: no such file or folder" in done.err
    assert "damaged.gz" in done.err


def test_names_come_from_a_file_separated_by_nul(files: Inside) -> None:
    files.write("names", "a.md\0sub/b.py\0")

    assert files("count", "--files0-from", "names").out == files("count", "a.md", "sub/b.py").out


def test_binary_and_hidden_and_ignored_files_in_folders_are_left_out_unless_asked_for(files: Inside) -> None:
    files.write("picture.png", "").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    files.write(".secret/x.txt", "hidden words")
    files.write(".git/HEAD", "ref")
    files.write(".gitignore", "built/\n")
    files.write("built/out.txt", "built words")
    found = files("count", ".")

    def paths(*options: str) -> set[str]:
        return {row[-1] for row in lines(files("count", ".", *options).out)[1:-1]}

    assert paths() == {"./a.md", "./sub/b.py"}
    assert "left out 1 file that is not text: ./picture.png; --binary counts it" in found.err
    assert found.code == 0
    assert paths("--binary") - paths() == {"./picture.png"}
    assert paths("--no-ignore") - paths() == {"./built/out.txt"}
    assert paths("--hidden") - paths() >= {"./.secret/x.txt"}
    assert files("count", "picture.png").out.splitlines()[1].endswith("picture.png")


def test_groups_by_suffix_folder_and_heading(files: Inside) -> None:
    def keys(key: str) -> list[tuple[str, str]]:
        return [(row[-2], row[-1]) for row in lines(files("count", ".", "--by", key).out)[1:]]

    assert keys("suffix") == [("1", ".md"), ("1", ".py")]
    assert keys("folder") == [("1", "."), ("1", "sub")]
    assert [key for _, key in keys("heading")][:2] == ["./a.md:1: One", "./a.md:3: One > Two"]


def test_a_tree_has_the_sum_of_each_folder(files: Inside) -> None:
    rows = lines(files("count", ".", "--tree", "-e", "o200k_base").out)
    numbers = [int(row[0]) for row in rows[1:]]

    assert [row[-1] for row in rows[1:]] == [".", "├─ a.md", "└─ sub", "   └─ b.py"]
    assert numbers[0] == numbers[1] + numbers[2]
    assert numbers[2] == numbers[3]


@pytest.fixture
def rows(inside: Inside) -> Iterator[Inside]:
    texts = ["one", "two words", "", "four words are here"]
    inside.write("log.jsonl", "".join(json.dumps({"body": {"ask": text}}) + "\n" for text in texts))
    inside.write("log.csv", "n,ask\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(texts)))
    pl.DataFrame({"ask": texts}).write_parquet(inside.folder / "log.parquet")
    return inside


@pytest.mark.parametrize(
    ("name", "option", "field"),
    [
        ("log.jsonl", "--path", "body.ask"),
        ("log.jsonl", "--path", ".body.ask"),
        ("log.csv", "--column", "ask"),
        ("log.parquet", "--column", "ask"),
    ],
)
def test_one_field_is_counted(rows: Inside, name: str, option: str, field: str) -> None:
    report = json.loads(rows("count", name, option, field, "-e", "o200k_base", "-f", "json").out)

    assert report["total"] == {"o200k_base": 7}
    assert (report["inputs"][0]["values"], report["inputs"][0]["missing"]) == (4, 0)


def test_each_line_or_value_has_a_row(rows: Inside) -> None:
    values = lines(rows("count", "log.csv", "--column", "ask", "--per-line", "-e", "o200k_base").out)
    rows.write("plain.txt", "one\r\ntwo words\n\n")
    plain = rows("count", "plain.txt", "--per-line", "-e", "o200k_base", "-f", "csv").out

    assert values == [
        ["o200k_base", "line", "path"],
        *([str(n), str(line), "log.csv"] for n, line in ((1, 2), (2, 3), (0, 4), (4, 5))),
    ]
    assert plain.splitlines() == ["o200k_base,line,path", "1,1,plain.txt", "2,2,plain.txt", "0,3,plain.txt"]


def test_a_histogram_has_percentiles_and_every_value(rows: Inside) -> None:
    report = json.loads(
        rows("count", "log.csv", "--column", "ask", "--hist", "-e", "o200k_base", "-f", "json").out
    )
    (spread,) = report["spread"]

    assert (spread["unit"], spread["texts"], spread["mean"]) == ("values", 4, 1.75)
    assert spread["percentiles"] == {"min": 0, "p50": 1, "p90": 4, "p95": 4, "p99": 4, "max": 4}
    assert [bucket["texts"] for bucket in spread["buckets"]] == [1, 1, 1, 1]


def test_a_field_that_no_row_has_is_an_error_of_the_file(rows: Inside) -> None:
    done = rows("count", "log.csv", "--column", "nope")

    assert done.code == 2
    assert "log.csv: no row has the field 'nope'" in done.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--column", "a", "--path", "b"), "--column and --path both name the field"),
        (("--ids", "--pieces"), "--ids and --pieces write different things"),
        (("--ids", "-f", "csv"), "--ids writes text or -f jsonl, not csv"),
        (("--overlap", "3"), "--overlap is for --chunk"),
        (("--chunk", "3", "--overlap", "3"), "--overlap 3: less than the 3 tokens of --chunk"),
        (("--ids", "-e", "gpt-4o,gpt-4"), "one encoding at a time: -e gpt-4o or -e gpt-4"),
        (("--delimiter", "ab"), "--delimiter 'ab': expected one character"),
        (("--delimiter", ".", "-f", "csv"), "--delimiter .: numbers or quotes have this character"),
        (("--tree", "--top", "3"), "--tree has an order of its own"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    files: Inside, options: tuple[str, ...], message: str
) -> None:
    done = files("count", "a.md", *options)

    assert done.code == 2
    assert message in done.err


def test_a_delimiter_of_ones_own_separates_csv(files: Inside) -> None:
    header = files("count", "a.md", "-f", "csv", "--delimiter", "|", "-e", "o200k_base").out.splitlines()[0]

    assert header == "o200k_base|bytes|path"
