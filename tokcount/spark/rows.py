"""A data frame of Spark in, a row of counts for each record out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it
from pyspark.sql import types as spark_types

from tokcount.arrow import IDENTITY, Options, Scan
from tokcount.framing.content import ROLES
from tokcount.logs.record import DUPLICATE
from tokcount.reports.columns import USD
from tokcount.reports.per_record import has_prices
from tokcount.scanning.schema import column

if TYPE_CHECKING:
    from tokcount.frames.input import Input
    from tokcount.scanning.plan import ScanPlan

_TYPES: Final = {
    pa.string(): spark_types.StringType(),
    pa.int64(): spark_types.LongType(),
    pa.float64(): spark_types.DoubleType(),
    pa.decimal128(USD.precision, USD.scale): spark_types.DecimalType(USD.precision, USD.scale),
    pa.timestamp("us", "UTC"): spark_types.TimestampType(),
}


def scan(
    df: DataFrame,
    input: Input,  # noqa: A002 - as in `tokcount.arrow.Scan`
    *,
    reportable: bool = False,
    **options: Unpack[Options],
) -> DataFrame:
    """The columns of `tokcount drift --per-record` for each record of `df`, in no particular order.

    `input` and `options` are as in `tokcount.arrow.Scan`. `reportable` adds the columns that
    `tokcount.spark.drift_report` needs. A row of `df` without a record gives a row of kind `skipped` with the
    reason. Every record of a call that an earlier row has, by `source, line, index`, has the flag `duplicate`; for
    that the counted rows, which hold no text, are shuffled once.

    Nothing runs before an action. Every action counts the result again: write it, or persist it, before using
    it twice. Raises `UsageError` at once for columns and names that are not known.
    """
    wanted = tuple(options.get("extra", ()))
    needed = report_columns(Scan(input, **options).plan) if reportable else ()
    options["extra"] = tuple(dict.fromkeys((*wanted, *needed, IDENTITY)))
    made = Scan(input, **options)
    made.check(df.columns)
    rows = df.select(*input.columns).mapInArrow(made.batches, spark_schema(made.schema))
    flagged = _flag_duplicates(rows)
    return flagged if reportable or IDENTITY in wanted else flagged.drop(IDENTITY)


def report_columns(plan: ScanPlan) -> tuple[str, ...]:
    """What a report needs in addition to the columns of each record."""
    low = ("low",) if has_prices(plan) else ()
    scripts = ("script",) if plan.scripts else ()
    counts = [column(label, name) for label in plan.labels for name in ("basis", *low)]
    if plan.roles:
        counts += [column(label, "content_tokens", role) for label in plan.labels for role in ROLES]
    replacement = ("replacement",) if plan.auto else ()
    return ("tags", "user", IDENTITY, *scripts, *replacement, *counts)


def spark_schema(schema: pa.Schema) -> spark_types.StructType:
    """The same columns as Spark names their types."""
    return spark_types.StructType(
        [spark_types.StructField(field.name, _TYPES[field.type]) for field in schema]
    )


def _flag_duplicates(rows: DataFrame) -> DataFrame:
    """Rows without an identity are spread by their place, so that no task gets them all."""
    known = F.col(IDENTITY).isNotNull()
    spread = F.when(known, F.col(IDENTITY)).otherwise(F.xxhash64("source", "line", "index"))
    order = Window.partitionBy(known, spread).orderBy("source", "line", "index")
    again = known & (F.row_number().over(order) > 1)
    marked = F.when(F.col("flags") == "", DUPLICATE).otherwise(F.concat("flags", F.lit(f"|{DUPLICATE}")))
    return rows.withColumn("flags", F.when(again, marked).otherwise(F.col("flags")))
