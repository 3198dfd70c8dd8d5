"""From blocks of columns to one polars frame; the only place where a scan needs polars."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tokcount.scanning.columns import Columns

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


def assemble(blocks: list[tuple[Columns, int]]) -> pl.DataFrame:
    """One frame of all blocks, in order. Empties ``blocks``, so that memory is not needed twice."""
    references = blocks[0][0].references if blocks else ()
    sparse = sorted({name for columns, _ in blocks for name in columns.sparse.columns})
    frames = []
    while blocks:
        columns, line_offset = blocks.pop(0)
        frames.append(columns.frame(line_offset, sparse))
    if not frames:
        return Columns(references).frame()
    frame = pl.concat(frames).rechunk()
    frame = _flag_duplicates(with_inputs(frame, references))
    rest = [name for name in frame.columns if name not in FIRST]
    return frame.select(*FIRST, *rest)


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
    repeated = (pl.col("identity") != 0) & ~pl.col("identity").is_first_distinct()
    return frame.with_columns(
        pl.when(repeated).then(with_duplicate()).otherwise("flags").alias("flags")
    ).drop("identity")
