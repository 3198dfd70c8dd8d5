"""``tokcount audit``: the whole migration report in one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tokcount.cli import inputs, targets
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import (
    MoneyGroup,
    Paths,
    PerRecord,
    PriceGroup,
    ReadGroup,
    ReferenceGroup,
    RunGroup,
    top_option,
)
from tokcount.cli.outputs import RowOutputGroup
from tokcount.cli.prices import cost_options

if TYPE_CHECKING:
    import polars as pl

    from tokcount.reports.cost.compute import CostOptions
    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan


@with_groups
def audit(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    money: MoneyGroup = MoneyGroup(),
    top: Annotated[int, top_option("Worst records shown for each target.")] = 10,
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
    per_record: PerRecord = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: RowOutputGroup = RowOutputGroup(),
) -> None:
    """Report what moving a log to other models means: tokens, why they change, money, windows, findings.

    Without --from, each record's own model is the baseline; without --to, the target is what is recommended instead
    of the log's models. -f html makes one page to pass around, -f markdown one for a pull request, -f json has
    everything.
    """
    job = Job(paths, read, prices, run, output, per_record=per_record)
    plan = _plan(job, references, why=why)
    asked = cost_options(plan, job.today, money)
    job.warn(plan)
    frame = job.count(plan)
    if frame.height and per_record:
        _write_rows(job, frame, plan, asked)
    elif frame.height:
        report = _report(job, frame, plan, asked, top)
        job.show(_with_text(job, report) if show_text else report)
    job.close(frame.height)


def _plan(job: Job, references: ReferenceGroup, *, why: bool) -> ScanPlan:
    if not references.to:
        references = dataclasses.replace(references, to=[targets.AUTO])
    plan = inputs.plan_of(job.with_auto(references), job.run, job.catalog, shapes=True)
    return msgspec.structs.replace(plan, parts=why)


def _report(job: Job, frame: pl.DataFrame, plan: ScanPlan, asked: CostOptions, top: int) -> Report:
    from tokcount.reports.audit.compute import AuditOptions, report
    from tokcount.reports.per_record import references_of
    from tokcount.tokens.engines.choose import choose

    baseline, *others = references_of(plan)
    options = AuditOptions(
        baseline=baseline, targets=tuple(others), money=asked, top=top, engine=choose(plan.engine).name
    )
    return report(frame, job.skipped, options, plan.catalog)


def _with_text(job: Job, report: Report) -> Report:
    from tokcount.reports.audit.compute import places, with_excerpts
    from tokcount.scanning.features.excerpts import excerpts

    return with_excerpts(report, excerpts(job.sources, job.options, places(report)))


def _write_rows(job: Job, frame: pl.DataFrame, plan: ScanPlan, asked: CostOptions) -> None:
    """Rows as of ``cost --per-record``, and the parts of each record's content."""
    from tokcount.reports.audit.attribution import part_columns
    from tokcount.reports.per_record import record_rows

    rows = record_rows(frame, plan, asked)
    job.write_rows(rows.hstack(frame.select(part_columns(frame, plan.labels))), "audit")
