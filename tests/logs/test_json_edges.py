"""The edges of JSON and of text files, each next to good records: nothing is lost, nothing is guessed."""

from __future__ import annotations

import json

import pytest
from fuzz.targets import items_of

from tokcount.logs.record import Record

FIELDS = {
    "more than a float holds": "1e999",
    "less than a float holds": "-1e999",
    "too small for a float": "1e-99999",
    "more digits than a float": "0." + "3" * 100_000,
    "an integer of 30 digits": "9" * 30,
    "NaN": "NaN",
    "Infinity": "[Infinity, -Infinity]",
    "900 arrays": "[" * 900 + "]" * 900,
    "a lone surrogate": '"\\ud800"',
    "a lone surrogate in a key": '{"\\udfff": 1}',
    "NUL, escaped": '"\\u0000"',
    "NUL, as it is": '"\x00"',
    "line separators": '"\u2028\u2029\x85\x0b\x0c\x1c\x1e"',
    "a control character": '"\x1b[31m"',
    "a byte order mark": '"\ufeff"',
    "a key twice": '{"a": 1, "a": 2}',
    "an empty key": '{"": {"": []}}',
}
"""Values that are JSON, or that Python's own writer writes, as a field that nothing reads."""

REFUSED = {
    "100,000 arrays": "[" * 100_000 + "]" * 100_000,
    "100,000 objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "100,000 digits": "9" * 100_000,
}
"""Values that Python refuses, as it refuses them in any program: the record is skipped, with its reason."""

RECORD = '{"prompt": "Say hi", "extra": %s}'


def prompts(data: str | bytes, name: str = "log.jsonl") -> list[str]:
    """The prompts that are read; what is skipped is not asked for here."""
    items, _ = items_of(data.encode() if isinstance(data, str) else data, name)
    return [(item.request or {})["prompt"] for item in items if isinstance(item, Record)]


LAYOUTS = {
    "lines": ("\n".join, "log.jsonl"),
    "array": (lambda values: f"[{','.join(values)}]", "log.json"),
    "concatenated": ("".join, "log.json"),
    "behind prefixes": (lambda values: "\n".join(f"INFO 12:00 {value}" for value in values), "app.log"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_record_with_an_odd_field_is_a_record(field: str, layout: str) -> None:
    put_together, name = LAYOUTS[layout]
    good = json.dumps({"prompt": "good", "model": "gpt-4o"})

    found = prompts(put_together([good, RECORD % FIELDS[field], good]), name)

    assert found == ["good", "Say hi", "good"]


@pytest.mark.parametrize("field", REFUSED)
def test_a_record_that_no_parser_can_hold_is_skipped_alone(field: str) -> None:
    good = '{"prompt": "good", "model": "gpt-4o"}'
    items, _ = items_of("\n".join((good, RECORD % REFUSED[field], good)).encode(), "log.jsonl")

    assert [getattr(item, "reason", "record") for item in items] == ["record", "unparsed", "record"]
    assert getattr(items[1], "detail", "") in (
        "JSON nested too deeply",
        "JSON with a number too long to read",
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_of_a_key_that_stands_twice_the_last_one_holds(layout: str) -> None:
    """As in Python, JavaScript and most others (RFC 8259 leaves it open); in every container alike."""
    put_together, name = LAYOUTS[layout]
    twice = '{"prompt": "first", "model": "gpt-4o", "prompt": "last"}'

    assert prompts(put_together([twice, twice]), name) == ["last", "last"]


LINES = [
    json.dumps({"prompt": word, "model": "gpt-4o"}, ensure_ascii=False) for word in ("eins", "zwei ü", "三")
]
WORDS = ["eins", "zwei ü", "三"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "not ended"])
def test_any_text_encoding_and_any_line_end_give_the_same_records(
    encoding: str, end: str, last: bool
) -> None:
    data = (end.join(LINES) + (end if last else "")).encode(encoding)

    assert prompts(data) == WORDS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_damage_costs_one_line_with_any_line_end(end: str) -> None:
    items, _ = items_of(end.join((LINES[0], LINES[1][:-9], LINES[2], LINES[0])).encode(), "log.jsonl")

    assert [getattr(item, "reason", "record") for item in items] == ["record", "unparsed", "record", "record"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_table_has_its_rows_with_any_line_end(end: str) -> None:
    assert prompts(end.join(("prompt,model", "eins,gpt-4o", "zwei,gpt-4o")), "log.csv") == ["eins", "zwei"]


def test_a_quoted_cell_keeps_its_line_ends_and_control_characters() -> None:
    cell = "one\r\ntwo\nthree\rfour\x00\x1b"

    assert prompts(f'prompt,model\r\n"{cell}",gpt-4o\r\nplain,gpt-4o\r\n', "log.csv") == [cell, "plain"]


@pytest.mark.parametrize(
    ("line", "prompt"),
    [
        (b'{"prompt": "caf\xe9", "model": "m"}', "café"),
        (b'{"prompt": "\x93quoted\x94", "model": "m"}', "“quoted”"),
        (b'\xef\xbb\xbf{"prompt": "marked", "model": "m"}', "marked"),
        (b'\x1e{"prompt": "RFC 7464", "model": "m"}', "RFC 7464"),
        (b'\x00\x00\x00{"prompt": "after a crash", "model": "m"}', "after a crash"),
        (b'{"prompt": "\xed\xa0\xbd\xed\xb8\x80", "model": "m"}', "��"),
    ],
)
def test_a_line_of_another_writer_is_read_among_the_others(line: bytes, prompt: str) -> None:
    """Latin-1 bytes, marks of files that were put together, NULs that a crash left, surrogates as CESU-8."""
    good = LINES[0].encode()

    assert prompts(b"\n".join((good, line, good))) == ["eins", prompt, "eins"]


def test_a_file_in_two_encodings_keeps_the_lines_of_the_first() -> None:
    """What was appended in UTF-16 is skipped line by line."""
    items, _ = items_of("\n".join(LINES).encode() + b"\n" + "\n".join(LINES).encode("utf-16"), "log.jsonl")
    records = [item for item in items if isinstance(item, Record)]

    assert [(item.request or {})["prompt"] for item in records] == WORDS
    assert {item.line for item in items} >= {4, 5, 6}


def test_records_behind_a_long_blank_beginning_are_found() -> None:
    assert prompts("\n" * 100_000 + "\n".join(LINES)) == WORDS


def test_a_row_of_empty_cells_is_skipped() -> None:
    items, _ = items_of(b"prompt,model\na,gpt-4o\n,\nb,gpt-4o,\n\n", "log.csv")

    assert [(item.line, getattr(item, "reason", "record")) for item in items] == [
        (2, "record"),
        (3, "empty"),
        (4, "record"),
    ]
