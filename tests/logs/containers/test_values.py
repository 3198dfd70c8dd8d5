"""Containers whose values are not lines: event streams, cassettes, tables; what is wrong in them is located."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from support.logfiles import CHAT, CHAT_LINE, notes_of, places, read_all

from tokcount.logs.containers import csv_rows

EVENT = 'data: {"id": "a", "object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": %s}]}'
HELLO = EVENT % '{"content": "Hello"}'
CASSETTE = """
interactions:
- request:
    method: POST
    uri: https://api.openai.com/v1/chat/completions
    body: '%s'
  response:
    status: {code: 200, message: OK}
    body: {string: '{"object": "chat.completion", "model": "gpt-4o", "choices": []}'}
"""


def test_an_event_that_is_no_json_is_skipped_where_it_stands(tmp_path: Path) -> None:
    records, skipped = read_all(
        tmp_path, f"{HELLO}\n\ndata: {{cut off\n\n{HELLO}\n\ndata: [DONE]\n\n", "log.sse"
    )

    assert [(record.response or {})["choices"][0]["message"]["content"] for record in records] == [
        "HelloHello"
    ]
    assert places(skipped) == [(3, "unparsed")]
    assert "not JSON" in skipped[0].detail


def test_a_line_that_is_no_field_of_an_event_is_skipped_where_it_stands(tmp_path: Path) -> None:
    records, skipped = read_all(tmp_path, f"{HELLO}\n\nHTTP/1.1 500 oops\n\ndata: [DONE]\n\n", "log.sse")

    assert len(records) == 1
    assert places(skipped) == [(3, "unparsed")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("log.sse", f"{HELLO}\n\n" * 2_000),
        ("cassette.yaml", CASSETTE % CHAT_LINE.replace("'", "''") + "# " + "x y z " * 20_000),
        ("prompt.txt", "Once upon a time\n" * 4_000),
    ],
)
def test_a_packed_file_that_is_cut_off_gives_what_can_be_read_and_says_so(
    tmp_path: Path, name: str, text: str
) -> None:
    packed = gzip.compress(text.encode())
    options = {"text": True} if name == "prompt.txt" else {}
    records, skipped = read_all(tmp_path, packed[:-20], f"{name}.gz", **options)

    assert records
    assert skipped[-1].reason == "unreadable"
    assert skipped[-1].detail == "the gzip data ends early"


def test_a_cell_that_is_larger_than_any_text_loses_its_row_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = csv.field_size_limit()
    monkeypatch.setattr(csv_rows, "LARGEST_CELL", 1_000)
    text = f'model,prompt\ngpt-4o,a\ngpt-4o,{"x" * 2_000}\ngpt-4o,"b"\n'
    try:
        records, skipped = read_all(tmp_path, text, "log.csv")
    finally:
        csv.field_size_limit(limit)

    assert [(record.line, (record.request or {})["prompt"]) for record in records] == [(2, "a"), (4, "b")]
    assert places(skipped) == [(3, "unparsed")]


def test_bytes_of_a_table_that_are_not_utf8_are_noted_with_their_line(tmp_path: Path) -> None:
    noted = notes_of(tmp_path, b"model,prompt\ngpt-4o,a\ngpt-4o,caf\xe9\n", "log.csv")

    assert [(note.line, "UTF-8" in note.text) for note in noted] == [(3, True)]


def test_a_number_at_the_head_of_an_array_is_skipped_and_the_rest_is_read(tmp_path: Path) -> None:
    records, skipped = read_all(tmp_path, " " * 5_000 + f"[\n1,\n{json.dumps(CHAT)}]", "log.json")

    assert [record.line for record in records] == [3]
    assert places(skipped) == [(2, "unparsed")]


def test_an_array_that_is_no_json_is_left_out_and_said(tmp_path: Path) -> None:
    records, skipped = read_all(tmp_path, "[{'role': 'user'}]", "log.json")

    assert (records, places(skipped)) == ([], [(1, "unparsed")])
    assert skipped[0].detail.endswith("the rest of the array is skipped")
