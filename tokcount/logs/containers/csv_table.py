"""CSV and TSV files: rows as dicts by their header, with the line each row starts on."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from tokcount.logs.containers.csv_columns import Columns
from tokcount.logs.containers.csv_rows import Rows
from tokcount.logs.containers.json_lines import Found, unparsed, unreadable
from tokcount.logs.format import Row

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream

_DELIMITERS = ",\t;|"
_COMMENTS = re.compile(r"(?:#[^\r\n]*+[\r\n]++)*+")
_EXCEL_HINT = re.compile(r"sep=([,\t;|])\r?\n")


class TableShape(msgspec.Struct, frozen=True):
    """How a table is written: its delimiter, what ends its lines (old Macs end them with CR), whether spaces follow
    delimiters, and whether lines of comments come before the header.
    """

    delimiter: str
    line_end: str = "\n"
    spaced: bool = False
    commented: bool = False


def table_shape(text: str, path: str, is_known_header: Callable[[list[str]], bool]) -> TableShape | None:
    """How the table in a text is written, or `None` when it is not a table.

    A table has a header that some format knows, as `is_known_header` reports, or the extension of one.
    """
    named = re.search(r"\.(csv|tsv)(?:\.\w{1,4})?$", path.lower())
    begin = _COMMENTS.match(text)
    text = text[begin.end() :] if begin else text
    hint = _EXCEL_HINT.match(text)
    text = text[hint.end() :] if hint else text
    line_end = "\r" if _is_cr_only(text) else "\n"
    first_line = text.lstrip().partition(line_end)[0]
    best: tuple[int, str] | None = None
    for delimiter in hint[1] if hint else _DELIMITERS:
        names = _header(text, delimiter)
        if len(set(names)) != len(names) or not any(names):
            continue
        if is_known_header(names) and (best is None or len(names) > best[0]):
            best = len(names), delimiter
    if best is None and named is None:
        return None
    usual = max(_DELIMITERS, key=first_line.count) if named and named[1] == "csv" else "\t"
    delimiter = hint[1] if hint else best[1] if best else usual
    commented = begin is not None and begin.end() > 0
    return TableShape(delimiter, line_end, f'{delimiter} "' in first_line, commented)


def _is_cr_only(text: str) -> bool:
    """Do lines end with CR alone? One that was lost between LFs is not enough."""
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n")
    first = text.find("\r")
    return first >= 0 and "\n" not in text[:first] and text.count("\r") > text.count("\n")


def _header(text: str, delimiter: str) -> list[str]:
    """The cells of the first row."""
    try:
        lines = text[:16384].lstrip(" \r\n").splitlines(keepends=True)
        return next(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def table_rows(stream: Stream, source: str, largest: int, shape: TableShape) -> Iterator[Found]:
    """The rows of a table; a row that is damaged, or has more or fewer cells than the header, is skipped."""
    rows = Rows(stream, largest, shape.delimiter, shape.line_end, spaced=shape.spaced)
    header: list[str] = []
    line, index = 0, 0
    for start, cells in rows:
        line, index = start, index + 1 if start == line else 0
        if isinstance(cells, str):
            yield unparsed(source, line, cells if header else f"the header of the table is {cells}")
            if not header:
                return
        elif not any(cells) and (not cells or not header):
            continue
        elif not header and shape.commented and cells[0].startswith("#"):
            yield unparsed(source, line, "a comment, not a row")
        elif not header:
            if not cells[0].startswith("sep="):
                header = [name.strip() for name in cells]
                rows.columns = Columns(header, shape.delimiter)
        elif header[0] in cells[0] and _names(cells) == header:
            yield unparsed(source, line, "the header again")
        elif (row := _row(header, cells)) is None:
            yield unparsed(source, line, "a row with different cells in columns of the same name")
        else:
            rows.learn(cells)
            yield line, index, row
    if stream.problem is not None:
        yield unreadable(stream, source, rows.lines.number)


def _names(cells: list[str]) -> list[str]:
    return [cell.strip().lstrip("\ufeff") for cell in cells]


def _row(header: list[str], cells: list[str]) -> Row | None:
    """The row by its header; `None` where columns of the same name hold different text."""
    row = Row(zip(header, cells, strict=False))
    if len(row) == len(header):
        return row
    for name, cell in zip(header, cells, strict=False):
        row[name] = row[name] or cell
    return row if all(cell in ("", row[name]) for name, cell in zip(header, cells, strict=False)) else None
