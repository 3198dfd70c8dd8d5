"""Counting on a Ray cluster (extra `ray`).

    import ray
    import tokcount.ray
    from tokcount.arrow import Input

    logs = ray.data.read_parquet("s3://…")
    rows = tokcount.ray.scan(logs, Input(log="line", source="file", line="number"), to=["gpt-5.6-luna"])

Workers count block by block and keep their vocabularies and caches between blocks. A block that a lost worker was
counting is counted again by another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import ray
except ImportError:
    raise ImportError("tokcount.ray needs ray and pyarrow: pip install 'tokcount[ray]'") from None

from tokcount.arrow import IDENTITY, Input, Options, Scan, flag_duplicates

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["scan"]

PARTS_PER_CPU = 4
KEY = "identity or row"


def scan(
    dataset: Dataset,
    input: Input,  # noqa: A002 - as in `Scan`
    *,
    duplicates: bool = True,
    partitions: int | None = None,
    **options: Unpack[Options],
) -> Dataset:
    """One row for each record of a dataset, lazily; see `tokcount.arrow.Scan` for `options` and the rows.

    With `duplicates`, rows of calls that were seen before carry the flag `duplicate`, as in the local command. For
    that, counted rows (not texts) are shuffled into `partitions` by their identity, by default four for each CPU of
    the cluster, and their order is lost. Without, every block is counted where it lies.

    Raises `UsageError` for a column that the dataset does not have.
    """
    wanted = tuple(options.get("extra", ()))
    if duplicates:
        options["extra"] = tuple(dict.fromkeys((*wanted, IDENTITY)))
    made = Scan(input, **options)
    schema = dataset.schema()
    if schema is not None:
        made.check(schema.names)
    read = dataset.select_columns(list(input.columns))
    rows = read.map_batches(_counted, fn_args=(made,), batch_format="pyarrow", batch_size=None)
    if not duplicates:
        return rows
    parts = partitions or PARTS_PER_CPU * max(1, int(ray.cluster_resources().get("CPU", 1)))
    keyed = rows.map_batches(_keyed, batch_format="pyarrow", batch_size=None)
    together = keyed.repartition(parts, keys=[KEY])
    unwanted = [KEY] if IDENTITY in wanted else [KEY, IDENTITY]
    return together.map_batches(_flagged, fn_args=(unwanted,), batch_format="pyarrow", batch_size=None)


def _counted(block: pa.Table, made: Scan) -> pa.Table:
    return pa.Table.from_batches(made.batches(block.to_batches()), schema=made.schema)


def _keyed(rows: pa.Table) -> pa.Table:
    """The rows with a key that is the same for the same call, and spreads rows without an id."""
    return rows.append_column(KEY, pc.coalesce(rows[IDENTITY], pa.array(range(len(rows)), pa.int64())))


def _flagged(rows: pa.Table, unwanted: list[str]) -> pa.Table:
    return flag_duplicates(rows).drop_columns(unwanted) if rows.num_columns else rows
