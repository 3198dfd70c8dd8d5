"""Text files as a data frame of lines that can be found again: each with its file and its number in it."""

from __future__ import annotations

from typing import Final

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it

PLACE: Final = ("source", "start")


def read_lines(session: SparkSession, paths: str | list[str]) -> DataFrame:
    r"""`value` (the bytes of a line), `source` (its file) and `line` (its number in the file, from 1).

    `paths` are what `session.read.text` takes: files, folders and globs on any file system it knows. Lines end at
    `\n`. Files of local disks are named by their plain path, all others by their address.

    The files are read once more for the numbers, but only to count the ends of their lines: each block of a file
    begins where the lines of the blocks before it end. Files must not change in between.
    """
    text = session.read.option("lineSep", "\n").text(paths)
    # Numbers of one partition rise by one from row to row, and a block is read in one piece.
    rows = text.select(
        F.col("value").cast("binary").alias("value"),
        _plain(F.col("_metadata.file_path")).alias("source"),
        F.col("_metadata.file_block_start").alias("start"),
        F.monotonically_increasing_id().alias("row"),
    )
    blocks = rows.groupBy(*PLACE).agg(F.min("row").alias("first"), F.count("*").alias("lines"))
    before = Window.partitionBy("source").orderBy("start").rowsBetween(Window.unboundedPreceding, -1)
    offsets = blocks.withColumn("offset", F.coalesce(F.sum("lines").over(before), F.lit(0)))
    line = F.col("row") - F.col("first") + F.col("offset") + 1
    placed = rows.join(F.broadcast(offsets.drop("lines")), list(PLACE))
    return placed.select("value", "source", line.alias("line"))


def _plain(path: Column) -> Column:
    """The path of a `file:` address without its escapes; other addresses as they are."""
    decoded = F.url_decode(F.replace(path, F.lit("+"), F.lit("%2B")))
    return F.when(path.startswith("file:"), F.regexp_replace(decoded, "^file:(//)?", "")).otherwise(path)
