"""One field of each row of a file: JSON, JSON Lines, CSV, TSV or Parquet."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import PurePath
from typing import Any, Final, Literal

import msgspec

from tokcount.errors import DataError
from tokcount.logs.bytes.plain import PlainText
from tokcount.logs.mapping.path import Path as Expression

Kind = Literal["json", "csv", "tsv", "parquet"]
SUFFIXES: Final[dict[str, Kind]] = {
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
}
PACKED: Final = (".gz", ".bz2", ".xz", ".zst", ".lz4")
"""Suffixes after the one that shows what a file holds."""


class Value(msgspec.Struct, frozen=True):
    """The field of one row: the line that the row begins on (of Parquet: its number, from 1), and its text.

    `text` is `None` where the row does not have the field. What is neither text nor null is its JSON.
    """

    line: int
    text: str | None


class Field:
    """Which field to count: a column by its `name`, or what a JMESPath expression finds in each row."""

    def __init__(self, *, column: str | None = None, path: str | None = None) -> None:
        self.column = column
        self._expression = Expression("path", path) if path is not None else None

    def texts(self, row: Any) -> Iterator[str | None]:
        """The texts of the field: one, or one for each element of the list that is found."""
        found = self._found(row)
        for item in found if isinstance(found, list) else [found]:
            if item is None or isinstance(item, str):
                yield item
            else:
                yield msgspec.json.encode(item).decode()

    def _found(self, row: Any) -> Any:
        if self._expression is not None:
            return self._expression.find(row)
        return row.get(self.column) if isinstance(row, dict) else None


def values_of(text: PlainText, field: Field) -> Iterator[Value]:
    """The field in every row of a file. Raises `DataError` for a file whose rows cannot be read, with the line."""
    kind = _kind_by_name(text.source.path)
    if kind == "parquet":
        rows: Iterable[tuple[int, Any]] = _parquet(text.source.path)
    else:
        rows = _rows(text, kind)
    for line, row in rows:
        for value in field.texts(row):
            yield Value(line, value)


def _kind_by_name(path: str) -> Kind | None:
    suffixes = [suffix for suffix in PurePath(path.lower()).suffixes if suffix not in PACKED]
    return SUFFIXES.get(suffixes[-1]) if suffixes else None


def _rows(text: PlainText, kind: Kind | None) -> Iterator[tuple[int, Any]]:
    lines = lines_of(text)
    first = next((line for line in lines if line.strip()), "")
    kind = kind or _kind_by_look(first)
    lines = chain([first], lines)
    if kind == "json":
        return _json(lines, text.source.path)
    return _table(lines, "\t" if kind == "tsv" else _separator(first), text.source.path)


def _kind_by_look(line: str) -> Kind:
    if line.lstrip()[:1] in ("{", "["):
        return "json"
    return "tsv" if "\t" in line else "csv"


def _separator(header: str) -> str:
    return ";" if header.count(";") > header.count(",") else ","


def lines_of(blocks: Iterable[str]) -> Iterator[str]:
    r"""The lines of a text that arrives in blocks, each with its line end; only `\n` ends a line."""
    waiting: list[str] = []
    for block in blocks:
        begun, *more = block.split("\n")
        waiting.append(begun)
        for following in more:
            yield "".join(waiting) + "\n"
            waiting = [following]
    if rest := "".join(waiting):
        yield rest


def _json(lines: Iterator[str], path: str) -> Iterator[tuple[int, Any]]:
    """Rows of JSON Lines; of one JSON document its elements, or the document itself."""
    first = next(lines, "")
    try:
        row = msgspec.json.decode(first)
    except msgspec.DecodeError:
        yield from _document(first + "".join(lines), path)
        return
    yield from enumerate(row, 1) if isinstance(row, list) else [(1, row)]
    for number, line in enumerate(lines, 2):
        if line.strip():
            yield number, _decoded(line, path, number)


def _document(text: str, path: str) -> Iterator[tuple[int, Any]]:
    if not text.strip():
        return
    found = _decoded(text, path, 1)
    yield from enumerate(found, 1) if isinstance(found, list) else [(1, found)]


def _decoded(text: str, path: str, line: int) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise DataError(f"{path}:{line}: not JSON: {error}") from None


def _table(lines: Iterator[str], separator: str, path: str) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(sys.maxsize)
    reader = csv.DictReader(lines, delimiter=separator, strict=True)
    line = 2
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}:{line}: the row that begins here cannot be read: {error}") from None


def _parquet(path: str) -> Iterator[tuple[int, Any]]:
    import polars as pl

    try:
        frame = pl.read_parquet(path if path != "-" else io.BytesIO(sys.stdin.buffer.read()))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{path}: not a Parquet file that can be read: {type(error).__name__}") from None
    return enumerate(frame.iter_rows(named=True), 1)
