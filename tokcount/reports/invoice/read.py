"""Files → the lines of the exports that they are. What an export is, its content decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from tokcount.errors import UsageError
from tokcount.logs.bytes.decompress import container_of
from tokcount.logs.bytes.stream import bytes_of, unwrap
from tokcount.logs.containers.sniff import look, read_into_memory
from tokcount.logs.containers.values import values_of
from tokcount.logs.options import LARGEST_RATIO, LARGEST_VALUE
from tokcount.logs.record import Skipped
from tokcount.logs.scalars import Json, decoded_object
from tokcount.reports.invoice.cells import AGAIN, Cells, plain
from tokcount.reports.invoice.exports import EXPORTS, Export
from tokcount.reports.invoice.lines import ExportFile

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream
    from tokcount.logs.containers.json_lines import Found
    from tokcount.logs.source import Source

EXPECTED: Final = ", ".join(export.name for export in EXPORTS)
_PERIOD: Final = {"starttime", "endtime"}
"""What a bucket without results has."""


def read(source: Source, zone: ZoneInfo) -> ExportFile:
    """The lines of an export, whose days are those of a time zone.

    Raises `UsageError` for a file that is not an export, cannot be read or has a line that cannot be understood:
    with a line left out, no sum would be the invoice's.
    """
    export, empty = None, []
    found = ExportFile(path=source.path)
    for line, value in _values(source):
        export = export or _export_of(value, source.path)
        found.is_cut = bool(value.get("has_more") or decoded_object(value.get("metadata")).get("has_more"))
        if export is None:
            empty.append((line, value))
            continue
        for earlier in (*empty, (line, value)):
            _add(earlier, export, found, zone)
        empty = []
    if export is None:
        raise UsageError(f"{source.path}: nothing but empty days; expected one of: {EXPECTED}.")
    found.export, found.itemised = export.name, export.itemised
    return found


def _add(placed: tuple[int, Json], export: Export, found: ExportFile, zone: ZoneInfo) -> None:
    """Add the lines in a value."""
    line, value = placed
    for row in export.rows(value):
        found.add(export.line(Cells(row, f"{found.path}:{line}"), zone))


def _export_of(value: Json, path: str) -> Export | None:
    """Which export the file with this value is; `None` for a page of empty buckets, which any may have.

    Raises `UsageError` if it is not an export.
    """
    is_empty = False
    for export in EXPORTS:
        rows = [Cells(row, path) for row in export.rows(value)]
        if any(map(export.recognises, rows)):
            return export
        is_empty |= bool(rows) and all(row.names <= _PERIOD for row in rows)
    if is_empty:
        return None
    raise UsageError(f"{path}: not an export of usage or costs; expected one of: {EXPECTED}.")


def _values(source: Source) -> Iterator[tuple[int, Json]]:
    """The objects in a file, with their lines. Raises `UsageError` for a file that cannot be read completely."""
    try:
        file = source.open()
    except OSError as error:
        raise UsageError(f"{source.path}: cannot be opened: {error.strerror}.") from error
    try:
        stream = unwrap(bytes_of(source, file), max_ratio=LARGEST_RATIO)
        for found in _found_in(stream, source.path):
            if isinstance(found, Skipped):
                raise UsageError(f"{found.source}:{found.line}: {found.detail}; {AGAIN}.")
            line, _, value = found
            if isinstance(value, dict):
                yield line, value
    finally:
        if not source.is_stdin:
            file.close()


def _found_in(stream: Stream, path: str) -> Iterator[Found]:
    head, whole = stream.peek()
    container = container_of(head)
    if container == "parquet":
        from tokcount.logs.containers.parquet import parquet_rows

        content = read_into_memory(stream)
        if content is None:
            raise UsageError(f"{path}: the file is too large; export a shorter period.")
        return parquet_rows(content, path, stream.notes)
    if container is not None:
        raise UsageError(f"{path}: a {container} file; unpack it and name the export in it.")
    seen = look(head, whole=whole, path=path, is_known_header=_is_known_header)
    if seen.shape not in ("json", "jsonl", "table"):
        raise UsageError(f"{path}: not CSV, JSON or Parquet; expected one of: {EXPECTED}.")
    return values_of(stream, seen, path, LARGEST_VALUE)


def _is_known_header(names: list[str]) -> bool:
    """Whether a table with these columns is an export."""
    columns = {plain(name) for name in names}
    return any(keys <= columns for export in EXPORTS for keys in export.keys)
