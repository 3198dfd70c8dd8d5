"""``tokcount audit``: the whole migration report in one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tokcount.cli import clock, inputs, targets
from tokcount.cli.groups import with_groups
from tokcount.cli.options import (
    MoneyGroup,
    OutputGroup,
    Paths,
    PriceGroup,
    ReadGroup,
    ReferenceGroup,
    RunGroup,
)
from tokcount.cli.prices import catalog_of, cost_options

if TYPE_CHECKING:
    import polars as pl

    from tokcount.analysis.cost import CostOptions
    from tokcount.analysis.report import Report
    from tokcount.logs.files import Source
    from tokcount.logs.options import ReadOptions
    from tokcount.models.catalog import Catalog
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


@with_groups
def audit(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    money: MoneyGroup = MoneyGroup(),
    top: Annotated[int, typer.Option("--top", help="Worst records shown for each target.", min=0)] = 10,
    why: Annotated[
        bool,
        typer.Option(
            "--why/--no-why",
            help="Take the text apart to say why it drifts, and look for findings in it; two to three times the work.",
        ),
    ] = True,
    show_text: Annotated[
        bool,
        typer.Option("--show-text", help="Show the beginning of the text of the records that are named."),
    ] = False,
    per_record: Annotated[
        bool, typer.Option("--per-record", help="One row a record instead of the report; also -f parquet.")
    ] = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Report what moving a log to other models means: tokens, why they change, money, windows, findings.

    Without --from, each record's own model is the baseline; without --to, the target is what is recommended instead
    of the log's models. -f html makes one page to pass around, -f markdown one for a pull request, -f json has
    everything.
    """
    today, catalog, sources = clock.today(), catalog_of(prices), inputs.sources_of(paths, output.output)
    reading = inputs.read_options(read)
    plan = _plan(references, sources, reading, run, catalog, why=why)
    asked = cost_options(plan, today, money)
    targets.warn(plan, run, today)
    result = inputs.scan(sources, plan, reading, run)
    skipped, frame = result.skipped, result.frame()
    if frame.height and per_record:
        _write_rows(frame, plan, asked, output)
    elif frame.height:
        report = _report(frame, skipped, plan, asked, top)
        _write(_with_text(report, sources, reading) if show_text else report, output)
    inputs.close(frame.height, skipped, run, strict=read.strict, sources=sources)


def _plan(
    group: ReferenceGroup,
    sources: list[Source],
    reading: ReadOptions,
    run: RunGroup,
    catalog: Catalog,
    *,
    why: bool,
) -> ScanPlan:
    if not group.to:
        group = dataclasses.replace(group, to=[targets.AUTO])
    group = targets.with_auto(group, sources, reading, catalog, clock.today(), run)
    plan = inputs.plan_of(group, run, catalog, shapes=True)
    return msgspec.structs.replace(plan, parts=why)


def _report(
    frame: pl.DataFrame, skipped: SkippedSummary, plan: ScanPlan, asked: CostOptions, top: int
) -> Report:
    from tokcount.analysis.audit import AuditOptions, report
    from tokcount.analysis.planned import references_of
    from tokcount.counting.engine import choose

    baseline, *others = references_of(plan)
    options = AuditOptions(
        baseline=baseline, targets=tuple(others), money=asked, top=top, engine=choose(plan.engine).name
    )
    return report(frame, skipped, options, plan.catalog)


def _with_text(report: Report, sources: list[Source], reading: ReadOptions) -> Report:
    from tokcount.analysis.audit import places, with_excerpts
    from tokcount.scanning.excerpts import excerpts

    return with_excerpts(report, excerpts(sources, reading, places(report)))


def _write(report: Report, output: OutputGroup) -> None:
    from tokcount.output.interface import emit

    emit(report, output.format, output.output, output.color)


def _write_rows(frame: pl.DataFrame, plan: ScanPlan, asked: CostOptions, output: OutputGroup) -> None:
    """Rows as of ``cost --per-record``, and the parts of each record's content."""
    from tokcount.analysis.attribution import part_columns
    from tokcount.analysis.planned import record_rows
    from tokcount.output.records import write

    rows = record_rows(frame, plan, asked)
    rows = rows.hstack(frame.select(part_columns(frame, plan.labels)))
    write(rows, "audit", output.format, output.output, output.color)
