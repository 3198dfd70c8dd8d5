"""Token counts inside DuckDB (extra `duckdb`).

    import duckdb
    import tokcount.duckdb
    from tokcount.arrow import Input

    connection = tokcount.duckdb.register(duckdb.connect())
    connection.sql("SELECT token_count(prompt, 'o200k_base') FROM calls")

    rows = tokcount.duckdb.scan(connection.sql("FROM 'log.parquet'"), Input(log="line"), to=["gpt-5.6-luna"])
    connection.sql('SELECT model, sum("gpt-5.6-luna:input_tokens") FROM rows GROUP BY model')

Both count through the code that counts for the local commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

try:
    import pyarrow as pa
    from duckdb.sqltypes import BIGINT, VARCHAR
except ImportError:
    raise ImportError("tokcount.duckdb needs duckdb and pyarrow: pip install 'tokcount[duckdb]'") from None

from tokcount import arrow
from tokcount.frames.texts import token_counts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

__all__ = ["register", "scan"]

VECTOR = 2_048
"""Rows that DuckDB computes, and hands over, at a time."""


def register(connection: DuckDBPyConnection) -> DuckDBPyConnection:
    """Add the SQL function `token_count(text, encoding)` to a connection, and return it.

    The function gives a BIGINT, null where either argument is null; an unknown encoding ends the query.
    """
    return connection.create_function(
        "token_count", _token_count, [VARCHAR, VARCHAR], BIGINT, type="arrow", null_handling="special"
    )


def _token_count(texts: pa.ChunkedArray, encodings: pa.ChunkedArray) -> pa.Array:
    names = encodings.to_pylist()
    cells = texts.to_pylist()
    counts: list[int | None] = [None] * len(cells)
    for encoding in {name for name in names if name is not None}:
        rows = [row for row, name in enumerate(names) if name == encoding]
        for row, number in zip(rows, token_counts([cells[row] for row in rows], encoding), strict=True):
            counts[row] = number
    return pa.array(counts, pa.int64())


def scan(
    relation: DuckDBPyRelation,
    input: arrow.Input,  # noqa: A002 - as in `Scan`
    **options: Unpack[arrow.Options],
) -> pa.Table:
    """One row for each record of a relation, duplicates flagged; see `tokcount.arrow.Scan` for `options`.

    The relation is read as a stream; the rows, which hold no text, stay in memory. DuckDB queries the table by the name
    of its variable.
    """
    return arrow.scan(relation.to_arrow_reader(VECTOR), input, **options)
