"""`tokcount audit`: the complete migration report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tokcount.cli import inputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import (
    Paths,
    PerRecord,
    PriceGroup,
    ReferenceGroup,
    RunGroup,
    top_option,
)
from tokcount.cli.outputs import RowOutputGroup
from tokcount.cli.prices import MoneyGroup, cost_options
from tokcount.cli.selecting import SelectGroup

if TYPE_CHECKING:
    import polars as pl

    from tokcount.reports.audit.report import AuditReport
    from tokcount.reports.cost.charges import CostOptions
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


@with_groups
def audit(
    paths: Paths = None,
    references: ReferenceGroup = ReferenceGroup(),
    money: MoneyGroup = MoneyGroup(),
    top: Annotated[int, top_option("Number of worst records shown per target.")] = 10,
    why: Annotated[
        bool,
        typer.Option(
            "--why/--no-why",
            help="Break drift down by text type and look for findings (takes up to twice as long).",
        ),
    ] = True,
    show_text: Annotated[
        bool,
        typer.Option("--show-text", help="Show the beginning of the text of the listed records."),
    ] = False,
    per_record: PerRecord = False,
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: RowOutputGroup = RowOutputGroup(),
) -> None:
    """Report what migrating to other models means: tokens, causes of drift, costs, context windows, findings.

    Without --from, the baseline is each record's own model; without --to, the target is auto, the recommended
    replacement of each record's model. -f html writes a self-contained page, -f markdown a text for a pull request,
    and -f json contains everything.
    """
    job = Job(paths, read, prices, run, output, per_record=per_record)
    plan = job.selecting(_plan(job, references, why=why))
    job.begin(plan)
    asked = cost_options(plan, job.today, money)
    job.warn(plan)
    frame, skipped = job.count(plan)
    if frame.height and per_record:
        _write_rows(job, frame, plan, asked)
    elif frame.height:
        report = _report((frame, skipped), plan, asked, top)
        job.show(_with_text(job, report) if show_text else report)
    job.close(frame.height, skipped)


def _plan(job: Job, references: ReferenceGroup, *, why: bool) -> ScanPlan:
    from tokcount.models.references import AUTO

    if not references.to:
        references = msgspec.structs.replace(references, to=[AUTO])
    plan = inputs.plan_of(references, job.run, job.catalog, shapes=True)
    return msgspec.structs.replace(plan, parts=why, verdicts=True)


def _report(
    counted: tuple[pl.DataFrame, SkippedSummary], plan: ScanPlan, asked: CostOptions, top: int
) -> AuditReport:
    from tokcount.reports.audit.compute import AuditOptions, report
    from tokcount.reports.per_record import references_of
    from tokcount.tokens.engines.choose import choose

    baseline, *others = references_of(plan)
    options = AuditOptions(
        baseline=baseline, targets=tuple(others), money=asked, top=top, engine=choose(plan.engine).name
    )
    return report(*counted, options, plan.catalog)


def _with_text(job: Job, report: AuditReport) -> AuditReport:
    from tokcount.reports.audit.compute import places, with_excerpts
    from tokcount.scanning.features.excerpts import excerpts

    return with_excerpts(report, excerpts(job.sources, job.options, places(report)))


def _write_rows(job: Job, frame: pl.DataFrame, plan: ScanPlan, asked: CostOptions) -> None:
    """Write the rows of `cost --per-record` with the text types of each record's content."""
    from tokcount.reports.audit.attribution import part_columns
    from tokcount.reports.per_record import record_rows

    rows = record_rows(frame, plan, asked)
    job.write_rows(rows.hstack(frame.select(part_columns(frame, plan.labels))), "audit")
