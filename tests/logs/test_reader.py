"""Promises about any input at all: nothing raises, nothing is lost, memory stays bounded."""

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.logfiles import CHAT, CHAT_LINE, COMPLETION, read_all, write

from tokcount.errors import UsageError
from tokcount.logs.detect import BUG
from tokcount.logs.options import Mapping, ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.record import FLAGS, Record, Skipped
from tokcount.logs.registry import format_names, value_entries
from tokcount.logs.source import Source, expand
from tokcount.logs.summary import summarise

FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

KEYS = sorted({key for item in value_entries() for keys in item.keys for key in keys})
"""Every key that some format looks for: values made of them reach the adapters."""

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(KEYS)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=8)
        | st.fixed_dictionaries({"role": scalars, "content": inner})
        | inner.map(json.dumps)
    ),
    max_leaves=25,
)
alternatives = [sorted(keys) for item in value_entries() for keys in item.keys]
rows = st.builds(
    lambda required, more: {**more, **required},
    st.sampled_from(alternatives).flatmap(lambda keys: st.fixed_dictionaries(dict.fromkeys(keys, values))),
    st.dictionaries(st.sampled_from(KEYS), values, max_size=6),
)


def check(items: list[Record | Skipped]) -> None:
    """Every item is well-formed, and no format broke its promise."""
    for item in items:
        assert item.line >= 0
        if isinstance(item, Skipped):
            assert not item.detail.startswith(BUG), item
            assert "\n" not in item.detail
        else:
            assert set(item.flags) <= set(FLAGS)
            _ = item.messages


@FUZZ
@given(data=st.binary(max_size=400))
def test_no_bytes_make_it_raise(data: bytes, tmp_path: Path) -> None:
    """Whatever a file holds."""
    records, skipped = read_all(tmp_path, data, "log")
    check([*records, *skipped])


@FUZZ
@given(
    magic=st.sampled_from(
        [
            b"\x1f\x8b",
            b"(\xb5/\xfd",
            b"BZh9",
            b"\xfd7zXZ\0",
            b"PK\x03\x04",
            b"\xff\xfe",
            b"data: ",
            b"[",
            b"{'",
            b"interactions:\n- ",
        ]
    ),
    data=st.binary(max_size=200),
)
def test_no_container_makes_it_raise(magic: bytes, data: bytes, tmp_path: Path) -> None:
    """A file that pretends to be something."""
    for content in (magic + data, gzip.compress(magic + data)):
        records, skipped = read_all(tmp_path, content, "log")
        check([*records, *skipped])


@FUZZ
@given(rows=st.lists(values | rows, min_size=1, max_size=5))
def test_no_values_make_a_format_raise(rows: list[Any], tmp_path: Path) -> None:
    """Values that look like those of formats, filled with anything."""
    text = "\n".join(map(json.dumps, rows))
    for unit in ("conversation", "each-request"):
        records, skipped = read_all(tmp_path, text, unit=unit)
        check([*records, *skipped])
    summarise(expand([write(tmp_path, text)])[0])


@FUZZ
@given(
    rows=st.lists(values, min_size=1, max_size=3),
    path=st.sampled_from(["a.b", "[*]", "*.role", "@", "messages"]),
)
def test_no_mapping_makes_it_raise(rows: list[Any], path: str, tmp_path: Path) -> None:
    """Any value at the mapped paths."""
    mapping = Mapping(records_path=path, messages_path=path, prompt_path=path, usage_path=path, tag_path=path)
    records, skipped = read_all(tmp_path, "\n".join(map(json.dumps, rows)), mapping=mapping)
    check([*records, *skipped])


GOOD = [CHAT, COMPLETION, {"prompt": "x", "completion": "y"}, {"error": {"message": "m"}}, {"nothing": 1}]


@FUZZ
@given(
    lines=st.lists(
        st.sampled_from([json.dumps(value) for value in GOOD])
        | st.sampled_from(["", "  ", "# c", '{"a":', "42", '"s"']),
        max_size=12,
    )
)
def test_every_line_ends_up_somewhere(lines: list[str], tmp_path: Path) -> None:
    """Each line that is not blank is the line of a record or of a skipped item, once."""
    records, skipped = read_all(tmp_path, "\n".join([CHAT_LINE, *lines]))

    found = sorted([*(item.line for item in records), *(item.line for item in skipped)])
    assert found == [1] + [number for number, line in enumerate(lines, 2) if line.strip()]


@FUZZ
@given(count=st.integers(1, 30), repeats=st.integers(1, 3))
def test_the_same_values_in_any_layout(count: int, repeats: int, tmp_path: Path) -> None:
    """Lines, array, pretty-printed, compressed, in one file or several: the same records."""
    log = [GOOD[number % 3] for number in range(count)] * repeats
    lines = "\n".join(map(json.dumps, log))
    layouts: list[str | bytes] = [
        lines,
        json.dumps(log),
        json.dumps(log, indent=2),
        "".join(json.dumps(value, indent=1) for value in log),
        gzip.compress(lines.encode()),
    ]

    seen = [[(record.kind, record.request) for record in read_all(tmp_path, layout)[0]] for layout in layouts]

    assert all(each == seen[0] for each in seen)
    assert len(seen[0]) == len(log)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """One record at a time, in lines and in an array."""
    line = json.dumps({"model": "m", "prompt": "word " * 400})
    for text in ("\n".join([line] * 10_000), f"[{','.join([line] * 10_000)}]"):
        sources = expand([write(tmp_path, text)])
        tracemalloc.start()
        assert sum(1 for _ in read(sources)) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 12 << 20


def test_a_format_can_be_forced(tmp_path: Path) -> None:
    """By name or by family; what is not of it is unrecognised."""
    lines = f"{CHAT_LINE}\n{json.dumps(COMPLETION)}\n"

    named, others = read_all(tmp_path, lines, input_format="generic.prompt")
    family, _ = read_all(tmp_path, lines, input_format="openai")

    assert [record.format for record in named] == ["generic.prompt"]
    assert [(item.line, item.reason) for item in others] == [(1, "unrecognised")]
    assert len(family) == 2


def test_an_unknown_format_is_a_usage_error() -> None:
    """With close names."""
    with pytest.raises(UsageError, match=r"openai\.chat\.request"):
        list(read([], ReadOptions(input_format="openai.chat.requst")))


def test_every_name_can_be_forced(tmp_path: Path) -> None:
    """The list of names is what `--input-format` takes."""
    for name in format_names():
        read_all(tmp_path, CHAT_LINE, input_format=name)


def test_standard_input_that_is_no_log_is_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text piped in is counted; the same text in a file must be asked for."""
    import io
    import sys

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Hello there.")))

    (record,) = read([Source("-")])

    assert isinstance(record, Record)
    assert (record.format, record.request) == ("generic.text", {"prompt": "Hello there."})


def test_a_format_that_fails_loses_one_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run continues, and the message asks for a report."""
    from tokcount.logs.alike.memory import memory_of
    from tokcount.logs.formats.openai.bodies import ChatRequest

    memory_of.cache_clear()

    def failing(self: Any, value: Any, at: Any) -> Any:
        if value["model"] == "bad":
            raise KeyError("x")
        return (Skipped(source=at.source, line=at.line, reason="empty"),)

    monkeypatch.setattr(ChatRequest, "read", failing)
    _, skipped = read_all(tmp_path, f"{json.dumps(CHAT | {'model': 'bad'})}\n{CHAT_LINE}\n{{}}\n")

    assert [(item.line, item.reason) for item in skipped] == [
        (1, "unparsed"),
        (2, "empty"),
        (3, "unrecognised"),
    ]
    assert "KeyError" in skipped[0].detail
