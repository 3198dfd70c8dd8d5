"""What the fuzzer calls: bytes in, nothing out; a broken promise is an `AssertionError`, a fault any exception.

The same functions run over the past failures as ordinary tests (`test_past_failures`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any, BinaryIO

import msgspec
from support.in_process import run

from tokcount.errors import ExitCode, UsageError
from tokcount.framing.content import ROLES
from tokcount.logs.bytes import text_encoding
from tokcount.logs.containers.json_lines import values_in
from tokcount.logs.containers.prefixed import json_in, literals
from tokcount.logs.detect import BUG, Detector
from tokcount.logs.format import GroupedLogFormat, Item
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import FileWarning, Reader
from tokcount.logs.record import FLAGS, Record, Skipped
from tokcount.logs.registry import value_entries
from tokcount.logs.scalars import decoded
from tokcount.logs.source import Source
from tokcount.reports.budgets.language import parse
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.plan import make_plan
from tokcount.scanning.result import SkippedSummary, records_of
from tokcount.scanning.schema import MISSING, column

LARGEST = 4096
"""Bytes of an input; what breaks a reader is small."""

LINE_SHAPES = frozenset({"jsonl", "prefixed", "python"})
"""Containers in which every line that is not blank is a record or a skipped item."""

BLANK = b" \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\xef\xbb\xbf"
"""White space and byte order marks: a line of these alone holds nothing."""

FINE = (ExitCode.OK, ExitCode.DATA)


class _Pipe(BytesIO):
    """Returns at most `step` bytes at once."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__(data)
        self._step = step

    def read1(self, size: int | None = -1, /) -> bytes:
        return self.read(min(size or 0, self._step) if size and size > 0 else self._step)


class Held(Source, frozen=True):
    """A file that is only held in memory, and comes `step` bytes at a time, as a pipe does."""

    data: bytes = b""
    step: int = 1 << 20

    @property
    def is_stdin(self) -> bool:
        return True

    def open(self) -> BinaryIO:
        return _Pipe(self.data, self.step)


def items_of(
    data: bytes, name: str = "log", options: ReadOptions | None = None, step: int = 1 << 20
) -> tuple[list[Item], Reader]:
    """Everything that reading the bytes as a file of this name gives, `step` at a time, and the reader that did."""
    notes: list[FileWarning] = []
    reader = Reader(options or ReadOptions(), notes=notes)
    items = [*reader.read(Held(name, data=data, step=step)), *reader.finish()]
    assert all("\n" not in note.text for note in notes)
    return items, reader


def read(data: bytes, name: str = "log") -> None:
    """Reading never raises, every item is well-formed, and every line ends up somewhere."""
    items, reader = items_of(data, name)
    for item in items:
        well_formed(item)
    assert items or not data.strip(BLANK) or reader.container.startswith("empty")
    if reader.container in LINE_SHAPES:
        seen = {item.line for item in items}
        for number, line in enumerate(data.split(b"\n"), 1):
            assert number in seen or not line.strip(BLANK) or is_grouped(line), f"line {number} went nowhere"


def is_grouped(line: bytes) -> bool:
    """Does a value of the line belong to a format whose records are made of several lines?"""
    text = text_encoding.decode(line).strip("\ufeff \t\r\x1e")
    values, _ = values_in(text)
    inner = [element for value in values if isinstance(value, list) for element in value]
    found = map(decoded, [*values, *inner, *json_in(text)[0], *literals(text)])
    detector = Detector(part=True)
    return any(detector.is_grouped(value) or is_of_session(value) for value in found)


def is_of_session(value: object) -> bool:
    """Does a value have the keys of a line that such a format reads only after others of its session?"""
    return isinstance(value, dict) and any(
        isinstance(entry.format, GroupedLogFormat) and any(set(need) <= value.keys() for need in entry.keys)
        for entry in value_entries()
    )


def well_formed(item: Item) -> None:
    """One record or skipped item, as the scan expects it."""
    assert item.line >= 1, item
    if isinstance(item, Skipped):
        assert not item.detail.startswith(BUG), item
        assert item.detail.isprintable(), item
        return
    assert item.index >= 0
    assert list(item.flags) == sorted(set(item.flags) & FLAGS.keys())
    assert all(isinstance(message.text, str) for message in item.messages)


def count(data: bytes, name: str = "log") -> None:
    """Every record can be counted under every kind of reference, and its parts add up."""
    items, _ = items_of(data, name)
    skipped = SkippedSummary()
    rows = counter().process(records_of(items, skipped))
    assert len(rows) + skipped.total == len(items)
    for label in rows.references:
        content = rows.values(f"{label}:content_tokens")
        by_role = zip(*(rows.values(column(label, "content_tokens", role)) for role in ROLES), strict=True)
        for whole, parts in zip(content, by_role, strict=True):
            assert whole == MISSING or (whole >= 0 and sum(parts) == whole)


@cache
def counter() -> RecordCounter:
    """A counter under each record's own model, a chat model, a reasoning model and an encoding, with all extras."""
    plan = make_plan(
        to=["gpt-4", "gpt-5", "p50k_base"], engine="tiktoken", by=("role", "script"), shapes=True
    )
    return RecordCounter(msgspec.structs.replace(plan, parts=True))


def drift(data: bytes, *arguments: str) -> None:
    """`tokcount drift` exits with 0 or 3, its messages are whole lines, and its sums add up."""
    done = run("drift", "-", "--engine", "tiktoken", "--jobs", "1", "-f", "json", *arguments, stdin=data)
    assert done.code in FINE, done
    assert BUG not in done.err
    assert "Traceback" not in done.err
    assert all(line.isprintable() for line in done.err.splitlines()), done.err
    report = json.loads(done.out) if done.out else {"records": 0, "references": []}
    assert bool(report["records"]) == (done.code == ExitCode.OK)
    for reference in report["references"]:
        adds_up(reference, report["records"])


def adds_up(reference: dict[str, Any], records: int) -> None:
    """content + framing = input; no record is without a basis."""
    content, framing = reference["content_tokens"], reference["framing_tokens"]
    assert (content or 0) + (framing or 0) == (reference["input_tokens"] or 0)
    assert (content or 0) >= 0
    assert sum(reference["basis"].values()) <= records


GOOD_ROWS = tuple(b"good row %d,gpt-4o,1000,10" % number for number in range(16))


def table(data: bytes) -> None:
    """Whatever is between the rows of a table, the rows before it are read, and those after it but the first two.

    A cell that is not closed may take the end of its row from the next one.
    """
    before, after = GOOD_ROWS[:8], GOOD_ROWS[8:]
    header = b"prompt,model,prompt_tokens,completion_tokens"
    items, reader = items_of(b"\n".join((header, *before, data, *after)), "log.csv")
    if reader.container != "table":
        return  # more NULs than a text has
    seen = {(item.request or {}).get("prompt") for item in items if isinstance(item, Record)}
    for item in items:
        well_formed(item)
    for row in (*before, *after[2:]):
        assert row.partition(b",")[0].decode() in seen, f"{row!r} was lost"


def budget(data: bytes) -> None:
    """A text is a budget, which is read again as the same one, or it is one line of a usage error."""
    text, message = data.decode("utf-8", "replace"), ""
    try:
        found = parse(text)
    except UsageError as error:
        message = str(error)
    if message:
        assert message.isprintable(), message
    else:
        assert parse(found.text) == found


TARGETS: dict[str, Callable[[bytes], None]] = {
    "read": read,
    "count": count,
    "table": table,
    "drift": drift,
    "budget": budget,
}
"""Name → what is called with the bytes."""
