"""``tokcount cost``: what a log cost, and what it would cost on other models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tokcount.cli import clock, inputs, targets
from tokcount.cli.groups import with_groups
from tokcount.cli.options import (
    COST_KEYS,
    MoneyGroup,
    OutputGroup,
    Paths,
    PriceGroup,
    ReadGroup,
    ReferenceGroup,
    RunGroup,
    group_keys,
)
from tokcount.cli.prices import catalog_of, cost_options
from tokcount.errors import DataError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from tokcount.analysis.cost import CostOptions
    from tokcount.models.catalog import Catalog
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


@with_groups
def cost(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    money: MoneyGroup = MoneyGroup(),
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", help=f"Group by {', '.join(COST_KEYS)}; repeatable.", metavar="KEY", show_default=False
        ),
    ] = None,
    per_record: Annotated[
        bool, typer.Option("--per-record", help="One row a record instead of the report; also -f parquet.")
    ] = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Show what a log cost, and what it would cost on other models.

    Each record is priced at its own day, --from and --to at today's prices. Billed tokens are used where the log
    has them, counted ones otherwise. The difference to each target is split into what the tokens change and what
    the prices change. What has no price is left empty and named, and the total is then called a floor.
    """
    today, catalog, sources = clock.today(), catalog_of(prices), inputs.sources_of(paths, output.output)
    reading = inputs.read_options(read)
    plan = _plan(targets.with_auto(references, sources, reading, catalog, today, run), run, catalog)
    asked = cost_options(plan, today, money, group_keys(by, COST_KEYS))
    targets.warn(plan, run, today)
    result = inputs.scan(sources, plan, reading, run)
    skipped, frame = result.skipped, result.frame()
    unpriced: dict[str, int] = {}
    if frame.height:
        write = _write_rows if per_record else _write_report
        unpriced = write(frame, skipped, plan, asked, output)
        _say_unused(frame, plan, prices, run)
    inputs.close(frame.height, skipped, run, strict=read.strict, sources=sources)
    _close_prices(unpriced, frame.height, run, required=money.require_prices)


def _plan(references: ReferenceGroup, run: RunGroup, catalog: Catalog) -> ScanPlan:
    """Baseline and targets; without any, each record's own model alone. An encoding is refused: it has no price."""
    from tokcount.models.model import ENCODINGS
    from tokcount.scanning.plan import own_plan

    for option, name in [("--from", references.from_), *(("--to", name) for name in references.to or ())]:
        if name in ENCODINGS:
            raise UsageError(
                f"{option} {name}: an encoding has no price; name a model, or compare with drift."
            )
    if references.to:
        return inputs.plan_of(references, run, catalog)
    if references.from_:
        plan = inputs.plan_of(references, run, catalog)
        return msgspec.structs.replace(plan, references=plan.references[:1])
    return own_plan(
        assume_model=references.assume_model,
        engine=run.engine,
        catalog=catalog,
        families=inputs.families_of(references.families),
    )


def _write_rows(
    frame: pl.DataFrame, skipped: SkippedSummary, plan: ScanPlan, asked: CostOptions, output: OutputGroup
) -> dict[str, int]:
    """Write one row a record; label → unpriced records."""
    from tokcount.analysis.planned import record_rows
    from tokcount.output.records import write

    rows = record_rows(frame, plan, asked)
    write(rows, "cost", output.format, output.output, output.color)
    return {label: rows[f"{label}:cost_usd"].null_count() for label in plan.labels}


def _write_report(
    frame: pl.DataFrame, skipped: SkippedSummary, plan: ScanPlan, asked: CostOptions, output: OutputGroup
) -> dict[str, int]:
    """Write the report; label → unpriced records."""
    from tokcount.analysis.cost import report
    from tokcount.output.interface import emit

    made = report(frame, skipped, asked, plan.catalog)
    emit(made, output.format, output.output, output.color)
    return {entry["reference"]: frame.height - entry["priced"] for entry in made.data["references"]}


def _say_unused(frame: pl.DataFrame, plan: ScanPlan, prices: PriceGroup, run: RunGroup) -> None:
    """Name every ``--price`` that belongs to no model of the log and to no reference."""
    from tokcount.models.names import find
    from tokcount.models.overrides import parse_price_option

    asked = [*frame["model"].unique().drop_nulls(), *plan.labels, plan.assume_model or ""]
    found = [resolution for name in asked if (resolution := find(name, plan.catalog))]
    needed = {name.strip().lower() for name in asked}
    needed |= {name for resolution in found for name in (resolution.model.name, resolution.price_name)}
    for option in prices.price or ():
        name, _ = parse_price_option(option)
        if name not in needed:
            inputs.say(f"--price {name}: no record and no target has this name", run)


def _close_prices(unpriced: dict[str, int], records: int, run: RunGroup, *, required: bool) -> None:
    """The closing line on what has no price. Raises `DataError` (exit 3) when prices are required."""
    missing = ", ".join(f"{n:,} of {records:,} records under {label}" for label, n in unpriced.items() if n)
    if missing and required:
        raise DataError(f"unpriced: {missing} (--require-prices); add prices with --price or --prices.")
    if missing:
        inputs.say(f"unpriced: {missing}", run)
