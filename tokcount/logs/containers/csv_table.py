"""CSV and TSV files: rows as dicts by their header, with the line each row starts on."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.lines import Lines
from tokcount.logs.bytes.text_encoding import NOT_UTF8
from tokcount.logs.containers.json_lines import Found, unparsed, unreadable
from tokcount.logs.format import Row

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream

EXTRA_CELLS = "a row has more cells than the header has columns; the extra cells were ignored"

_DELIMITERS = ",\t;|"
_LARGEST_CELL = 128 << 20


class TableShape(msgspec.Struct, frozen=True):
    """How a table is written: its delimiter."""

    delimiter: str


def table_shape(text: str, path: str, is_known_header: Callable[[list[str]], bool]) -> TableShape | None:
    """How the table in a text is written, or `None` when it is not a table.

    A table has a header that some format knows, as `is_known_header` reports, or the extension of one.
    """
    named = re.search(r"\.(csv|tsv)(?:\.\w{1,4})?$", path.lower())
    best: tuple[int, str] | None = None
    for delimiter in _DELIMITERS:
        names = _header(text, delimiter)
        if len(set(names)) != len(names) or not any(names):
            continue
        if is_known_header(names) and (best is None or len(names) > best[0]):
            best = len(names), delimiter
    if best is not None:
        return TableShape(best[1])
    if named is None:
        return None
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first_line.count) if named[1] == "csv" else "\t"
    return TableShape(delimiter)


def _header(text: str, delimiter: str) -> list[str]:
    """The cells of the first row."""
    try:
        return next(csv.reader(text[:16384].lstrip().splitlines(keepends=True), delimiter=delimiter), [])
    except csv.Error:
        return []


def table_rows(stream: Stream, source: str, largest: int, shape: TableShape) -> Iterator[Found]:
    """The rows of a table; cells beyond the header are ignored with a warning, missing ones are empty."""
    csv.field_size_limit(_LARGEST_CELL)
    lines = Lines(stream, largest)
    rows = csv.reader(_texts(stream, lines), delimiter=shape.delimiter)
    header: list[str] | None = None
    start = 1
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error:
            yield unparsed(source, start, "a row that is not valid CSV")
            start = lines.number
            continue
        line, start = start, lines.number
        if not row or (header is None and not any(row)):
            continue
        if header is None:
            header = [name.strip() for name in row]
            continue
        if any(row[len(header) :]):
            stream.notes.setdefault(EXTRA_CELLS, line)
        yield line, 0, Row(zip(header, [*row, *[""] * (len(header) - len(row))], strict=False))
    if stream.problem is not None:
        yield unreadable(stream, source, lines.number)


def _texts(stream: Stream, lines: Lines) -> Iterator[str]:
    """The lines as text, with the line ends that quoted cells keep; old Macs end lines with CR."""
    for number, line in lines:
        if line is None:
            continue
        if not text_encoding.is_utf8(line):
            stream.notes.setdefault(NOT_UTF8, number)
        text = text_encoding.decode(line)
        if "\r" in text.rstrip("\r") and '"' not in text:
            yield from (row + "\n" for row in text.split("\r"))
        else:
            yield text + "\n"
