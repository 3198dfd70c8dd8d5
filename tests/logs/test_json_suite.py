"""A published suite of JSON parsing cases, each between two good records: the good ones are always counted.

The cases and their source: data/README.md. `y_` is JSON, `n_` is not, `i_` is left to the parser.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fuzz.targets import items_of
from support.logfiles import CHAT, CHAT_LINE
from support.together import together

from tokcount.logs.format import Item
from tokcount.logs.record import Record, Skipped

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "json_parsing_suite.json").read_text(encoding="utf-8")
)
GOOD = CHAT_LINE.encode()

READ_ALL_THE_SAME = {
    "n_array_comma_after_close": "a comma after a value, as between the elements of a cut array",
    "n_number_NaN": "Python's json writes it",
    "n_number_infinity": "Python's json writes it",
    "n_number_minus_infinity": "Python's json writes it",
    "n_string_unescaped_ctrl_char": "a control character in a string",
    "n_string_unescaped_tab": "a control character in a string",
    "n_structure_double_array": "several values on one line",
    "n_structure_object_with_trailing_garbage": "several values on one line",
}
"""Invalid JSON that is read, because real logs contain it."""

NOTHING = {"n_single_space", "n_structure_UTF8_BOM_no_data", "n_structure_no_data"}
"""Blank lines: nothing to report."""

DEEP = {"n_structure_100000_opening_arrays", "n_structure_open_array_object"}


def content(name: str) -> bytes:
    """The bytes of a case."""
    case = CASES[name]
    if isinstance(case, str):
        return case.encode()
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    what, often = case["repeat"]
    return (what * often + case.get("then", "")).encode()


def others(items: list[Item]) -> list[Item]:
    """All but the two good records, which must be there."""
    good = [item for item in items if isinstance(item, Record) and item.request == CHAT]
    assert len(good) == 2
    return [item for item in items if item not in good]


def is_read(item: Item) -> bool:
    """Was there a value, whether or not it is a record? A bare number is JSON, and no line of a log."""
    return isinstance(item, Record) or item.reason != "unparsed" or item.detail.startswith("a bare number")


@together("name", CASES)
def test_a_case_as_a_line_is_read_or_skipped_with_its_reason(name: str) -> None:
    data = content(name)
    found = others(items_of(b"\n".join((GOOD, data, GOOD)), "log.jsonl")[0])
    lines = [
        number for number, line in enumerate(data.split(b"\n"), 2) if line not in (b"", b" ", b"\xef\xbb\xbf")
    ]

    assert sorted({item.line for item in found}) == lines
    assert bool(lines) is (name not in NOTHING)
    if name[0] == "y" and len(lines) == 1:
        assert all(map(is_read, found))
    if name[0] == "n" and lines:
        assert all(map(is_read, found)) == (name in READ_ALL_THE_SAME)


@together("name", [name for name in CASES if b"\n" not in content(name)])
def test_a_case_as_a_field_does_no_harm_to_its_neighbours(name: str) -> None:
    """A record with a field that is JSON is a record; one with a field that is not is skipped, alone."""
    field = b'{"prompt":"Say hi","extra":' + content(name) + b"}"
    found = others(items_of(b"\n".join((GOOD, field, GOOD)), "log.jsonl")[0])

    assert [item.line for item in found] == [2]
    if name[0] == "y":
        assert isinstance(found[0], Record)
        assert (found[0].request or {})["prompt"] == "Say hi"
    elif name[0] == "n" and name not in READ_ALL_THE_SAME:
        assert isinstance(found[0], Skipped)


@together("name", [name for name in CASES if name[0] != "n"])
def test_a_case_as_an_element_of_an_array_is_passed_over(name: str) -> None:
    """So long as it is JSON; UTF-16 inside UTF-8 is not, and the rest of the array is reported as skipped."""
    items, reader = items_of(b"[" + b",\n".join((GOOD, content(name), GOOD)) + b"]", "log.json")
    is_wide = "utf16" in name or "UTF-16" in name or "BOM" in name

    assert reader.container == "json"
    if is_wide:
        assert "the rest of the array is skipped" in str(items[-1])
    else:
        assert len(others(items)) == 1


@pytest.mark.parametrize("name", sorted(DEEP))
def test_nesting_that_no_stack_holds_is_named(name: str) -> None:
    (found,) = others(items_of(b"\n".join((GOOD, content(name), GOOD)), "log.jsonl")[0])

    assert isinstance(found, Skipped)
    assert found.detail == "JSON nested too deeply"
