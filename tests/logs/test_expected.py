"""Every sample log is read as its line in EXPECTED.jsonl specifies."""

import json
from functools import cache
from typing import Any

import pytest
from support.shared import SHARED, needs_shared

from tokcount.logs.options import Mapping, ReadOptions
from tokcount.logs.source import expand
from tokcount.logs.summary import summarise

SAMPLES = SHARED / "samples"


def expectations() -> list[dict[str, Any]]:
    path = SAMPLES / "EXPECTED.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


EXPECTED = {line["file"]: line for line in expectations()}


@cache
def summary_of(name: str) -> dict[str, Any]:
    (source,) = expand([str(SAMPLES / name)])
    return summarise(source)


def named(value: Any, records: int) -> set[str] | dict[str, int] | None:
    """What `format` or `kind` demands: a set of names, or counts."""
    return value if isinstance(value, dict) or value is None else {value}


@needs_shared
@pytest.mark.parametrize("name", EXPECTED)
def test_format_and_records(name: str) -> None:
    """The format is named, and the records, kinds and messages are as many as there are."""
    wanted, seen = EXPECTED[name], summary_of(name)
    if isinstance(wanted.get("format"), str):
        assert set(seen["formats"]) == {wanted["format"]}
    if isinstance(wanted.get("format"), dict):
        assert seen["formats"] == wanted["format"]
    for key, mine in (("records", "records"), ("kind", "kinds"), ("messages", "messages")):
        if key in wanted:
            assert (key, seen[mine]) == (key, wanted[key])


@needs_shared
@pytest.mark.parametrize("name", EXPECTED)
def test_texts_and_usage(name: str) -> None:
    """Characters in and out and the logged usage add up."""
    wanted, seen = EXPECTED[name], summary_of(name)
    for key in ("chars_in", "chars_out", "usage", "requests"):
        if key in wanted:
            assert (key, seen[key]) == (key, wanted[key])
    for flag, records in wanted.get("flags", {}).items():
        assert (flag, seen["flags"].get(flag)) == (flag, records)


@needs_shared
@pytest.mark.parametrize("name", EXPECTED)
def test_skipped(name: str) -> None:
    """What is not a record is skipped, for the stated reason; nothing else is."""
    wanted, seen = EXPECTED[name], summary_of(name)
    skipped = wanted.get("skipped", {})
    if wanted.get("records") is None and not skipped:
        return
    if "any" in skipped:
        assert seen["skipped"] == skipped["any"]
    elif wanted["scope"] != "recipe" or skipped:
        assert seen["skipped_reasons"] == skipped


@needs_shared
@pytest.mark.parametrize("name", [name for name, line in EXPECTED.items() if "args" in line])
def test_field_mapping(name: str) -> None:
    """A file of no known format is read with the paths of its line."""
    wanted = EXPECTED[name]
    (source,) = expand([str(SAMPLES / name)])
    seen = summarise(source, ReadOptions(mapping=Mapping(**wanted["args"])))
    for key, value in wanted["with_args"].items():
        assert (key, seen[key]) == (key, value)
