"""The sums behind a drift report, by Spark: the counterpart of `tokcount.reports.measures`, number by number.

Only aggregated rows come to the driver: one for the whole log, one for each group.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it

from tokcount.framing.layout import BASIS_ORDER
from tokcount.models.references import vendor_named
from tokcount.reports import groups
from tokcount.reports.columns import QUANTITIES, column
from tokcount.reports.measures import Stats
from tokcount.spark.columns import PERIODS, drift_of, of
from tokcount.spark.percentiles import percentiles
from tokcount.spark.roles import with_roles


def stats(
    rows: DataFrame, keys: Sequence[str], labels: Sequence[str], extra: Sequence[Column] = ()
) -> list[Stats]:
    """One row for each combination of `keys` with the measures of every label; the first one is the baseline."""
    baseline = labels[0]
    aggregations = [value for label in labels for value in _measures(label, baseline)]
    table = rows.groupBy(*keys).agg(F.count("*").alias("records"), *aggregations, *extra)
    found = percentiles(rows, keys, labels[1:], baseline)
    nothing: dict[str, float] = {}
    collected = []
    for row in table.collect():
        numbers = row.asDict()
        drifts = {name: value for label in labels[1:] for name, value in _total_drifts(label, numbers)}
        collected.append({**numbers, **drifts, **found.get(tuple(numbers[key] for key in keys), nothing)})
    return collected


def group_stats(rows: DataFrame, by: Sequence[str], labels: Sequence[str]) -> list[Stats]:
    """`stats` by the dimensions of `tokcount.reports.groups.DIMENSIONS`, with their keys."""
    if not by:
        return []
    sliced = with_roles(rows, labels) if "role" in by else rows
    keyed = sliced.withColumns({groups.key(name): _dimension(name) for name in by})
    return stats(keyed, [groups.key(name) for name in by], labels)


def _dimension(name: str) -> Column:
    if name in PERIODS:
        return PERIODS[name](F.col("timestamp"))
    if name == "tag":
        return F.when(F.col("tags") != "", F.col("tags"))
    if name == "vendor":
        return F.udf(vendor_named, "string", useArrow=False)(F.col("model"))
    return F.col(name)


def _measures(label: str, baseline: str) -> Iterator[Column]:
    tokens, basis = of(label, "input_tokens"), of(label, "basis")
    for quantity in QUANTITIES:
        yield F.sum(of(label, quantity)).alias(column(label, quantity))
    yield F.count(tokens).alias(column(label, "counted"))
    for word in BASIS_ORDER:
        yield F.count(F.when(basis == word, tokens)).alias(column(label, f"basis.{word}"))
        known = F.coalesce(F.sum(F.when(basis == word, tokens)), F.lit(0))
        yield known.alias(column(label, f"basis_tokens.{word}"))
    if label != baseline:
        yield from _comparison(label, baseline)


def _comparison(label: str, baseline: str) -> Iterator[Column]:
    before, after = of(baseline, "input_tokens"), of(label, "input_tokens")
    difference = after - before
    yield F.count(difference).alias(column(label, "compared"))
    yield F.sum(difference).alias(column(label, "difference"))
    yield F.max(drift_of(label, baseline)).alias(column(label, "drift_max"))
    empty = F.when(before == 0, difference)
    yield F.count(empty).alias(column(label, "zero_baseline"))
    for side in ("input", "output"):
        old, new = of(baseline, f"{side}_tokens"), of(label, f"{side}_tokens")
        yield F.sum(F.when(new.isNotNull(), old)).alias(column(label, f"{side}_before"))
        yield F.sum(F.when(old.isNotNull(), new)).alias(column(label, f"{side}_after"))


def _total_drifts(label: str, numbers: dict[str, Any]) -> Iterator[tuple[str, float | None]]:
    for name, side in (("drift", "input"), ("output_drift", "output")):
        before, after = (numbers[column(label, f"{side}_{when}")] for when in ("before", "after"))
        yield column(label, name), (after - before) / before if before else None
