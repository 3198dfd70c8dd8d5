"""Write a finished report, or rows, in any format to standard output or a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from tokcount.document.document import Document, Envelope
from tokcount.document.tables import FlatTable
from tokcount.errors import UsageError
from tokcount.render.csv_json import separated
from tokcount.render.registry import find, function
from tokcount.render.terminal import PLAIN_CSV, ColorChoice, Dialect, OutputTarget, target_of
from tokcount.render.writing import destination, drop_stdout, is_stdout, write

if TYPE_CHECKING:
    import polars as pl


def render(document: Document, name: str, target: OutputTarget | None = None) -> str:
    """The report in the format `name`, for a target (default: a pipe).

    Raises `UsageError` for a format that does not exist or that reports of this command do not have.
    """
    renderer = find(name)
    if renderer.for_reports is None:
        raise UsageError(f"format {name!r} is for rows, not for reports.")
    if not renderer.fits_report(document.command):
        raise UsageError(f"format {name!r} is only for reports of {', '.join(sorted(renderer.commands))}.")
    return function(renderer.for_reports)(document, target or OutputTarget())


def emit(
    document: Document,
    name: str,
    path: Path | None = None,
    color: ColorChoice = "auto",
    dialect: Dialect = PLAIN_CSV,
) -> None:
    """Render a report and write it to `path` or standard output; see `tokcount.render.writing.write`.

    A reader of standard output that has gone away is not an error.
    """
    content = render(document, name, structs.replace(_target(path, color), dialect=dialect))
    with _until_closed():
        write(content, path)


def emit_tables(tables: Mapping[str, FlatTable], folder: Path, dialect: Dialect = PLAIN_CSV) -> None:
    """Write each table to `NAME.csv` in a folder, which is made if it does not exist. See `emit` for `dialect`."""
    for name, table in tables.items():
        write(
            separated(table.columns, table.rows, dialect.separator, dialect.decimal), folder / f"{name}.csv"
        )


def emit_rows(
    frame: pl.DataFrame,
    envelope: Envelope,
    name: str,
    path: Path | None = None,
    color: ColorChoice = "auto",
    dialect: Dialect = PLAIN_CSV,
) -> None:
    """Write rows, one per record, to `path` or standard output in the format `name`.

    Times are ISO 8601 in UTC. Texts are neutralised as in reports; parquet keeps them as they are. In JSON the rows
    follow the `envelope`, under `rows`. Raises `UsageError` for a format that does not exist or is not for rows, for
    a binary format on a terminal, and when the file cannot be written.
    """
    renderer = find(name)
    if renderer.for_rows is None:
        raise UsageError(f"format {name!r} is for reports, not for rows.")
    if renderer.binary and is_stdout(path) and sys.stdout.isatty():
        raise UsageError(f"{name} is binary; name a file with -o FILE")
    chunks = function(renderer.for_rows)(
        frame, envelope, structs.replace(_target(path, color), dialect=dialect)
    )
    with _until_closed(), destination(path) as file:
        for chunk in chunks:
            file.write(chunk)


def _target(path: Path | None, color: ColorChoice) -> OutputTarget:
    return target_of(sys.stdout if is_stdout(path) else None, color)


@contextmanager
def _until_closed() -> Iterator[None]:
    """Drop the rest of the output when its reader has gone away."""
    try:
        yield
    except BrokenPipeError:
        drop_stdout()
