"""Frames of rows, one per record: fast for millions of them in the formats that programs read, and as tables."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

import msgspec
import polars as pl

from tokcount.document.blocks import CellKind, Column, Table
from tokcount.document.document import Envelope
from tokcount.render.csv_json import to_json
from tokcount.render.escape import INVISIBLE, csv_cell, json_text
from tokcount.render.terminal import OutputTarget

BATCH_ROWS: Final = 20_000
AMOUNT: Final = re.compile(rb'(:cost_usd(?:\[\w+\])?":)"(-?[\d.]+)"')
"""An amount of money in a JSON object, which polars writes as text. No string contains this: its quotes are escaped."""
TIME: Final = "%Y-%m-%dT%H:%M:%S%.fZ"
COMMAND_OR_INVISIBLE: Final = rf"[{INVISIBLE}]|##\w*\["
UNSAFE_CELL: Final = rf"^[=+\-@\uff1d\uff0b\uff0d\uff20]|^\s*::|{COMMAND_OR_INVISIBLE}"
"""What `csv_cell` changes, as a regular expression of polars."""


def csv_rows(frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterator[bytes]:
    """A header and one line per row; cells are escaped as in `csv_cell`. With a decimal comma, `;` separates them."""
    return _separated_rows(frame, target.dialect.separator, target.dialect.decimal)


def tsv_rows(frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterator[bytes]:
    """As `csv_rows`, with tabs between the cells."""
    return _separated_rows(frame, "\t", target.dialect.decimal)


def _separated_rows(frame: pl.DataFrame, separator: str, decimal: str) -> Iterator[bytes]:
    escaped = _escaped_cells(frame)
    names = [csv_cell(name) for name in frame.columns]
    for number, batch in enumerate(_batches(frame)):
        safe = batch.with_columns(*escaped, _amounts().str.replace(".", decimal, literal=True))
        safe = _with_iso_times(safe).with_columns(pl.col(pl.String).replace("", None))
        safe.columns = names
        buffer = io.BytesIO()
        safe.write_csv(buffer, include_header=number == 0, separator=separator, decimal_comma=decimal == ",")
        yield buffer.getvalue()


def jsonl_rows(frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterator[bytes]:
    """One JSON object per row."""
    return (batch for batch in _json_batches(frame) if batch)


def json_rows(frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterator[bytes]:
    """One document: the envelope, then the rows, one per line."""
    start = to_json({**msgspec.to_builtins(envelope), "rows": []})
    yield start.removesuffix("]}").encode() + b"\n"
    separator = b""
    for batch in _json_batches(frame):
        if batch:
            yield separator + batch.rstrip(b"\n").replace(b"\n", b",\n")
            separator = b",\n"
    yield b"\n]}\n"


def parquet_rows(frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterator[bytes]:
    """A Parquet file, with texts as they are in the log."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    yield buffer.getvalue()


def table_rows(frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterator[bytes]:
    """A table for people."""
    from tokcount.render.table import render_blocks

    yield _encoded(render_blocks([_table(frame)], target))


def markdown_rows(frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterator[bytes]:
    """A table in Markdown."""
    from tokcount.render.markdown import render_blocks

    yield _encoded(render_blocks([_table(frame)]))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _json_batches(frame: pl.DataFrame) -> Iterator[bytes]:
    needs_escapes = any(_matching(frame[name], COMMAND_OR_INVISIBLE) for name in _texts(frame))
    for batch in _batches(frame):
        buffer = io.BytesIO()
        _with_iso_times(batch.with_columns(_amounts())).write_ndjson(buffer)
        content = AMOUNT.sub(rb"\1\2", buffer.getvalue())
        yield json_text(content.decode()).encode() if needs_escapes else content


def _batches(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return frame.iter_slices(BATCH_ROWS) if frame.height else iter([frame])


def _amounts() -> pl.Expr:
    """The amounts of money as text, without the zeros that fill a decimal type up to its scale."""
    return pl.selectors.decimal().cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def _with_iso_times(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.datetime().dt.strftime(TIME))


def _escaped_cells(frame: pl.DataFrame) -> list[pl.Expr]:
    """Text columns escaped as `csv_cell` does it; only the few values that need it are touched in Python."""
    unsafe = {name: _matching(frame[name], UNSAFE_CELL) for name in _texts(frame)}
    return [
        pl.col(name).replace(found, [csv_cell(text) for text in found]).alias(name)
        for name, found in unsafe.items()
        if found
    ]


def _matching(values: pl.Series, pattern: str) -> list[str]:
    distinct = values.unique(maintain_order=True)
    return distinct.filter(distinct.str.contains(pattern).fill_null(value=False)).to_list()


def _texts(frame: pl.DataFrame) -> list[str]:
    return [name for name, dtype in frame.schema.items() if dtype == pl.String]


def _table(frame: pl.DataFrame) -> Table:
    columns = tuple(Column(name, _kind(name, dtype)) for name, dtype in frame.schema.items())
    return Table(columns, tuple(_with_iso_times(frame.with_columns(_amounts())).iter_rows()))


def _kind(column: str, dtype: pl.DataType) -> CellKind:
    quantity = column.rpartition(":")[2].partition("[")[0]
    if quantity == "drift":
        return "percent"
    if quantity == "cost_usd":
        return "usd"
    if column in {"line", "index"}:
        return "text"
    return "int" if dtype.is_integer() else "text"
