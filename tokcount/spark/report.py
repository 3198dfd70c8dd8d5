"""The drift report over counted rows in Spark, the same document as the local command writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Unpack

import msgspec
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812 - as all of Spark's documentation calls it

from tokcount.arrow import IDENTITY
from tokcount.errors import UsageError
from tokcount.frames.rows import NOT_SELECTED, NOTHING, SKIPPED
from tokcount.logs.record import DUPLICATE, Skipped
from tokcount.models.references import AUTO
from tokcount.reports.columns import QUANTITIES, column, decimal_text
from tokcount.reports.cost.charges import Total
from tokcount.reports.drift.compute import NOT_COUNTABLE, DriftOptions, DriftSums, UncomparedSums, build
from tokcount.reports.drift.report import DriftReport, GrowingRecord
from tokcount.reports.groups import DIMENSIONS
from tokcount.reports.measures import Stats
from tokcount.reports.overview import PLACES_PER_REASON, Contents, Counts
from tokcount.reports.per_record import money_of, references_of
from tokcount.reports.replacements import Moves
from tokcount.scanning.copies import COPY_OF, REPLAY
from tokcount.scanning.plan import make_plan
from tokcount.scanning.result import Selected
from tokcount.scanning.selection import Selection, selection_of
from tokcount.spark.columns import drift_of, of
from tokcount.spark.rows import report_columns
from tokcount.spark.sums import group_stats, stats

if TYPE_CHECKING:
    from tokcount.arrow import Options

PLACE: Final = ("source", "line", "index")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Skips(msgspec.Struct, frozen=True):
    """What was skipped, as `tokcount.reports.overview.SkippedSummary` wants it."""

    reasons: dict[str, int]
    places: Sequence[Skipped]
    selected: Selected | None = None


def drift_report(
    scanned: DataFrame, *, top: int = 5, persist: bool = True, **options: Unpack[Options]
) -> DriftReport:
    """The report of `tokcount drift` over rows of `tokcount.spark.scan(..., reportable=True)`.

    `options` are those that the rows were scanned with; `by` also specifies how to group, `top` how many of the worst
    records to name under each target. Everything is summed by Spark: what comes to the driver is a row for each group,
    the worst records, and how often each format, model, flag and reason occurs in the log.

    The rows are used by several jobs, so they are persisted while the report is made, unless `persist` is false or
    they are already. Of a log too large for that, write the rows first and report on what was written. Copies of calls
    are counted once, as in the local command.

    Raises `UsageError` for a dimension that is not known and for rows that lack a column.
    """
    today = options.get("today") or datetime.now(tz=UTC).date()
    plan = make_plan(
        from_=options.get("from_"),
        to=options.get("to", ()),
        assume_model=options.get("assume_model"),
        catalog=options.get("catalog"),
        families=options.get("families", ()),
        by=options.get("by", ()),
        today=today,
    )
    selection = selection_of(options.get("where", ()), options.get("since"), options.get("until"))
    _check(scanned, report_columns(plan), options.get("by", ()))
    baseline, *targets = references_of(plan)
    asked = DriftOptions(
        baseline,
        tuple(targets),
        tuple(options.get("by", ())),
        top,
        money_of(plan, today, options.get("as_of")),
        plan.assumed,
    )
    held = persist and scanned.storageLevel == StorageLevel.NONE
    rows = scanned.persist(StorageLevel.MEMORY_AND_DISK) if held else scanned
    try:
        sums = _sums(rows.where((F.col("kind") != SKIPPED) & ~_is_copy()), asked)
        return build(sums, _skips(rows, sums.contents.records, selection), asked, plan.catalog)
    finally:
        if held:
            rows.unpersist()


def _check(scanned: DataFrame, needed: Sequence[str], by: Sequence[str]) -> None:
    for name in by:
        if name not in DIMENSIONS:
            raise UsageError(f"by={name!r}: drift is grouped by {', '.join(DIMENSIONS)}.")
    missing = [name for name in needed if name not in scanned.columns]
    if missing:
        raise UsageError(
            f"the rows have no column {missing[0]!r}: scan them with reportable=True and the same options."
        )


def _sums(rows: DataFrame, options: DriftOptions) -> DriftSums:
    labels = [reference.label for reference in options.references]
    charged = options.money.labels if options.money else ()
    common = _common(rows, [of(label, "input_tokens") for label in labels])
    priced = _common(rows, [of(label, "cost_usd") for label in charged])
    money = [value for label in charged for value in _money(label, priced, common)]
    counts = {column(label, name): F.when(common, of(label, name)) for label in labels for name in QUANTITIES}
    every, rows = rows, rows.withColumns(counts)
    (whole,) = stats(rows, [], labels, [*money, *_period()])
    tallies = _tallies(rows)
    return DriftSums(
        contents=_contents(whole, tallies, _moves(every, labels)),
        stats=whole,
        costs={label: _total(whole, label) for label in charged},
        reasons=tallies["inexact"],
        uncompared=_uncompared(every, labels, common),
        groups=group_stats(rows, options.by, labels),
        worst=_worst(rows, labels, options.top),
    )


def _common(rows: DataFrame, values: Sequence[Column]) -> Column:
    """Whether a row has all values; those that no row has are left out."""
    common = F.lit(True)
    if not values:
        return common
    (known,) = rows.agg(*(F.count(each).alias(str(place)) for place, each in enumerate(values))).collect()
    for place, each in enumerate(values):
        if known[place]:
            common = common & each.isNotNull()
    return common


def _uncompared(rows: DataFrame, labels: Sequence[str], common: Column) -> list[UncomparedSums]:
    """The rows that some reference cannot count, and their tokens that are in no sum."""
    missing = F.lit(False)
    for label in labels:
        missing = missing | of(label, "input_tokens").isNull()
    sums = [
        F.sum(F.when(~common, of(label, "input_tokens"))).alias(f"sum_{place}")
        for place, label in enumerate(labels)
    ]
    reason = F.coalesce("reason", F.lit(NOT_COUNTABLE)).alias("reason")
    table = rows.where(missing).groupBy(reason).agg(F.count("*").alias("records"), *sums)
    return [
        UncomparedSums(
            row["reason"],
            row["records"],
            {label: row[f"sum_{i}"] for i, label in enumerate(labels) if row[f"sum_{i}"]},
        )
        for row in table.orderBy("reason").collect()
    ]


def _money(label: str, priced: Column, counted: Column) -> list[Column]:
    every = of(label, "cost_usd")
    cost = F.when(priced, every)
    both = counted & of(label, "input_tokens").isNotNull()
    return [
        F.count(every).alias(column(label, "priced")),
        F.sum(cost).alias(column(label, "sum_usd")),
        F.count(cost).alias(column(label, "charged")),
        F.count(F.when(cost.isNotNull(), of(label, "low"))).alias(column(label, "floors")),
        F.count(F.when(both, cost)).alias(column(label, "charged_counted")),
    ]


def _total(whole: Stats, label: str) -> Total:
    names = ("sum_usd", "priced", "charged", "floors", "charged_counted")
    amount, priced, charged, floors, counted = (whole[column(label, name)] for name in names)
    if not isinstance(amount, Decimal):
        return Total(None, priced)
    return Total(decimal_text(amount), priced, charged, charged < whole["records"] or floors > 0, counted)


def _period() -> list[Column]:
    """Times as numbers: as times they would come in the time zone of the driver."""
    micros = F.unix_micros("timestamp")
    return [F.min(micros).alias("first"), F.max(micros).alias("last"), F.count(micros).alias("dated")]


def _moves(rows: DataFrame, labels: Sequence[str]) -> Moves | None:
    """How many records of which model move to which replacement; `None` if `auto` is not a target."""
    if AUTO not in labels:
        return None
    return [tuple(row) for row in rows.groupBy("model", "replacement").count().collect()]


def _contents(whole: Stats, tallies: dict[str, Counts], moves: Moves | None) -> Contents:
    first, last = (
        None if whole[name] is None else EPOCH + timedelta(microseconds=whole[name])
        for name in ("first", "last")
    )
    formats, kinds, models, flags = (tallies[name] for name in ("format", "kind", "model", "flags"))
    undated = whole["records"] - whole["dated"]
    return Contents(whole["records"], formats, kinds, models, flags, first, last, undated, moves)


def _tallies(rows: DataFrame) -> dict[str, Counts]:
    """How often each value occurs in the columns that an overview lists, in one pass."""
    reason = F.coalesce("reason", F.lit(NOT_COUNTABLE))
    always = F.lit(True)
    asked = {name: (F.col(name), always) for name in ("format", "kind", "model", "flags")}
    asked |= {"inexact": (reason, F.col("basis") != "exact")}
    words = [
        F.struct(F.lit(name).alias("what"), word.alias("word"), counts.alias("counts"))
        for name, (word, counts) in asked.items()
    ]
    each = rows.select(F.explode(F.array(*words)).alias("of")).where("of.counts").select("of.what", "of.word")
    found: dict[str, Counts] = {name: [] for name in asked}
    for what, word, n in each.groupBy("what", "word").count().collect():
        found[what].append((word, n))
    return found


def _worst(rows: DataFrame, labels: Sequence[str], top: int) -> list[GrowingRecord]:
    """The records that grow most, as `tokcount.reports.drift.compute` has them."""
    baseline = labels[0]
    return [
        GrowingRecord(**row.asDict())
        for label in labels[1:]
        for row in _grown(rows, label, baseline, top).collect()
    ]


def _grown(rows: DataFrame, label: str, baseline: str, top: int) -> DataFrame:
    before, after, drift = of(baseline, "input_tokens"), of(label, "input_tokens"), drift_of(label, baseline)
    same = Window.partitionBy("model", before, after)
    place = F.row_number().over(same.orderBy("source", "line", "index"))
    each = rows.where(after > before).withColumn("alike", F.count(F.lit(1)).over(same))
    grown = each.withColumn("place", place).where(F.col("place") == 1)
    ordered = grown.orderBy(
        (after - before).desc(),
        F.coalesce(drift, F.lit(float("inf"))).desc(),
        *(F.col(name).asc() for name in ("source", "line", "index")),
    )
    return ordered.limit(top).select(
        F.lit(label).alias("reference"),
        *("source", "line", "index", "model"),
        before.alias("baseline_tokens"),
        after.alias("target_tokens"),
        (after - before).alias("difference"),
        drift.alias("drift"),
        of(label, "basis").alias("basis"),
        "alike",
    )


def _is_copy() -> Column:
    return F.array_contains(F.split("flags", r"\|"), DUPLICATE) & F.col("flags").isNotNull()


def _copies(rows: DataFrame) -> DataFrame:
    """The copies of calls as skipped items, with the place of the first record of each call."""
    records = rows.where(F.col("kind") != SKIPPED)
    place = F.concat_ws(":", "source", "line").alias("first")
    firsts = records.where(~_is_copy() & F.col(IDENTITY).isNotNull()).select(IDENTITY, place)
    copies = records.where(_is_copy()).select(*PLACE, IDENTITY).join(firsts, IDENTITY, "left")
    detail = F.coalesce(F.concat(F.lit(COPY_OF), "first"), F.lit(REPLAY))
    return copies.select(*PLACE, F.lit(DUPLICATE).alias("why"), detail.alias("detail"))


def _skips(rows: DataFrame, selected: int, selection: Selection | None) -> Skips:
    others = rows.where((F.col("kind") == SKIPPED) & (F.col("reason") != NOTHING))
    left_out = F.col("reason").startswith(f"{NOT_SELECTED}: ")
    skipped = others.where(~left_out)
    parts = F.split("reason", ": ", 2)
    items = skipped.select(*PLACE, parts[0].alias("why"), F.get(parts, 1).alias("detail"))
    items = items.unionByName(_copies(rows))
    reasons = dict(map(tuple, items.groupBy("why").count().collect()))
    order = Window.partitionBy("why").orderBy(*PLACE)
    first = items.withColumn("place", F.row_number().over(order)).where(F.col("place") <= PLACES_PER_REASON)
    places = [
        Skipped(source=row.source or "", line=row.line or 0, reason=row.why, detail=row.detail or "")
        for row in first.orderBy("why", "place").collect()
    ]
    if selection is None:
        return Skips(reasons, places)
    unselected = dict(map(tuple, others.where(left_out).groupBy("reason").count().collect()))
    undated = unselected.get(f"{NOT_SELECTED}: no timestamp", 0)
    read = selected + sum(unselected.values())
    return Skips(reasons, places, Selected(selection.text, read, selected, undated))
