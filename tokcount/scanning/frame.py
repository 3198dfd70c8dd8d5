"""Chunks of columns → one polars frame; the only place where a scan needs polars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TypeAlias

import polars as pl

from tokcount.framing.layout import BASIS_ORDER, ESTIMATED, PARTIAL
from tokcount.logs.record import DUPLICATE, Skipped
from tokcount.scanning.columns import ColumnBuilder, Columns, Packed, Run
from tokcount.scanning.copies import copy_of
from tokcount.scanning.schema import (
    DTYPES,
    ESTIMATES,
    MONEY_DECIMALS,
    RECORD_COLUMNS,
    column,
    parse_column,
)

Placed = tuple[Columns, int]
"""Columns of a chunk, and the number of lines before it in its file."""
Part: TypeAlias = "tuple[Packed, Sequence[str] | None]"
"""Numbers of a column, and the strings that they are the codes of."""
MONEY: Final = pl.Decimal(38, MONEY_DECIMALS)
_UNIT: Final = Decimal(1).scaleb(-MONEY_DECIMALS)
_POLARS: Final[dict[str, pl.DataType]] = {
    "text": pl.String(),
    "basis": pl.String(),
    "integer": pl.Int64(),
    "time": pl.Datetime("us", "UTC"),
    "money": MONEY,
}
_INTEGERS: Final[dict[str, type[pl.DataType]]] = {"b": pl.Int8, "h": pl.Int16, "i": pl.Int32, "q": pl.Int64}


def assemble(chunks: Sequence[Placed]) -> pl.DataFrame:
    """One frame of all chunks, in order, with hidden and input tokens, and copies flagged `DUPLICATE`."""
    rows = joined(chunks)
    flags = pl.when(_repeats(rows) & ~_is_flagged()).then(with_duplicate()).otherwise("flags")
    return _finished(rows.with_columns(flags.alias("flags")), chunks)


def assemble_once(chunks: Sequence[Placed], shown: int) -> tuple[pl.DataFrame, int, list[Skipped]]:
    """The frame without copies, how many there are, and the first of them: at most `shown`."""
    rows = joined(chunks)
    again = rows.select(_repeats(rows) | _is_flagged()).to_series()
    if not again.any():
        return _finished(rows, chunks), 0, []
    copies = rows.filter(again).head(shown).select("source", "line", "format", "identity")
    firsts = rows.filter(~again & (pl.col("identity") != 0)).select(
        "identity", first=pl.format("{}:{}", "source", "line")
    )
    placed = copies.join(firsts, on="identity", how="left", maintain_order="left").drop("identity")
    found = [copy_of(*row) for row in placed.iter_rows()]
    return _finished(rows.filter(~again), chunks), int(again.sum()), found


def _finished(rows: pl.DataFrame, chunks: Sequence[Placed]) -> pl.DataFrame:
    references = chunks[0][0].references if chunks else ()
    frame = with_inputs(rows.drop("identity"), references)
    if any(columns.extra for columns, _ in chunks):  # those of an audit, of which many hold one value
        frame = folded(frame)
    described = [known.name for known in RECORD_COLUMNS if known.name in frame.columns]
    return frame.select(*described, pl.exclude(described))


def folded(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the columns that hold a single value in a form that takes no memory."""
    return frame.with_columns(
        pl.lit(each[0], each.dtype).alias(each.name)
        for each in frame
        if len(each) > 1 and (each.null_count() == len(each) or bool(each.eq_missing(each[0]).all()))
    )


def _repeats(rows: pl.DataFrame) -> pl.Series:
    """Whether an earlier row has the identity of a row."""
    identity = rows["identity"]
    return (identity != 0) & ~identity.is_first_distinct()


def _is_flagged() -> pl.Expr:
    """Whether the log itself marks a row as a copy."""
    return pl.col("flags").str.split("|").list.contains(DUPLICATE)


def joined(chunks: Sequence[Placed]) -> pl.DataFrame:
    """The rows of all chunks, in order, with the extra columns that any chunk has.

    A column that holds a single value takes no memory. Most do, and a long run needs most of its memory here.
    """
    chunks = chunks or [(ColumnBuilder(()).finish(), 0)]
    lines = [_integers(columns.packed["line"]) + before for columns, before in chunks]
    varied: list[pl.Series] = [pl.concat(lines).rename("line")]
    same: list[pl.Expr] = []
    names = chunks[0][0].missing
    for name in names:
        if name != "line":
            found = _column(name, chunks)
            if isinstance(found, pl.Series):
                varied.append(found.rename(name))
            else:
                same.append(found.alias(name))
    extra = sorted({name for columns, _ in chunks for name in columns.extra})
    varied += [_extra(name, chunks) for name in extra]
    return pl.DataFrame(varied).with_columns(same).select(*names, *extra)


def _column(name: str, chunks: Sequence[Placed]) -> pl.Series | pl.Expr:
    """The values of a column, or the only one."""
    known = None if name in DTYPES else parse_column(name)
    dtype = DTYPES[name if known is None else known.measure]
    missing = chunks[0][0].missing[name]
    parts: list[Part] = []
    values: set[int | str | None] = set()
    is_run = True
    for columns, _ in chunks:
        strings = BASIS_ORDER if dtype == "basis" else columns.strings.get(name)
        for part in columns.packed[name]:
            parts.append((part, strings))
            if not isinstance(part, Run):
                is_run = False
            elif part.value == missing:
                values.add(None)
            else:
                values.add(part.value if strings is None else strings[part.value])
    if is_run and len(values) == 1 and (dtype != "money" or None in values):
        value = values.pop()
        return pl.lit(value, pl.Int64 if isinstance(value, int) else pl.String).cast(_POLARS[dtype])
    series = _series(parts, missing)
    return _amounts(series) if dtype == "money" else series.cast(_POLARS[dtype])


def _amounts(units: pl.Series) -> pl.Series:
    """Amounts of money from their units, exact."""
    return (units.cast(pl.Decimal(38, 0)) * _UNIT).cast(MONEY)


def _series(parts: Sequence[Part], missing: int | None) -> pl.Series:
    """The numbers of all parts, or the strings that they are the codes of."""
    strings: list[str] = []
    numbers = [pl.Series(dtype=pl.Int64)]
    for part, table in parts:
        values = _integers([part])
        if missing is not None:
            values = values.set(values == missing, None)
        numbers.append(values + len(strings) if table is not None else values)
        strings += table or ()
    return pl.Series(strings).gather(pl.concat(numbers)) if strings else pl.concat(numbers)


def _integers(parts: Iterable[Packed]) -> pl.Series:
    series = [
        pl.repeat(part.value, part.rows, dtype=pl.Int64, eager=True)
        if isinstance(part, Run)
        else pl.Series(memoryview(part), dtype=_INTEGERS[part.typecode]).cast(pl.Int64)
        for part in parts
    ]
    return pl.concat(series) if series else pl.Series(dtype=pl.Int64)


def _extra(name: str, chunks: Sequence[Placed]) -> pl.Series:
    """A column of the features: fingerprints take 64 bits, tokens 32."""
    parts = [part for columns, _ in chunks for part in columns.extra.get(name, [Run(0, len(columns))])]
    return _integers(parts).cast(pl.Int64 if name.endswith("_id") else pl.Int32).rename(name)


def with_inputs(frame: pl.DataFrame, references: Iterable[str]) -> pl.DataFrame:
    """The frame with `R:hidden_tokens` and `R:input_tokens` (content, framing and hidden) for each of the `references`.

    Hidden is what was billed beyond the count of a partial record under the first reference that can count it, else
    0. It is the same under every other reference, whose count is then an estimate instead of a floor.
    """
    labels = tuple(references)
    hidden = pl.coalesce(_hidden(label) for label in labels) if labels else pl.lit(0)
    frame = frame.with_columns(
        pl.when(_counted(label).is_not_null()).then(hidden).alias(column(label, "hidden_tokens"))
        for label in labels
    )
    carried = [_carried_basis(label) for label in labels[1:]]
    estimates = [_without_bill(column(label, name)) for label in labels for name in ESTIMATES]
    return frame.with_columns(*(_input(label) for label in labels), *carried, *estimates)


def _counted(label: str) -> pl.Expr:
    return pl.col(column(label, "content_tokens")) + pl.col(column(label, "framing_tokens"))


def _hidden(label: str) -> pl.Expr:
    """Null where the record cannot be counted under this reference."""
    counted = _counted(label)
    beyond = pl.col("billed_input_tokens") - counted
    is_hidden = (pl.col(column(label, "basis")) == PARTIAL) & (beyond > 0)
    return pl.when(counted.is_not_null()).then(pl.when(is_hidden).then(beyond).otherwise(0))


def _input(label: str) -> pl.Expr:
    return (_counted(label) + pl.col(column(label, "hidden_tokens"))).alias(column(label, "input_tokens"))


def _without_bill(name: str) -> pl.Expr:
    """An estimate, unless the log has the bill, which is better known."""
    return pl.when(pl.col("billed_input_tokens").is_null()).then(pl.col(name)).alias(name)


def _carried_basis(label: str) -> pl.Expr:
    basis = pl.col(column(label, "basis"))
    has_hidden = pl.col(column(label, "hidden_tokens")) > 0
    return pl.when(has_hidden).then(pl.lit(ESTIMATED)).otherwise(basis).alias(column(label, "basis"))


def with_duplicate() -> pl.Expr:
    """The flags of a row with `DUPLICATE` among them."""
    flags = pl.col("flags")
    return pl.when(flags == "").then(pl.lit(DUPLICATE)).otherwise(flags + f"|{DUPLICATE}")
