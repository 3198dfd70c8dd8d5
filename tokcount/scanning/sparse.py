"""Columns that only some rows have a number in: what most records do not have costs nothing."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


class SparseColumns:
    """Numbers by column name and row; a column begins with its first number, and what was not set is 0.

    Names that end in ``_id`` hold 64 bits, all others 32.
    """

    def __init__(self) -> None:
        self.columns: dict[str, array[int]] = {}

    def put(self, row: int, name: str, value: int) -> None:
        """Set a number. Rows of a column are set in order."""
        column = self.columns.get(name)
        if column is None:
            column = self.columns[name] = array("q" if name.endswith("_id") else "i")
        if len(column) < row:
            _fill(column, row)
        column.append(value)

    def series(self, name: str, rows: int) -> pl.Series:
        """One column with ``rows`` rows, also when it was never begun."""
        import polars as pl

        column = self.columns.get(name, array("i"))
        _fill(column, rows)
        dtype = pl.Int64 if name.endswith("_id") else pl.Int32
        return pl.Series(name, memoryview(column) if rows else [], dtype=dtype)


def _fill(column: array[int], rows: int) -> None:
    column.frombytes(bytes((rows - len(column)) * column.itemsize))
