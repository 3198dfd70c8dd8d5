"""Counting over Arrow record batches: the interface for every engine that supports Arrow (extra `arrow`).

    from tokcount.arrow import Input, Scan

    scan = Scan(Input(log="line", source="file", line="number"), to=["gpt-5.6-luna"])
    rows = scan.batches(batches)          # the columns of `tokcount drift --per-record`, typed as in scan.schema

A `Scan` is a value: it can be pickled and sent to workers, and what it returns depends on nothing but its batch.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, Unpack

import msgspec

try:
    import pyarrow as pa
except ImportError:
    raise ImportError("tokcount.arrow needs pyarrow: pip install 'tokcount[arrow]'") from None

from tokcount.errors import UsageError
from tokcount.frames.input import Input
from tokcount.logs.options import ReadOptions
from tokcount.logs.record import Record, Skipped
from tokcount.reports.per_record import money_of
from tokcount.scanning.plan import make_plan
from tokcount.scanning.selection import selection_of
from tokcount.tokens.engines.base import EngineName

if TYPE_CHECKING:
    import polars as pl

    from tokcount.frames.rows import Other
    from tokcount.framing.family import UserFamily
    from tokcount.models.catalog import Catalog

__all__ = ["IDENTITY", "Input", "Options", "Scan", "flag_duplicates", "scan"]

IDENTITY = "identity"
"""The extra column that is the same for the same call: 64 bits of its format and id, null without an id."""
TOGETHER = 32 << 20
"""Bytes of input, plus at most one batch, that are counted in one call."""


class SupportsArrowStream(Protocol):
    """Data that supports Arrow's PyCapsule stream protocol."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule with the stream."""
        ...


class Options(TypedDict, total=False):
    """The options of every interface for data frames, in addition to its data and `Input`; see `Scan`."""

    from_: str | None
    to: Sequence[str]
    assume_model: str | None
    engine: EngineName
    today: date | None
    as_of: date | None
    by: Sequence[str]
    where: Sequence[str] | str
    since: str | date | None
    until: str | date | None
    catalog: Catalog | None
    families: tuple[UserFamily, ...]
    reading: ReadOptions
    extra: Sequence[str]


class Scan:
    """Counts batches under a baseline and targets; one row per record, in the order of the input.

    `from_`, `to`, `assume_model` and `engine` are as in `tokcount.scan`. Named references are charged at the
    prices of `today` (by default the day in UTC on which the scan is made, the same for all workers), or all records
    as on `as_of`. `reading` holds the input format, the field mapping into log lines and the unit of conversations.
    `catalog` and `families` are the user's own; `by` may ask for `role` and `script`, which are then among
    the columns that `extra` adds to the rows: any of the scan's frame, such as `tags`, `own:basis`,
    `billed_input_tokens` or `identity`.

    `where`, `since` and `until` select records, as in `tokcount.scan`. A condition on `source` needs the column that
    `Input` names for it. A record that is not selected gives a row of kind `skipped` with the reason `not selected: …`.

    Every input row gives at least one row. One that holds no record gives a row of kind `skipped` with the reason
    (`unparsed: …`, `empty: …`) and null counts; filter with `kind <> 'skipped'`. One that holds several records
    gives a row for each, by `index`.

    A batch cannot know whether a call stood in an earlier one: see `flag_duplicates`.

    Raises `UsageError` for an unknown name and for options that make no sense, and later for batches that lack a
    column; never for what a cell holds.
    """

    def __init__(
        self,
        input: Input,  # noqa: A002 - the word that callers read
        *,
        from_: str | None = None,
        to: Sequence[str] = (),
        assume_model: str | None = None,
        engine: EngineName = "auto",
        today: date | None = None,
        as_of: date | None = None,
        by: Sequence[str] = (),
        where: Sequence[str] | str = (),
        since: str | date | None = None,
        until: str | date | None = None,
        catalog: Catalog | None = None,
        families: tuple[UserFamily, ...] = (),
        reading: ReadOptions = ReadOptions(),  # noqa: B008 - frozen
        extra: Sequence[str] = (),
    ) -> None:
        self.input = input
        self.reading = reading
        self.extra = tuple(extra)
        self.plan = make_plan(
            from_=from_,
            to=to,
            assume_model=assume_model,
            engine=engine,
            catalog=catalog,
            families=families,
            by=by,
            today=today,
        )
        selected = selection_of(where, since, until)
        self.plan = msgspec.structs.replace(self.plan, selection=selected)
        self._needs_source = selected is not None and any(one.field == "source" for one in selected.where)
        if self._needs_source and input.source is None:
            raise UsageError("where: a condition on source needs the column that holds it: Input(source=…).")
        self._money = money_of(self.plan, today or datetime.now(tz=UTC).date(), as_of)
        self._key = hashlib.blake2b(pickle.dumps(self.plan), digest_size=16).digest()
        _ = self.schema

    @cached_property
    def schema(self) -> pa.Schema:
        """The columns of the rows and their types: those of `tokcount drift --per-record`, then the extra ones."""
        from tokcount.frames.schema import schema_of

        return schema_of(self.plan, self.extra)

    def check(self, names: Iterable[str]) -> None:
        """Raise `UsageError` when the data, whose columns have these names, lacks one that is read."""
        self.input.check(names)

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of all batches, in order: the shape of Spark's `mapInArrow`.

        Small batches are counted together, up to `TOGETHER` bytes: every call has its price, however few its rows.
        """
        waiting: list[pa.RecordBatch] = []
        size = 0
        for batch in batches:
            waiting.append(batch)
            size += batch.nbytes
            if size >= TOGETHER:
                yield self.batch(_joined(waiting))
                waiting, size = [], 0
        if waiting:
            yield self.batch(_joined(waiting))

    def batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows of one batch. May be called from several threads; they take turns."""
        from tokcount.frames import shared
        from tokcount.frames.rows import rows_of

        self.check(batch.schema.names)
        others: list[Other] = []
        records = self._records(batch, others)
        columns = shared.count(self._key, self.plan, records)
        rows = rows_of(columns, others, batch.num_rows, self.plan, self._money, self.extra)
        return self._typed(rows, batch)

    def _records(self, batch: pa.RecordBatch, others: list[Other]) -> Iterator[Record]:
        """The selected records of a batch; everything else is added to `others`."""
        from tokcount.frames.cells import items_of
        from tokcount.frames.rows import NOT_SELECTED, Other, not_a_record

        selection = self.plan.selection
        for item in items_of(batch, self.input, self.reading):
            if isinstance(item, Skipped):
                others.append(not_a_record(item))
                continue
            if self._needs_source:
                item.source = str(batch.column(self.input.source)[item.line].as_py() or "")
            why = None if selection is None else selection.leaves_out(item)
            if why is None:
                yield item
            else:
                others.append(Other(item.line, item.format, f"{NOT_SELECTED}: {why}"))

    def _typed(self, rows: pl.DataFrame, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows as Arrow, with the source and the line from the batch."""
        from polars import CompatLevel

        table = rows.to_arrow(compat_level=CompatLevel.oldest())
        place = table["line"]
        arrays: list[Any] = []
        for field in self.schema:
            if field.name in ("source", "line"):
                named = getattr(self.input, field.name)
                values = (
                    pa.nulls(len(place), field.type) if named is None else batch.column(named).take(place)
                )
            else:
                values = table[field.name]
            arrays.append(values.cast(field.type))
        whole = pa.table(arrays, schema=self.schema).combine_chunks().to_batches()
        return whole[0] if whole else pa.RecordBatch.from_pylist([], schema=self.schema)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    whole = pa.Table.from_batches(batches).combine_chunks().to_batches()
    return whole[0] if whole else batches[0]


def scan(
    data: SupportsArrowStream,
    input: Input,  # noqa: A002 - as in `Scan`
    **options: Unpack[Options],
) -> pa.Table:
    """The rows of a whole table or stream, duplicates flagged; `options` as in `Scan`.

    `data` is anything that supports Arrow's stream protocol, such as a pyarrow table or reader, or a polars frame. It
    is read batch by batch; the rows, which hold no text, stay in memory.
    """
    wanted = tuple(options.get("extra", ()))
    options["extra"] = tuple(dict.fromkeys((*wanted, IDENTITY)))
    made = Scan(input, **options)
    reader = pa.RecordBatchReader.from_stream(data)
    made.check(reader.schema.names)
    rows = flag_duplicates(pa.Table.from_batches(made.batches(reader), schema=made.schema))
    return rows if IDENTITY in wanted else rows.drop_columns([IDENTITY])


def flag_duplicates(rows: pa.Table) -> pa.Table:
    """The rows, those of the same call by the column `IDENTITY` flagged `duplicate` after the first of them.

    The first is that with the lowest `source, line, index`, or the first in the table where these are null. So the
    rows of a log whose files are sorted by name are flagged as the local command flags them. An engine that holds its
    rows in parts has to bring those of the same identity together before.
    """
    import polars as pl

    from tokcount.scanning.frame import with_duplicate

    frame = pl.DataFrame(pl.from_arrow(rows.select(["source", "line", "index", "flags", IDENTITY])))
    order = frame.with_row_index("row").sort("source", "line", "index", maintain_order=True)
    first = order.select("row", again=pl.col(IDENTITY).is_not_null() & ~pl.col(IDENTITY).is_first_distinct())
    again = first.sort("row")["again"]
    flags = frame.select(pl.when(again).then(with_duplicate()).otherwise("flags").alias("flags"))["flags"]
    place = rows.schema.get_field_index("flags")
    return rows.set_column(place, rows.schema.field(place), flags.to_arrow().cast(pa.string()))
