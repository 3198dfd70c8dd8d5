"""`tokcount cost`: what a log cost, and what it would cost on other models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from tokcount.cli import inputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import (
    GROUP_KEYS,
    Paths,
    PerRecord,
    PriceGroup,
    ReferenceGroup,
    RunGroup,
    list_option,
)
from tokcount.cli.outputs import RowOutputGroup
from tokcount.cli.prices import MoneyGroup, cost_options
from tokcount.cli.selecting import SelectGroup
from tokcount.errors import DataError

COMPONENT: Final = "component"
CostBy = Annotated[
    list[str] | None,
    list_option(
        "--by",
        help_text=f"Group by {', '.join((*GROUP_KEYS, COMPONENT))}; repeatable, or KEY,KEY. {COMPONENT}: what each "
        "amount consists of.",
        metavar="KEY",
    ),
]

if TYPE_CHECKING:
    import polars as pl

    from tokcount.reports.cost.charges import CostOptions
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


@with_groups
def cost(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    money: MoneyGroup = MoneyGroup(),
    by: CostBy = None,
    per_record: PerRecord = False,
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: RowOutputGroup = RowOutputGroup(),
) -> None:
    """Show what a log cost and what it would cost on other models.

    Each record is priced at its own date, --from and --to at today's prices. Billed tokens are used where the log
    has them, counted tokens otherwise. The difference to each target is split into the effect of the tokens and the
    effect of the prices. Records without a price are listed, and the total is then marked as a lower bound.
    """
    from tokcount.scanning.plan import priced_plan

    job = Job(paths, read, prices, run, output, per_record=per_record)
    keys = inputs.group_keys(by, more=(COMPONENT,))
    plan = inputs.plan_of(references, run, job.catalog, by=keys)
    plan = job.selecting(priced_plan(plan, references.from_, references.to or ()))
    job.begin(plan)
    asked = cost_options(plan, job.today, money, keys)
    job.warn(plan)
    frame, skipped = job.count(plan)
    unpriced: dict[str, int] = {}
    if frame.height:
        if per_record:
            unpriced = _write_rows(job, frame, plan, asked)
        else:
            unpriced = _show_report(job, frame, skipped, plan, asked)
        _say_unused(frame, plan, prices, run)
    job.close(frame.height, skipped)
    _close_prices(unpriced, frame.height, run, required=money.require_prices)


def _write_rows(job: Job, frame: pl.DataFrame, plan: ScanPlan, asked: CostOptions) -> dict[str, int]:
    """Write one row per record. Returns label → number of unpriced records."""
    from tokcount.reports.cost.by_component import component_columns
    from tokcount.reports.per_record import record_rows

    extra = component_columns(plan.labels) if COMPONENT in asked.by else ()
    rows = record_rows(frame, plan, asked, extra)
    job.write_rows(rows, "cost")
    return {label: rows[f"{label}:cost_usd"].null_count() for label in plan.labels}


def _show_report(
    job: Job, frame: pl.DataFrame, skipped: SkippedSummary, plan: ScanPlan, asked: CostOptions
) -> dict[str, int]:
    """Write the report. Returns label → number of unpriced records."""
    from tokcount.reports.cost.compute import report

    made = report(frame, skipped, asked, plan.catalog)
    job.show(made)
    return {entry.reference: frame.height - entry.priced for entry in made.references}


def _say_unused(frame: pl.DataFrame, plan: ScanPlan, prices: PriceGroup, run: RunGroup) -> None:
    """Warn about every `--price` that matches neither a model of the log nor a reference."""
    from tokcount.models.overrides import parse_price_option
    from tokcount.models.resolve import find

    logged = [name for column in ("model", "replacement") for name in frame[column].unique().drop_nulls()]
    asked = [*logged, *plan.labels, plan.assume_model or ""]
    found = [resolution for name in asked if (resolution := find(name, plan.catalog))]
    needed = {name.strip().lower() for name in asked}
    needed |= {name for resolution in found for name in (resolution.model.name, resolution.price_name)}
    for option in prices.price or ():
        name, _ = parse_price_option(option)
        if name not in needed:
            inputs.say(f"--price {name}: matches no record and no target", run)


def _close_prices(unpriced: dict[str, int], records: int, run: RunGroup, *, required: bool) -> None:
    """Print which records have no price. Raises `DataError` (exit code 3) if prices are required."""
    missing = ", ".join(f"{n:,} of {records:,} records under {label}" for label, n in unpriced.items() if n)
    if missing and required:
        raise DataError(f"unpriced: {missing} (--require-prices); add prices with --price or --prices.")
    if missing:
        inputs.say(f"unpriced: {missing}", run)
