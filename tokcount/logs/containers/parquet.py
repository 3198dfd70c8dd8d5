"""Parquet files: their rows as objects, read in batches through polars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from tokcount.logs.containers.json_lines import Found
from tokcount.logs.record import Skipped
from tokcount.logs.scalars import label

if TYPE_CHECKING:
    from io import BytesIO

    import polars as pl

_FOREIGN = ("Binary", "Date", "Time", "Duration", "Decimal")
"""What a column's type names when it holds values that JSON has not, at any depth."""

_ROWS = 2048
"""Rows that are Python objects at the same time."""


def parquet_rows(file: str | BytesIO, source: str, notes: dict[str, int]) -> Iterator[Found]:
    """The rows of a Parquet file; their line is their number, from 1. Times become ISO 8601, decimals floats, and
    binary columns, in which old programs keep text, text; where one holds no text, that is added to `notes`.
    """
    line = 0
    batches = _batches(file)
    while True:
        try:
            batch = next(batches, None)
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            detail = f"the Parquet file is damaged ({type(error).__name__})"
            yield Skipped(source=source, line=line + 1, reason="unreadable", detail=detail)
            return
        if batch is None:
            return
        foreign = [name for name, kind in batch.schema.items() if any(each in str(kind) for each in _FOREIGN)]
        for row in batch.iter_rows(named=True):
            line += 1
            for name in foreign:
                row[name] = _plain(row[name], partial(notes.setdefault, binary_note(name), line))
            yield line, 0, row


def _plain(value: Any, no_text: Callable[[], object]) -> Any:
    """A value in JSON's types; `no_text` is called for bytes that hold none, which are left out."""
    if isinstance(value, dict):
        return {name: _plain(each, no_text) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, no_text) for each in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if not isinstance(value, bytes):
        return str(value) if isinstance(value, timedelta) else value
    return binary_text(value, no_text)


def binary_text(value: bytes, no_text: Callable[[], object]) -> str | None:
    """The text that old programs keep as bytes; `None` for other bytes, for which `no_text` is called."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        no_text()
        return None


def binary_note(name: str) -> str:
    """The warning about a column of bytes."""
    return f"the binary column {label(name, '…')} holds no text; it was not read"


def _batches(file: str | BytesIO) -> Iterator[pl.DataFrame]:
    """The file in batches of plain types."""
    import polars as pl
    from polars import selectors as cs

    frame = pl.scan_parquet(file, glob=False)
    frame = frame.drop(cs.duration() | cs.time()).with_columns(
        cs.datetime().dt.to_string("iso:strict"),
        cs.date().dt.to_string("iso:strict"),
        cs.decimal().cast(pl.Float64),
    )
    for batch in frame.collect_batches(chunk_size=_ROWS, maintain_order=True):
        yield from batch.iter_slices(_ROWS)
