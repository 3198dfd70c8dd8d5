"""One field of each row of JSON, JSON Lines, CSV, TSV and Parquet."""

import json
from pathlib import Path

import polars as pl
import pytest

from tokcount.errors import DataError
from tokcount.logs.bytes.plain import PlainText
from tokcount.logs.source import expand
from tokcount.texts.values import Field, Value, lines_of, values_of

ROWS = [{"q": "What is 2 + 2?", "n": 1}, {"q": None, "n": 2}, {"n": 3}, {"q": "", "n": 4}]


def values(file: Path, **field: str) -> list[Value]:
    return list(values_of(PlainText(expand([file])[0]), Field(**field)))


@pytest.mark.parametrize("suffix", [".jsonl", ".json", "", ".jsonl.txt"])
def test_lines_of_json_and_a_json_array_have_the_same_values(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"log{suffix}"
    file.write_text(json.dumps(ROWS, indent=1) if suffix == ".json" else "\n".join(map(json.dumps, ROWS)))
    found = [Value(1, "What is 2 + 2?"), Value(2, None), Value(3, None), Value(4, "")]

    assert values(file, column="q") == values(file, path="q") == values(file, path=".q") == found


def test_each_element_of_a_list_is_a_value_and_other_values_are_their_json(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"messages": [{"content": "a"}, {"content": ["b", 1]}, {"role": "x"}]}\n')

    assert [value.text for value in values(file, path="messages[].content")] == ["a", '["b",1]']
    assert [value.text for value in values(file, path="messages[1].content")] == ["b", "1"]


@pytest.mark.parametrize(
    ("suffix", "separator"), [(".csv", ","), (".csv", ";"), (".tsv", "\t"), ("", "\t"), ("", ",")]
)
def test_a_column_of_a_table_keeps_quotes_and_line_ends(tmp_path: Path, suffix: str, separator: str) -> None:
    file = tmp_path / f"table{suffix}"
    rows = [["id", "the question"], ["1", '"two\nlines, ""quoted"""'], ["2", "plain"]]
    file.write_text("".join(separator.join(row) + "\n" for row in rows))

    assert values(file, column="the question") == [Value(2, 'two\nlines, "quoted"'), Value(4, "plain")]


def test_a_column_of_parquet_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "log.parquet"
    pl.DataFrame({"q": ["a", None], "deep": [{"x": "b"}, {"x": "c"}]}).write_parquet(file)

    assert values(file, column="q") == [Value(1, "a"), Value(2, None)]
    assert [value.text for value in values(file, path="deep.x")] == ["b", "c"]


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("a.jsonl", '{"q": "a"}\n{"q": \n', "a.jsonl:2: not JSON"),
        ("a.csv", 'q\n"open\n', "a.csv:2: the row that begins here cannot be read: unexpected end of data"),
        ("a.parquet", "text", "a.parquet: not a Parquet file"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, name: str, content: str, where: str
) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(DataError, match=where):
        values(tmp_path / name, column="q")


@pytest.mark.parametrize("text", ["", "a", "a\n", "a\nb", "\n\n", "a\r\nb\x0cc\u2028d"])
@pytest.mark.parametrize("size", [1, 2, 100])
def test_lines_joined_are_the_text(text: str, size: int) -> None:
    blocks = [text[i : i + size] for i in range(0, len(text), size)]

    assert list(lines_of(blocks)) == [line for line in text.replace("\n", "\n\x00").split("\x00") if line]
