"""What a log cost, what it would cost on other models, and how much of the difference is tokens, how much price.

Every record is charged by itself, at the price of its day and with the long-context step of its own size; sums come
after. Over the records that are priced on both sides

    token effect = target tokens at the baseline's price - baseline tokens at the baseline's price
    price effect = target tokens at the target's price - target tokens at the baseline's price

and the difference of the two costs is their sum, to the last digit.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import polars as pl
from msgspec import structs

from tokcount.errors import UsageError
from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog, data_date, data_version
from tokcount.models.references import OWN, PER_RECORD
from tokcount.reports.columns import USD, column, decimal_text, models_of
from tokcount.reports.cost.entries import BY, entry, groups, uncompared
from tokcount.reports.cost.monthly import Projection, projection_of
from tokcount.reports.cost.prices import NO_TOKENS, PriceBook, usd, usd_text
from tokcount.reports.cost.report import CostReport, Costs, PriceData
from tokcount.reports.cost.usage import CACHED_FROM, with_usage
from tokcount.reports.overview import SkippedSummary, overview

KEPT = ("price", "priced", "cost", "input_cost", "output_cost")
"""Columns of a charged reference that comparing and grouping need."""
AMOUNTS = ("cost", "input_cost", "cached_cost", "output_cost")


class CostOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to report.

    `baseline` and `targets` are labels: `own` for each record's own model, `auto` for its
    recommended replacement, else a model name as it was given.
    `as_of` prices everything as on that day; without it, records are priced at their own day and named references
    at `today`. `batch` prices everything at batch rates. `assume_model` is the model of records that name none
    or one without a price. `cached_share` (0 to 1) is the share of long prompts that is assumed to be cached where
    the log has no cache data. `monthly` projects from the log's time span, `records_per_month` from a number of
    records.
    """

    baseline: str = OWN
    targets: tuple[str, ...] = ()
    today: date
    as_of: date | None = None
    batch: bool = False
    assume_model: str | None = None
    cached_share: Decimal | None = None
    monthly: bool = False
    records_per_month: int | None = None
    by: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The baseline, then the targets that differ from it."""
        return tuple(dict.fromkeys((self.baseline, *self.targets)))


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, options: CostOptions, catalog: Catalog | None = None
) -> CostReport:
    """The cost report over one row per record, as a scan makes them; see `costs` for the columns."""
    found = costs(frame, options, catalog)
    return CostReport(**{**structs.asdict(overview(frame, skipped, catalog)), **structs.asdict(found)})


class Total(msgspec.Struct, frozen=True):
    """The cost under one reference as a decimal string (`None`: nothing is priced), over the `charged` records.

    Those are priced under all references. `priced`: records with a price under this one. `floor`: the true cost of
    the log is higher.
    """

    cost_usd: str | None
    priced: int
    charged: int = 0
    floor: bool = False


def costs(frame: pl.DataFrame, options: CostOptions, catalog: Catalog | None = None) -> Costs:
    """What the log costs under each label.

    `frame` has one row per record: `source, kind, model, timestamp, tier, tags`, `billed_input_tokens`,
    `billed_output_tokens`, `R:input_tokens` and `R:output_tokens` for each label R, and if it has them
    `billed_cached_tokens`, `billed_cache_write_tokens` and `requests` (API calls behind a row: rows of
    several get no long-context step). Raises `UsageError` for a dimension or share that cannot be.
    """
    check(options)
    book = _book(options, catalog)
    projection = _projection(frame, options)
    charged: dict[str, pl.DataFrame] = {}
    compared: dict[str, pl.DataFrame] = {}
    references = []
    amounts = _amounts(frame, options, book)
    same = _same_records(amounts)
    for label in options.labels:
        rows = _charged(frame, label, options, book).with_columns(
            pl.when(same).then(pl.col(AMOUNTS)), priced=pl.col("cost").is_not_null()
        )
        if label != options.baseline:
            compared[label] = _compared(charged[options.baseline], rows, book, frame)
        charged[label] = rows.select(KEPT)
        references.append(entry(label, rows, compared.get(label), book, projection))
    return Costs(
        records=frame.height,
        baseline=options.baseline,
        targets=list(options.labels[1:]),
        currency="USD",
        as_of=options.as_of,
        today=options.today,
        batch=options.batch,
        cached_share=None if options.cached_share is None else decimal_text(options.cached_share),
        monthly=None if projection is None else projection.monthly(),
        price_data=PriceData(data_version(), data_date()),
        assumptions=_assumptions(options),
        references=references,
        uncompared=uncompared(amounts, same),
        by=list(options.by),
        groups=groups(frame, charged, compared, options.by),
    )


def _assumptions(options: CostOptions) -> list[str]:
    """What the costs under targets assume."""
    if len(options.labels) < 2:
        return []
    billed = options.baseline == OWN
    reasoning = "as many reasoning tokens as were billed" if billed else "no reasoning tokens"
    if options.cached_share is not None:
        cached = f"{options.cached_share:.0%} of each prompt of at least {CACHED_FROM:,} tokens cached"
    else:
        cached = "the cached share that the log has" if billed else "nothing cached"
    return ["the same answers, counted again", reasoning, cached]


def with_costs(frame: pl.DataFrame, options: CostOptions, catalog: Catalog | None = None) -> pl.DataFrame:
    """The frame with `R:cost_usd` for each label: an exact `USD` amount, null where a record is unpriced.

    `R:low` is why the true cost of a record is higher; it is null where it is not.
    """
    check(options)
    book = _book(options, catalog)
    columns = []
    for label in options.labels:
        charged = _charged(frame, label, options, book)
        cost = usd_text(pl.col("cost")).cast(USD).alias(column(label, "cost_usd"))
        columns += charged.select(cost, pl.col("low").alias(column(label, "low"))).get_columns()
    return frame.with_columns(columns)


def totals(frame: pl.DataFrame, options: CostOptions, catalog: Catalog | None = None) -> dict[str, Total]:
    """What each label costs, and nothing else: for reports that are not about money."""
    amounts = _amounts(frame, options, _book(options, catalog))
    same = _same_records(amounts)
    found = {}
    for label, rows in amounts.items():
        charged = rows.filter(same & pl.col("cost").is_not_null())
        low = charged["low"].count() > 0
        amount = decimal_text(usd(int(charged["cost"].sum()))) if charged.height else None
        floor = charged.height > 0 and (charged.height < frame.height or low)
        found[label] = Total(amount, rows["cost"].count(), charged.height, floor)
    return found


def _amounts(frame: pl.DataFrame, options: CostOptions, book: PriceBook) -> dict[str, pl.DataFrame]:
    """Cost of each record under each reference, why it is unpriced, and why its cost is too low."""
    return {
        label: _charged(frame, label, options, book).select("cost", "reason", "low")
        for label in options.labels
    }


def _same_records(amounts: dict[str, pl.DataFrame]) -> pl.Series:
    """Whether each record is priced under all references that can price any."""
    priced = pl.DataFrame(
        [
            rows["cost"].is_not_null().alias(str(i))
            for i, rows in enumerate(amounts.values())
            if rows["cost"].count()
        ]
    )
    height = next(iter(amounts.values())).height
    if not priced.width:
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, height)
    return priced.select(pl.all_horizontal(pl.all())).to_series()


def check(options: CostOptions) -> None:
    """Raise `UsageError` for a dimension, a share or a number of records that cannot be."""
    if "role" in options.by:
        raise UsageError(
            "--by role: a call has one price for all its messages; drift --by role compares their tokens."
        )
    unknown = [name for name in options.by if name not in BY]
    if unknown:
        raise UsageError(f"--by {unknown[0]}: cost is grouped by {', '.join(BY)}")
    if options.cached_share is not None and not 0 <= options.cached_share <= 1:
        raise UsageError(f"--cached-share {options.cached_share}: a share is between 0 and 1")
    if options.records_per_month is not None and options.records_per_month < 1:
        raise UsageError(f"--records-per-month {options.records_per_month}: at least one record was expected")


def _book(options: CostOptions, catalog: Catalog | None) -> PriceBook:
    return PriceBook(
        catalog or catalogs.default(),
        today=options.today,
        as_of=options.as_of,
        batch=options.batch,
        assume_model=options.assume_model,
    )


def _charged(frame: pl.DataFrame, label: str, options: CostOptions, book: PriceBook) -> pl.DataFrame:
    """Tokens, price and cost of each record under one reference, side by side in the order of the frame."""
    usage = with_usage(frame, label, options.baseline, options.cached_share)
    placed = book.place(frame, label)
    charges = book.charge(usage, placed["price"], _requests(frame))
    model = frame["model"] if label in PER_RECORD else models_of(frame, label)
    return pl.concat([model.to_frame(), usage, placed, charges], how="horizontal").with_columns(
        reason=pl.coalesce("reason", pl.when(pl.col("input").is_null()).then(pl.lit(NO_TOKENS)))
    )


def _requests(frame: pl.DataFrame) -> pl.Series | None:
    return frame["requests"] if "requests" in frame.columns else None


def _compared(base: pl.DataFrame, target: pl.DataFrame, book: PriceBook, frame: pl.DataFrame) -> pl.DataFrame:
    """`before`, `mixed` (target tokens, baseline's price) and `after` of each record; null unless all are."""
    usage = target.select("input", "cached", "write", "output")
    mixed = book.charge(usage, base["price"], _requests(frame))["cost"]
    costs = pl.DataFrame({"before": base["cost"], "mixed": mixed, "after": target["cost"]})
    both = pl.all_horizontal(pl.all().is_not_null())
    return costs.select(pl.when(both).then(pl.all()))


def _projection(frame: pl.DataFrame, options: CostOptions) -> Projection | None:
    """How the costs are projected to a month, if that was asked for."""
    if options.records_per_month is None and not options.monthly:
        return None
    return projection_of(frame, options.records_per_month)
