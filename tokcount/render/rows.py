"""Frames of rows, one a record: fast for millions of them, in the formats that programs read, and as tables."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import polars as pl

from tokcount.document.blocks import CellKind, Column, Table
from tokcount.errors import UsageError
from tokcount.render import writing
from tokcount.render.escape import INVISIBLE, csv_cell, json_text
from tokcount.render.terminal import ColorChoice, surface_of
from tokcount.reports.report import envelope

BATCH_ROWS: Final = 20_000
TIME: Final = "%Y-%m-%dT%H:%M:%S%.fZ"
HARMFUL: Final = rf"[{INVISIBLE}]|##\w*\["
FORMULA_OR_HARMFUL: Final = rf"^[=+\-@\uff1d\uff0b\uff0d\uff20]|^\s*::|{HARMFUL}"
"""What `csv_cell` changes, for polars' ``regex``."""
TEXT_FORMATS: Final = ("table", "markdown")


def write(
    frame: pl.DataFrame, command: str, name: str, path: Path | None = None, color: ColorChoice = "auto"
) -> None:
    """Write rows to ``path`` or standard output in the format ``name``: table, csv, json, jsonl, markdown, parquet.

    ``command`` goes into the envelope of JSON, whose rows stand under ``rows``. Times are ISO 8601 in UTC. Texts
    are neutralised as in reports; parquet keeps them as they are. Raises `UsageError` for a format that does not
    exist, for parquet on a terminal, and when the file cannot be written; a reader of standard output that went away
    has seen enough.
    """
    try:
        _write(frame, command, name, path, color)
    except BrokenPipeError:
        writing.drop_stdout()


def _write(frame: pl.DataFrame, command: str, name: str, path: Path | None, color: ColorChoice) -> None:
    if name in TEXT_FORMATS:
        writing.write(_rendered(frame, name, path, color), path)
        return
    if name not in WRITERS:
        raise UsageError(f"unknown format {name!r} for rows. Known: {', '.join((*WRITERS, *TEXT_FORMATS))}.")
    if name == "parquet" and _to_stdout(path) and sys.stdout.isatty():
        raise UsageError("parquet is binary; name a file with -o FILE")
    with writing.destination(path) as file:
        for chunk in WRITERS[name](frame, command):
            file.write(chunk)


def _csv(frame: pl.DataFrame, command: str) -> Iterator[bytes]:  # noqa: ARG001 - CSV has no envelope
    harmless = _without_formulas(frame)
    names = [csv_cell(name) for name in frame.columns]
    for number, batch in enumerate(_batches(frame)):
        safe = _with_plain_times(batch.with_columns(harmless)).with_columns(
            pl.col(pl.String).replace("", None)
        )
        safe.columns = names
        buffer = io.BytesIO()
        safe.write_csv(buffer, include_header=number == 0)
        yield buffer.getvalue()


def _jsonl(frame: pl.DataFrame, command: str) -> Iterator[bytes]:  # noqa: ARG001 - lines have no envelope
    return (batch for batch in _json_batches(frame) if batch)


def _json(frame: pl.DataFrame, command: str) -> Iterator[bytes]:
    document = json.dumps({**envelope(command), "rows": []})
    yield document.removesuffix("]}").encode() + b"\n"
    separator = b""
    for batch in _json_batches(frame):
        if batch:
            yield separator + batch.rstrip(b"\n").replace(b"\n", b",\n")
            separator = b",\n"
    yield b"\n]}\n"


def _parquet(frame: pl.DataFrame, command: str) -> Iterator[bytes]:  # noqa: ARG001 - parquet has no envelope
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    yield buffer.getvalue()


WRITERS: Final[dict[str, Callable[[pl.DataFrame, str], Iterable[bytes]]]] = {
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
    "parquet": _parquet,
}
"""Format → chunks of bytes of a frame."""


def _json_batches(frame: pl.DataFrame) -> Iterator[bytes]:
    hostile = any(_suspects(frame[name], HARMFUL) for name in _texts(frame))
    for batch in _batches(frame):
        buffer = io.BytesIO()
        _with_plain_times(batch).write_ndjson(buffer)
        content = buffer.getvalue()
        yield json_text(content.decode()).encode() if hostile else content


def _batches(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    return frame.iter_slices(BATCH_ROWS) if frame.height else iter([frame])


def _with_plain_times(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.datetime().dt.strftime(TIME))


def _without_formulas(frame: pl.DataFrame) -> list[pl.Expr]:
    """What makes text columns as `csv_cell` does; only the few values that need it are touched in Python."""
    suspects = {name: _suspects(frame[name], FORMULA_OR_HARMFUL) for name in _texts(frame)}
    return [
        pl.col(name).replace(found, [csv_cell(text) for text in found]).alias(name)
        for name, found in suspects.items()
        if found
    ]


def _suspects(values: pl.Series, pattern: str) -> list[str]:
    return (
        values.filter(values.str.contains(pattern).fill_null(value=False))
        .unique(maintain_order=True)
        .to_list()
    )


def _texts(frame: pl.DataFrame) -> list[str]:
    return [
        name for name, dtype in frame.schema.items() if dtype == pl.String and not name.endswith(":cost_usd")
    ]


def _rendered(frame: pl.DataFrame, name: str, path: Path | None, color: ColorChoice) -> str:
    columns = tuple(Column(column, _kind(column, dtype)) for column, dtype in frame.schema.items())
    table = Table(columns, tuple(_with_plain_times(frame).iter_rows()))
    if name == "markdown":
        from tokcount.render import markdown

        return markdown.render_blocks([table])
    from tokcount.render import table as tables

    return tables.render_blocks([table], surface_of(sys.stdout if _to_stdout(path) else None, color))


def _to_stdout(path: Path | None) -> bool:
    return path is None or str(path) == "-"


def _kind(column: str, dtype: pl.DataType) -> CellKind:
    quantity = column.rpartition(":")[2]
    if quantity == "drift":
        return "percent"
    if quantity == "cost_usd":
        return "usd"
    if column in {"line", "index"}:
        return "text"
    return "int" if dtype.is_integer() else "text"
