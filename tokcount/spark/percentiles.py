"""Exact percentiles of drift in Spark, with no group held in memory.

Equal drifts are counted first; a window then sums up how many rows lie at or below each of them, so that the two rows
around a percentile are those whose ranks it falls between. Sorting spills to disk where it must.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it

from tokcount.reports.columns import column
from tokcount.reports.measures import interpolated
from tokcount.spark.columns import drift_of

SHARES: Final = {"drift_p50": 0.5, "drift_p95": 0.95}

Found = dict[tuple[Any, ...], dict[str, float]]
"""Values of the keys → percentile, by the column of an aggregated row."""


def percentiles(rows: DataFrame, keys: Sequence[str], labels: Sequence[str], baseline: str) -> Found:
    """The percentiles of the drift of each label, for each combination of `keys`; all rows for no keys."""
    if not labels:
        return {}
    drifts = [
        F.struct(F.lit(label).alias("label"), drift_of(label, baseline).alias("drift")) for label in labels
    ]
    single = rows.select(*keys, F.explode(F.array(*drifts)).alias("of"))
    single = single.select(*keys, "of.label", "of.drift").where(F.col("drift").isNotNull())
    group = [*keys, "label"]
    counted = single.groupBy(*group, "drift").agg(F.count("*").alias("n"))
    ranked = counted.select(
        *group,
        "drift",
        "n",
        F.sum("n").over(Window.partitionBy(*group).orderBy("drift")).alias("upto"),
        F.sum("n").over(Window.partitionBy(*group)).alias("total"),
    )
    neighbours = [value for share in SHARES.values() for value in _neighbours(share)]
    found: Found = {}
    for row in ranked.groupBy(*group).agg(F.first("total"), *neighbours).collect():
        key, label, total, values = row[: len(keys)], row[len(keys)], row[len(keys) + 1], row[len(keys) + 2 :]
        named = found.setdefault(tuple(key), {})
        for place, (name, share) in enumerate(SHARES.items()):
            named[column(label, name)] = _between(values[2 * place], values[2 * place + 1], total, share)
    return found


def _neighbours(share: float) -> tuple[Column, Column]:
    """The values at the ranks below and above a share, ranks from 0."""
    place = (F.col("total") - 1) * F.lit(share)
    return _at(F.floor(place)), _at(F.ceil(place))


def _at(rank: Column) -> Column:
    reached = (F.col("upto") - F.col("n") <= rank) & (rank < F.col("upto"))
    return F.max(F.when(reached, F.col("drift")))


def _between(lower: float, upper: float, total: int, share: float) -> float:
    place = (total - 1) * share
    return interpolated(lower, upper, place - int(place))
