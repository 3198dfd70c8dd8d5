"""Laws of reading, for every reader and every input: it never raises, loses no line, and reveals no content."""

from __future__ import annotations

import json
import sqlite3
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fuzz.targets import items_of, read, well_formed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.strategies import (
    CANARY,
    FILES,
    PACKED,
    VALUES,
    bent_values,
    json_values,
    lines,
    mutated_files,
    with_canary,
)

from tokcount.logs.format import Item
from tokcount.logs.options import Mapping, ReadOptions
from tokcount.logs.record import Record, Skipped
from tokcount.logs.registry import value_entries

ANY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def messages_of(items: list[Item]) -> list[str]:
    """The details of what was skipped."""
    return [item.detail for item in items if isinstance(item, Skipped)]


def test_the_valid_values_are_of_every_json_format() -> None:
    """So the strategies below reach every reader."""
    seen = {item.format for path in FILES for item in items_of(path.read_bytes(), path.name)[0]}
    names = {name for entry in value_entries() for name in entry.names}

    assert len(VALUES) > 60
    assert len(names & seen) >= 40


@ANY
@given(
    values=st.lists(bent_values() | json_values, min_size=1, max_size=4),
    unit=st.sampled_from(["conversation", "each-request"]),
)
def test_bent_values_are_read_in_any_layout(values: list[Any], unit: Any) -> None:
    """As lines, as an array, pretty-printed, as a page of an API, twice encoded, as events of a stream."""
    dumped = [json.dumps(value) for value in values]
    for text in (
        "\n".join(dumped),
        json.dumps(values),
        json.dumps(values, indent=1),
        json.dumps({"object": "list", "data": values}),
        "\n".join(map(json.dumps, dumped)),
        "".join(f"data: {line}\n\n" for line in dumped),
        "".join(f"INFO {line}\n" for line in dumped),
        "".join(f"{value!r}\n" for value in values),
    ):
        read(text.encode("utf-8", "surrogatepass"))
        for item in items_of(text.encode("utf-8", "surrogatepass"), "log", ReadOptions(unit=unit))[0]:
            well_formed(item)


@ANY
@given(values=st.lists(bent_values(), min_size=1, max_size=3), keys=st.booleans())
def test_no_message_says_what_people_wrote(values: list[Any], keys: bool) -> None:
    """Neither whole nor in part: not in the reason of what was skipped, not in a note."""
    secret = [with_canary(value, keys=keys) for value in values]
    for text in (*map(json.dumps, secret), json.dumps(secret), json.dumps(secret)[:-9]):
        for message in messages_of(items_of(text.encode(), "log.jsonl")[0]):
            assert not any(word in message for word in CANARY.split()), message


@ANY
@given(file=mutated_files(), packing=st.sampled_from(sorted(PACKED)))
def test_a_mutated_file_of_any_format_is_read(file: tuple[str, bytes], packing: str) -> None:
    name, data = file
    read(data, name)
    read(PACKED[packing](data), name)


@ANY
@given(found=st.lists(lines, max_size=8))
def test_every_line_of_a_mixed_log_ends_up_somewhere(found: list[bytes]) -> None:
    read(b"\n".join(found), "log.jsonl")


PIECES = st.sampled_from(
    [
        *(
            "{",
            "[",
            '"',
            "\\",
            "}",
            "]",
            ",",
            ":",
            "\n",
            "\t",
            "\r",
            "'",
            "(",
            "{'",
            '{"a":',
            '["x",',
            '{"prompt":"',
        ),
        *(
            "data: ",
            "event: x\n",
            "interactions:\n",
            "---\n",
            "version: 1\n",
            "- ",
            "? ",
            "&a ",
            "*a ",
            "!!x ",
            "# ",
        ),
        *(
            "prompt,model\n",
            "a;b",
            '"""',
            "INFO ",
            "//",
            "\x1e",
            "\ufeff",
            "\x00",
            "é",
            "<|",
            "1",
            "e",
            "-",
            "null",
        ),
        *('{"role":"user",', '[{"role":"x"},', '"{\\"a\\":', "\\ud83d"),
    ]
)


@ANY
@given(
    head=st.lists(PIECES, max_size=3),
    piece=st.lists(PIECES, min_size=1, max_size=4),
    name=st.sampled_from(["log", "log.jsonl", "log.csv"]),
)
def test_no_repetition_takes_more_than_linear_time(head: list[str], piece: list[str], name: str) -> None:
    """Neither a pattern nor a parser goes back over what it has read: 40 kB are milliseconds."""
    unit = "".join(piece)
    data = ("".join(head) + unit * (40_000 // len(unit))).encode()
    start = time.process_time()
    items_of(data, name)

    assert time.process_time() - start < 3


@ANY
@given(
    found=st.lists(lines, min_size=1, max_size=4),
    path=st.sampled_from(["messages", "prompt", "request.messages", "[*]", "*.content", "@", "length(@)"]),
    records=st.sampled_from([None, "data", "[*]", "choices"]),
)
def test_a_mapping_loses_no_line_either(found: list[bytes], path: str, records: str | None) -> None:
    """Any value at the mapped paths."""
    mapping = Mapping(messages_path=path, prompt_path=path, records_path=records, usage_path=path)
    items, reader = items_of(b"\n".join(found), "log.jsonl", ReadOptions(mapping=mapping))
    for item in items:
        well_formed(item)

    if reader.container == "jsonl":
        assert {item.line for item in items} == {n for n, line in enumerate(found, 1) if line.strip()}


def database() -> bytes:
    """A small log database of the `llm` tool."""
    made = sqlite3.connect(":memory:")
    made.executescript(
        "create table responses (id text, model text, prompt text, system text, response text, conversation_id text,"
        " datetime_utc text, input_tokens integer, output_tokens integer, prompt_json text, options_json text);"
        "create table conversations (id text, name text, model text);"
        "insert into responses values ('r','gpt-4o','Say hi',null,'Hi','c','2025-01-01T00:00:00',8,2,null,'{}');"
    )
    data = bytes(made.serialize())
    made.close()
    return data


def archive() -> bytes:
    """A zip of two small logs."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for path in FILES[:2]:
            made.write(path, path.name)
    return file.getvalue()


CONTAINERS = {
    "sqlite": database(),
    "zip": archive(),
    **{name: pack(FILES[0].read_bytes()) for name, pack in PACKED.items() if name != "plain"},
}


@pytest.mark.parametrize("name", CONTAINERS)
@settings(ANY, max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_a_damaged_container_is_read_as_far_as_it_goes(name: str, data: st.DataObject) -> None:
    """Whatever byte is changed and wherever it ends."""
    content = bytearray(CONTAINERS[name])
    at = data.draw(st.integers(4, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(at, len(content))) :]
    items, _ = items_of(bytes(content), name)
    for item in items:
        well_formed(item)
    assert items


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_whole_container_holds_records(name: str) -> None:
    items, _ = items_of(CONTAINERS[name], name)

    assert any(isinstance(item, Record | Skipped) for item in items)


def test_a_log_reads_the_same_from_every_packing(tmp_path: Path) -> None:
    data = b"".join(path.read_bytes() for path in FILES if path.suffix == ".jsonl")
    plain, _ = items_of(data, "log.jsonl")

    for pack in PACKED.values():
        assert items_of(pack(data), "log.jsonl")[0] == plain
