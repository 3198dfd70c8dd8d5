"""What each record is charged under each reference: the rows that every amount of money in a report is a sum of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec
import polars as pl

from tokcount.errors import UsageError
from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog
from tokcount.models.references import OWN, PER_RECORD
from tokcount.reports.columns import USD, column, decimal_text, models_of, with_found
from tokcount.reports.cost.by_component import component_sums, components_of
from tokcount.reports.cost.charging.amounts import charged, usd, usd_text
from tokcount.reports.cost.charging.answers import AS_LOGGED, Answers
from tokcount.reports.cost.charging.components import CALLS, FEE, FEE_LOW
from tokcount.reports.cost.charging.logged import LOGGED, CostFrom, with_logged
from tokcount.reports.cost.charging.prices import NO_TOKENS, PriceBook
from tokcount.reports.cost.charging.usage import CACHED_FROM, with_usage
from tokcount.reports.cost.report import COMPONENT, ComponentCost
from tokcount.reports.groups import DIMENSIONS
from tokcount.reports.period import ALL_TIME, Span
from tokcount.scanning.frame import folded

BY: Final = (*(name for name in DIMENSIONS if name != "role"), COMPONENT)
"""What cost is grouped by: a price is for a whole call, whatever the role of its messages."""
AMOUNTS: Final = ("cost", "input_cost", "cached_cost", "output_cost", "regional_cost", "tool_cost")


class CostOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to report.

    `baseline` and `targets` are labels: `own` for each record's own model, `auto` for its
    recommended replacement, else a model name as it was given.
    `as_of` prices everything as on that day; without it, records are priced at their own day and named references
    at `today`. `batch` prices everything at batch rates. `assume_model` is the model of records that name none or one
    without a price. `cached_share` (0 to 1) is the share of long prompts that is assumed to be cached where the log
    has no cache data. `region` is where all calls were processed, instead of where the log says. `answers` are the
    assumed answers of targets. `monthly` projects from the log's time span, `records_per_month` from a number of
    records; `span` are the days that were asked for. `cost_from` is where the amounts of own models come from.
    """

    baseline: str = OWN
    targets: tuple[str, ...] = ()
    today: date
    as_of: date | None = None
    batch: bool = False
    assume_model: str | None = None
    cached_share: Decimal | None = None
    region: str | None = None
    answers: Answers = AS_LOGGED
    cost_from: CostFrom = "auto"
    monthly: bool = False
    records_per_month: int | None = None
    span: Span = ALL_TIME
    by: tuple[str, ...] = ()

    @property
    def dimensions(self) -> list[str]:
        """What records are grouped by; `component` splits their amounts."""
        return [name for name in self.by if name != COMPONENT]

    @property
    def labels(self) -> tuple[str, ...]:
        """The baseline, then the targets that differ from it."""
        return tuple(dict.fromkeys((self.baseline, *self.targets)))

    @property
    def assumptions(self) -> list[str]:
        """What the costs under targets assume; nothing without targets."""
        if len(self.labels) < 2:
            return []
        is_billed = self.baseline == OWN
        cached = "the cached share that the log has" if is_billed else "nothing cached"
        if self.cached_share is not None:
            cached = f"{self.cached_share:.0%} of each prompt of at least {CACHED_FROM:,} tokens cached"
        return [*self.answers.sentences(billed=is_billed), cached]

    def answers_of(self, label: str) -> Answers:
        """The assumed answers of a reference; those of the baseline are as logged."""
        return AS_LOGGED if label in (OWN, self.baseline) else self.answers


class Total(msgspec.Struct, frozen=True):
    """The cost under one reference as a decimal string (`None`: nothing is priced), over the `charged` records.

    Those are priced under all references. `priced`: records with a price under this one. `floor`: the true cost of
    the log is higher. `counted`: the charged records that are in the sums of tokens too. `logged`: the charged records
    at the amount in the log.
    """

    cost_usd: str | None
    priced: int
    charged: int = 0
    floor: bool = False
    counted: int = 0
    logged: int = 0


class Charges(msgspec.Struct, frozen=True, kw_only=True):
    """The charges of a log, one row per record and reference."""

    frame: pl.DataFrame
    """What was charged."""
    options: CostOptions
    book: PriceBook
    rows: dict[str, pl.DataFrame]
    """Label → tokens, price and cost of each record, in the order of the frame; the baseline first."""
    same: pl.Series
    """Whether each record is priced under all references that can price any."""

    def summed(self, label: str) -> pl.DataFrame:
        """The rows of a reference, without the amounts of records that are in no sum.

        `priced`: whether a record has a price under this reference.
        """
        rows = self.rows[label]
        priced = rows["cost"].is_not_null().alias("priced")
        if not self.same.all():
            rows = with_found(rows, rows.select(pl.when(self.same).then(pl.col(AMOUNTS))))
        return rows.hstack([priced])

    def components(self, label: str, by: Sequence[str] = ()) -> dict[tuple[Any, ...], list[ComponentCost]]:
        """What the sums of a reference consist of, by the values of dimensions (without any: one entry)."""
        rows = self.rows[label]
        taken = self.same & rows["cost"].is_not_null()
        frame = self.frame.filter(taken)
        keys = frame.select(DIMENSIONS[name].alias(name) for name in by)
        return component_sums(rows.filter(taken), self.book.prices, _requests(frame), keys)

    def compared(self, label: str) -> pl.DataFrame:
        """`before`, `mixed` (target tokens, baseline's price) and `after` of each record; null unless all are."""
        base, target = self.rows[self.options.baseline], self.rows[label]
        at_base = target.select(pl.exclude(_placed_columns(target))).hstack(
            base.select(_placed_columns(base))
        )
        mixed = charged(at_base, self.book.prices, _requests(self.frame))["cost"]
        costs = pl.DataFrame({"before": base["cost"], "mixed": mixed, "after": target["cost"]})
        both = pl.all_horizontal(pl.all().is_not_null())
        return costs.select(pl.when(self.same & both).then(pl.all()))

    def totals(self, compared: pl.DataFrame | None = None) -> dict[str, Total]:
        """What each label costs, for reports that are not about money.

        `compared`: the frame with the counts of only those records that are in the sums of tokens.
        """
        counts = self.frame if compared is None else compared
        return {
            label: self._total(rows, counts[column(label, "input_tokens")])
            for label, rows in self.rows.items()
        }

    def _total(self, rows: pl.DataFrame, counts: pl.Series) -> Total:
        is_charged = self.same & rows["cost"].is_not_null()
        found = rows.filter(is_charged)
        low = found["low"].count() > 0
        amount = decimal_text(usd(int(found["cost"].sum()))) if found.height else None
        floor = found.height > 0 and (found.height < rows.height or low)
        counted = int((is_charged & counts.is_not_null()).sum())
        logged = found[LOGGED].count() if LOGGED in found.columns else 0
        return Total(amount, rows["cost"].count(), found.height, floor, counted, logged)

    def with_costs(self) -> pl.DataFrame:
        """The frame with `R:cost_usd` for each label: an exact `USD` amount, null where a record is unpriced.

        `R:low` is why the true cost of a record is higher; it is null where it is not. By component, also the columns
        of `component_columns`.
        """
        columns: list[pl.Series] = []
        for label, rows in self.rows.items():
            cost = usd_text(pl.col("cost")).cast(USD).alias(column(label, "cost_usd"))
            columns += rows.select(cost, pl.col("low").alias(column(label, "low"))).get_columns()
            if COMPONENT in self.options.by:
                found = components_of(rows, self.book.prices, _requests(self.frame))
                columns += [part.alias(column(label, "cost_usd", part.name)) for part in found]
        return with_found(self.frame, pl.DataFrame(columns))


def charge(frame: pl.DataFrame, options: CostOptions, catalog: Catalog | None = None) -> Charges:
    """Charge every record under every label.

    `frame` has one row per record: `source, kind, model, timestamp, tier, tags`, `billed_input_tokens`,
    `billed_output_tokens`, `R:input_tokens` and `R:output_tokens` for each label R, and if it has them the other
    `billed_` columns, `region`, `tool_calls`, `container_id` and `requests` (API calls behind a row: rows of several
    get no long-context step). Raises `UsageError` for a dimension or share that cannot be.
    """
    check(options)
    book = PriceBook(
        catalog or catalogs.default(),
        today=options.today,
        as_of=options.as_of,
        batch=options.batch,
        assume_model=options.assume_model,
        region=options.region,
    )
    rows = {label: folded(charge_label(frame, label, options, book)) for label in options.labels}
    return Charges(frame=frame, options=options, book=book, rows=rows, same=_same_records(rows))


def charge_label(frame: pl.DataFrame, label: str, options: CostOptions, book: PriceBook) -> pl.DataFrame:
    """Tokens, price and cost of each record under one reference, side by side in the order of the frame."""
    answers = options.answers_of(label)
    usage = with_usage(frame, label, options.baseline, options.cached_share, answers)
    rows = pl.concat([usage, book.place(frame, label)], how="horizontal")
    charges = charged(rows, book.prices, _requests(frame))
    model = frame["model"] if label in PER_RECORD else models_of(frame, label)
    found = pl.concat([model.to_frame(), rows.drop("low"), charges], how="horizontal").with_columns(
        reason=pl.coalesce("reason", pl.when(pl.col("input").is_null()).then(pl.lit(NO_TOKENS)))
    )
    return with_logged(found, frame, options.cost_from) if label == OWN else found


def _placed_columns(rows: pl.DataFrame) -> list[str]:
    """The columns of a reference's prices and fees."""
    return [name for name in rows.columns if name in ("price", FEE_LOW) or name.startswith((FEE, CALLS))]


def _requests(frame: pl.DataFrame) -> pl.Series | None:
    return frame["requests"] if "requests" in frame.columns else None


def _same_records(rows: dict[str, pl.DataFrame]) -> pl.Series:
    costs = [charges["cost"] for charges in rows.values()]
    priced = [cost.is_not_null().alias(str(place)) for place, cost in enumerate(costs) if cost.count()]
    if not priced:
        return pl.repeat(value=False, n=len(costs[0]), eager=True)
    return pl.DataFrame(priced).select(same=pl.all_horizontal(pl.all()))["same"]


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
    options.answers.check()
