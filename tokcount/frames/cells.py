"""Cells of Arrow columns → records. A record's line is the number of its row in the batch, from 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec
import pyarrow as pa

from tokcount.errors import UsageError
from tokcount.frames.input import Input
from tokcount.logs.adapt.record_builder import text_record
from tokcount.logs.containers.json_lines import Found, line_values, unparsed
from tokcount.logs.containers.prefixed import prefixed_values, python_values
from tokcount.logs.format import Item, Location
from tokcount.logs.options import Mapping, ReadOptions
from tokcount.logs.reader import Reader
from tokcount.logs.record import Skipped

SLICE: Final = 64
"""Rows whose cells are Python objects at a time: rows may be megabytes."""
NULL_CELL: Final = "the column is null in this row"

_VALUES: Final[dict[str, Callable[[bytes, str, int], Iterable[Found]]]] = {
    "json": line_values,
    "prefixed": prefixed_values,
    "python": python_values,
}


def items_of(batch: pa.RecordBatch, given: Input, reading: ReadOptions) -> Iterator[Item]:
    """The records of a batch in the order of its rows, and why a row has none. Raises `UsageError` for a column of
    the wrong type, and for `reading` that makes no sense.
    """
    if given.text is not None:
        return _texts(_strings(batch, given.text, "text"))
    if given.log is not None:
        lines = _bytes(batch, given.log)
        return Reader(reading, apart=True).read_values(_lines(lines, given.shape, reading.max_value), "")
    paths = {f"{name}_path": name for name in given.mapped}
    mapped = msgspec.structs.replace(reading, mapping=Mapping(**paths, kind=given.kind))
    return Reader(mapped, apart=True).read_values(_objects(batch, given.mapped), "")


def _texts(cells: Iterator[str | None]) -> Iterator[Item]:
    for row, text in enumerate(cells):
        yield _null(row) if text is None else text_record(Location("", row), text)


def _lines(cells: Iterator[bytes | None], shape: str, largest: int) -> Iterator[Found]:
    values = _VALUES[shape]
    for row, line in enumerate(cells):
        if line is None:
            yield _null(row)
        elif len(line) > largest:
            yield unparsed("", row, f"a line of more than {largest >> 20} MB")
        else:
            yield from values(line, "", row)


def _objects(batch: pa.RecordBatch, mapped: dict[str, str]) -> Iterator[Found]:
    """One object a row: field → what its column holds, without nulls."""
    columns = [_cells(_readable(batch.column(column))) for column in mapped.values()]
    for row, cells in enumerate(zip(*columns, strict=True)):
        value = {name: _plain(cell) for name, cell in zip(mapped, cells, strict=True) if cell is not None}
        yield (row, 0, value) if "messages" in value or "prompt" in value else _null(row)


def _null(row: int) -> Skipped:
    return Skipped(source="", line=row, reason="empty", detail=NULL_CELL)


def _strings(batch: pa.RecordBatch, name: str, role: str) -> Iterator[str | None]:
    column = _decoded(batch.column(name))
    if not _is_text(column.type):
        raise UsageError(f"{role}={name!r}: a column of strings was expected, not of {column.type}.")
    return _cells(column)


def _bytes(batch: pa.RecordBatch, name: str) -> Iterator[bytes | None]:
    column = _decoded(batch.column(name))
    if not _is_text(column.type) and not _is_binary(column.type):
        raise UsageError(f"log={name!r}: a column of strings or bytes was expected, not of {column.type}.")
    return _cells(column.cast(pa.large_binary()))


def _decoded(column: pa.Array) -> pa.Array:
    """A column without dictionary; one that is null throughout may have no type of its own."""
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    return column.cast(pa.string()) if pa.types.is_null(column.type) else column


def _readable(column: pa.Array) -> pa.Array:
    """A column as Python can hold it: nanoseconds are more than it can."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    return column


def _is_text(kind: pa.DataType) -> bool:
    return any(fits(kind) for fits in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _is_binary(kind: pa.DataType) -> bool:
    return any(fits(kind) for fits in (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view))


def _cells(column: pa.Array) -> Iterator[Any]:
    for start in range(0, len(column), SLICE):
        yield from column.slice(start, SLICE).to_pylist(maps_as_pydicts="lossy")


def _plain(cell: Any) -> Any:
    """A nested cell as JSON would hold it: a field of a struct that is null was not there."""
    if isinstance(cell, dict):
        return {key: _plain(value) for key, value in cell.items() if value is not None}
    return [_plain(value) for value in cell] if isinstance(cell, list) else cell
