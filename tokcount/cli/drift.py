"""``tokcount drift``: the tokens of a log under a baseline and targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli import clock, inputs, targets
from tokcount.cli.groups import with_groups
from tokcount.cli.options import (
    GROUP_KEYS,
    OutputGroup,
    Paths,
    PriceGroup,
    ReadGroup,
    ReferenceGroup,
    RunGroup,
    group_keys,
)

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


@with_groups
def drift(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", help=f"Group by {', '.join(GROUP_KEYS)}; repeatable.", metavar="KEY", show_default=False
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", help="Worst records shown.", min=0)] = 5,
    per_record: Annotated[
        bool, typer.Option("--per-record", help="One row a record instead of the report; also -f parquet.")
    ] = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Compare the tokens of a log under a baseline and targets.

    With neither --from nor --to: the three encodings, p50k_base as the baseline. With --to alone: each record's own
    model as the baseline. Shows what the log holds, content and framing tokens, the drift in total and record by
    record, and the records that grow most.
    """
    from tokcount.cli.prices import catalog_of

    today, catalog, sources = clock.today(), catalog_of(prices), inputs.sources_of(paths, output.output)
    reading = inputs.read_options(read)
    asked = targets.with_auto(references, sources, reading, catalog, today, run)
    plan = inputs.plan_of(asked, run, catalog, by=group_keys(by))
    targets.warn(plan, run, today)
    result = inputs.scan(sources, plan, reading, run)
    skipped = result.skipped
    frame = result.frame()
    if frame.height:
        if per_record:
            _emit_rows(frame, plan, today, output)
        else:
            _emit_report(frame, skipped, plan, today, group_keys(by), top, output)
    inputs.close(frame.height, skipped, run, strict=read.strict, sources=sources)


def _emit_rows(frame: pl.DataFrame, plan: ScanPlan, today: date, output: OutputGroup) -> None:
    from tokcount.analysis.planned import money_of, record_rows
    from tokcount.output.records import write

    rows = record_rows(frame, plan, money_of(plan, today))
    write(rows, "drift", output.format, output.output, output.color)


def _emit_report(
    frame: pl.DataFrame,
    skipped: SkippedSummary,
    plan: ScanPlan,
    today: date,
    by: tuple[str, ...],
    top: int,
    output: OutputGroup,
) -> None:
    from tokcount.analysis.drift import DriftOptions, report
    from tokcount.analysis.planned import money_of, references_of
    from tokcount.output.interface import emit

    baseline, *others = references_of(plan)
    options = DriftOptions(baseline, tuple(others), by, top, money_of(plan, today))
    emit(report(frame, skipped, options, plan.catalog), output.format, output.output, output.color)
