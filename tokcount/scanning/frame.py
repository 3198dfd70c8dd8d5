"""From blocks of columns to one polars frame; the only place where a scan needs polars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

import polars as pl

from tokcount.framing.layout import BASIS_ORDER
from tokcount.scanning.columns import (
    BILLED_COLUMNS,
    NO_WORD,
    NULL,
    NULL_BILLED,
    PLACE_COLUMNS,
    TIMESTAMP,
    WORD_COLUMNS,
    Columns,
)

Placed = tuple[Columns, int]
"""Columns of a block, and the number of lines before it in its file."""
TYPES: Final[dict[str, type[pl.DataType]]] = {"b": pl.Int8, "i": pl.Int32, "q": pl.Int64}

FIRST = (
    "source",
    "line",
    "index",
    "format",
    "kind",
    "model",
    "timestamp",
    "basis",
    "reason",
    "flags",
    "tags",
)
DUPLICATE = "duplicate"


def assemble(blocks: Sequence[Placed]) -> pl.DataFrame:
    """One frame of all blocks, in order, with inputs and duplicates told."""
    references = blocks[0][0].references if blocks else ()
    frame = with_inputs(_flag_duplicates(joined(blocks)), references)
    rest = [name for name in frame.columns if name not in FIRST]
    return frame.select(*FIRST, *rest)


def joined(blocks: Sequence[Placed]) -> pl.DataFrame:
    """The rows of all blocks, in order: times, words, numbers, and the sparse columns that any block has.

    A column that holds one value alone takes no room. Most do, and a long run needs most of its memory here.
    """
    blocks = blocks or [(Columns(()).finished(), 0)]
    varied: list[pl.Series] = []
    same: list[pl.Expr] = []
    order = []
    for series in _columns(blocks):
        order.append(series.name)
        if series.name != "line" and _holds_one_value(series):
            same.append(pl.lit(series[0], series.dtype).alias(series.name))
        else:
            varied.append(series.rechunk())
    return pl.DataFrame(varied).with_columns(same).select(order)


def _columns(blocks: Sequence[Placed]) -> Iterator[pl.Series]:
    first = blocks[0][0]
    yield _timestamps(blocks)
    for name in first.types:
        if name in WORD_COLUMNS:
            yield _words(name, blocks)
        elif name.endswith("basis"):
            yield _gathered(name, [pl.Series(BASIS_ORDER)] * len(blocks), blocks)
        elif name == "line":
            yield pl.concat([_numbers(name, columns) + offset for columns, offset in blocks])
        elif name in PLACE_COLUMNS:
            yield pl.concat([_numbers(name, columns) for columns, _ in blocks])
        else:
            null = NULL_BILLED if name in BILLED_COLUMNS else NULL
            yield _nullable(pl.concat([_numbers(name, columns) for columns, _ in blocks]), null)
    for name in sorted({name for columns, _ in blocks for name in columns.sparse.columns}):
        yield pl.concat([columns.sparse.series(name, len(columns)) for columns, _ in blocks])


def _holds_one_value(series: pl.Series) -> bool:
    if len(series) < 2:
        return False
    missing = series.null_count()
    return missing == len(series) or (missing == 0 and series.min() == series.max())


def _words(name: str, blocks: Sequence[Placed]) -> pl.Series:
    return _gathered(
        name, [pl.Series(columns.words[name].words, dtype=pl.String) for columns, _ in blocks], blocks
    )


def _gathered(name: str, tables: list[pl.Series], blocks: Sequence[Placed]) -> pl.Series:
    """The words that the codes of a column stand for; each block has its own table of words."""
    starts = [0, *accumulate(map(len, tables))]
    codes = [
        _nullable(_numbers(name, columns), NO_WORD) + start
        for (columns, _), start in zip(blocks, starts, strict=False)
    ]
    return pl.concat(tables).gather(pl.concat(codes)).rename(name)


def _numbers(name: str, columns: Columns) -> pl.Series:
    values = columns.values(name)
    return pl.Series(name, memoryview(values) if values else [], dtype=TYPES[values.typecode]).cast(pl.Int64)


def _nullable(series: pl.Series, null: int) -> pl.Series:
    return series.set(series == null, None)


def _timestamps(blocks: Sequence[Placed]) -> pl.Series:
    seconds = [columns.values(TIMESTAMP) for columns, _ in blocks]
    times = pl.concat([pl.Series(memoryview(each) if each else [], dtype=pl.Float64) for each in seconds])
    micros = (times.fill_nan(None) * 1e6).round().cast(pl.Int64)
    return micros.cast(pl.Datetime("us", "UTC")).rename(TIMESTAMP)


def with_inputs(frame: pl.DataFrame, references: Iterable[str]) -> pl.DataFrame:
    """The frame with ``R:input_tokens``, content + framing, for each of the ``references``."""
    return frame.with_columns(
        (pl.col(f"{label}:content_tokens") + pl.col(f"{label}:framing_tokens")).alias(f"{label}:input_tokens")
        for label in references
    )


def with_duplicate() -> pl.Expr:
    """The flags of a row with `DUPLICATE` among them."""
    flags = pl.col("flags")
    return pl.when(flags == "").then(pl.lit(DUPLICATE)).otherwise(flags + f"|{DUPLICATE}")


def _flag_duplicates(frame: pl.DataFrame) -> pl.DataFrame:
    identity = frame["identity"]
    repeated = (identity != 0) & ~identity.is_first_distinct()
    frame = frame.drop("identity")
    if not repeated.any():
        return frame
    return frame.with_columns(pl.when(repeated).then(with_duplicate()).otherwise("flags").alias("flags"))
