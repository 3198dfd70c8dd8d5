"""Rows of records in every format."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from support.frames import NEW, OLD, small_log

from tokcount.document.document import Envelope
from tokcount.errors import UsageError
from tokcount.render import rows as row_formats
from tokcount.render.emit import emit_rows
from tokcount.render.registry import ROW_FORMATS
from tokcount.reports.columns import USD
from tokcount.reports.per_record import per_record

DRIFT = Envelope(command="drift")
HOSTILE = ["=1+1", 'a\u202eb\x1b[0m,"x\ny', "-", "@sum", "plain"]


def rows() -> pl.DataFrame:
    return per_record(small_log().with_columns(pl.Series("model", HOSTILE)), (OLD, NEW), OLD)


def written(frame: pl.DataFrame, name: str, tmp_path: Path) -> str:
    emit_rows(frame, DRIFT, name, tmp_path / "rows")
    return (tmp_path / "rows").read_text()


def test_csv_has_raw_numbers_and_safe_texts(tmp_path: Path) -> None:
    table = list(csv.DictReader(written(rows(), "csv", tmp_path).splitlines()))

    assert [row["model"] for row in table] == ["'=1+1", r"a\u202eb\x1b[0m," + '"x\\ny', "-", "'@sum", "plain"]
    assert table[0]["gpt-4o:drift"] == "-0.31"
    assert table[0]["timestamp"] == "2023-05-01T00:00:00Z"
    assert (table[3]["timestamp"], table[0]["gpt-4o:cost_usd"], table[0]["flags"]) == ("", "", "")
    assert table[1]["flags"] == "media|special_token_text"
    assert table[2]["source"] == "logs/=june.jsonl"


def test_json_lines_and_json_hold_the_same_rows(tmp_path: Path) -> None:
    lines = written(rows(), "jsonl", tmp_path).splitlines()
    document = json.loads(written(rows(), "json", tmp_path))

    assert [json.loads(line) for line in lines] == document["rows"]
    assert document["rows"][1]["model"] == HOSTILE[1]
    assert {key: document[key] for key in ("schema_version", "command")} == {
        "schema_version": 2,
        "command": "drift",
    }
    assert "\u202e" not in "".join(lines)


def test_parquet_keeps_everything_as_it_is(tmp_path: Path) -> None:
    emit_rows(rows(), DRIFT, "parquet", tmp_path / "rows.parquet")

    assert_frame_equal(pl.read_parquet(tmp_path / "rows.parquet"), rows())


def test_money_is_the_same_number_with_all_digits_in_every_format(tmp_path: Path) -> None:
    amounts = [Decimal("1234567.0000000000005"), Decimal(0), Decimal(10), None, Decimal("0.0625")]
    frame = rows().with_columns(pl.Series("gpt-4o:cost_usd", amounts, USD))

    lines = written(frame, "jsonl", tmp_path).splitlines()
    table = csv.DictReader(written(frame, "csv", tmp_path).splitlines())

    assert [json.loads(line, parse_float=Decimal)["gpt-4o:cost_usd"] for line in lines] == amounts
    assert [row["gpt-4o:cost_usd"] for row in table] == ["1234567.0000000000005", "0", "10", "", "0.0625"]
    emit_rows(frame, DRIFT, "parquet", tmp_path / "rows.parquet")
    assert pl.read_parquet(tmp_path / "rows.parquet")["gpt-4o:cost_usd"].to_list() == amounts


@pytest.mark.parametrize("name", ["csv", "jsonl", "json"])
def test_output_does_not_depend_on_the_batch_size(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = written(rows(), name, tmp_path)
    monkeypatch.setattr(row_formats, "BATCH_ROWS", 2)

    assert written(rows(), name, tmp_path) == whole


@pytest.mark.parametrize(("name", "content"), [("jsonl", ""), ("json", '"rows": [\n\n]}\n')])
def test_without_rows_there_are_no_lines(name: str, content: str, tmp_path: Path) -> None:
    assert written(rows().clear(), name, tmp_path).endswith(content)


def test_csv_without_rows_is_its_header(tmp_path: Path) -> None:
    assert written(rows().clear(), "csv", tmp_path).startswith("source,line,index,")


def test_a_reference_named_like_a_formula_is_escaped_in_the_header(tmp_path: Path) -> None:
    named = rows().rename({"gpt-4o:drift": "=1:drift"})

    assert ",'=1:drift," in written(named, "csv", tmp_path)


@pytest.mark.parametrize(("name", "drift"), [("table", "\t-0.31\t"), ("markdown", "−31.0")])
def test_tables_have_numbers_for_their_readers(name: str, drift: str, tmp_path: Path) -> None:
    text = written(rows(), name, tmp_path)

    assert drift in text
    assert "\x1b" not in text


@pytest.mark.parametrize("name", [n for n in ROW_FORMATS if n != "parquet"])
def test_every_text_format_ends_with_one_line_break(name: str, tmp_path: Path) -> None:
    text = written(rows(), name, tmp_path)

    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("name", "message"), [("xlsx", "unknown format 'xlsx'"), ("html", "is for reports, not")]
)
def test_a_format_that_rows_cannot_have_is_one_line(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        emit_rows(rows(), DRIFT, name)


def test_parquet_does_not_go_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    with pytest.raises(UsageError, match="parquet is binary"):
        emit_rows(rows(), DRIFT, "parquet")
