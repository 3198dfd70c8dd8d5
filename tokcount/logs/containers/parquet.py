"""Parquet files: their rows as objects, read in batches through polars."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tokcount.logs.containers.json_lines import Found
from tokcount.logs.record import Skipped

if TYPE_CHECKING:
    from io import BytesIO

    import polars as pl

_ROWS = 2048
"""Rows that are Python objects at the same time."""


def parquet_rows(file: str | BytesIO, source: str) -> Iterator[Found]:
    """The rows of a Parquet file; their line is their number, from 1. Times become ISO 8601, decimals floats."""
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
        for row in batch.iter_rows(named=True):
            line += 1
            yield line, 0, row


def _batches(file: str | BytesIO) -> Iterator[pl.DataFrame]:
    """The file in batches of plain types."""
    import polars as pl
    from polars import selectors as cs

    frame = pl.scan_parquet(file, glob=False)
    frame = frame.drop(cs.binary() | cs.duration() | cs.time()).with_columns(
        cs.datetime().dt.to_string("iso:strict"),
        cs.date().dt.to_string("iso:strict"),
        cs.decimal().cast(pl.Float64),
    )
    for batch in frame.collect_batches(chunk_size=_ROWS, maintain_order=True):
        yield from batch.iter_slices(_ROWS)
