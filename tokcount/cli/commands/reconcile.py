"""`tokcount reconcile`: counted against billed tokens; `tokcount calibrate`: framing constants that fit the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli import inputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import OwnGroup, Paths, PerRecord, PriceGroup, RunGroup, top_option
from tokcount.cli.outputs import OutputGroup, RowOutputGroup
from tokcount.cli.selecting import SelectGroup
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.reports.reconcile.calibrate import CountedAs
    from tokcount.reports.reconcile.report import CalibrateReport
    from tokcount.scanning.plan import ScanPlan


@with_groups
def reconcile(
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    top: Annotated[int, top_option("Number of worst records shown.")] = 10,
    evidence: Annotated[
        bool,
        typer.Option(
            "--evidence", help="Show what the labels of these records rest on, here and in recorded calls."
        ),
    ] = False,
    per_record: PerRecord = False,
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: RowOutputGroup = RowOutputGroup(),
) -> None:
    """Compare counted tokens with the billed usage in the log.

    A residual is counted minus billed tokens; residuals are grouped by model, shape, endpoint and month. A residual
    that several records share is pointed out: it means that some of the framing is not known yet. --evidence shows
    how exact tokcount is on this log, feature by feature.
    """
    from tokcount.reports.reconcile import compute as analysis
    from tokcount.reports.reconcile import residuals

    job = Job(paths, read, prices, run, output, per_record=per_record)
    plan = _plan(job, own, evidence=evidence)
    frame, skipped = job.count(plan)
    if frame.height and per_record:
        job.write_rows(residuals.per_record(frame), "reconcile")
    elif frame.height:
        job.show(analysis.report(frame, skipped, top=top, counted_as=_counted_as(plan), evidence=evidence))
    job.close(frame.height, skipped)


@with_groups
def calibrate(
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    export: Annotated[
        bool, typer.Option("--export", help="Write the suggestions as a TOML file that --families accepts.")
    ] = False,
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Suggest framing constants for models whose billed tokens differ from the count.

    Needs a log with usage and shows the evidence. An unknown model is counted as the model of --assume-model.
    --export writes a file that --families accepts; counts that use it are marked calibrated.
    """
    from tokcount.reports.reconcile import calibrate as analysis

    job = Job(paths, read, prices, run, output)
    plan = _plan(job, own)
    frame, skipped = job.count(plan)
    if frame.height:
        report = analysis.report(frame, skipped, counted_as=_counted_as(plan))
        if export:
            write(_as_toml(report, plan), output.output)
        else:
            job.show(report)
    job.close(frame.height, skipped)


def _plan(job: Job, own: OwnGroup, *, evidence: bool = False) -> ScanPlan:
    from tokcount.scanning.plan import own_plan

    return own_plan(
        assume_model=own.assume_model,
        engine=job.run.engine,
        catalog=job.catalog,
        families=inputs.families_of(own.families),
        evidence=evidence,
    )


def _counted_as(plan: ScanPlan) -> CountedAs:
    """How the scan resolved a model name; `None` for a model with user-defined constants."""
    from tokcount.models.resolve import first_known

    own = {user.model for user in plan.families}

    def counted_as(name: str) -> tuple[str, bool] | None:
        if name.lower() in own:
            return None
        found = first_known([name], plan.catalog)
        resolved = found or first_known([name], plan.catalog, assumed=plan.assume_model)
        return (resolved.model.family, found is not None) if resolved else None

    return counted_as


def _as_toml(report: CalibrateReport, plan: ScanPlan) -> str:
    """The suggestions as a file for `--families`; with the encoding where only `--assume-model` specifies one."""
    from tokcount.framing.families.user_file import as_toml
    from tokcount.models.references import parse_reference

    assumed = parse_reference(plan.assume_model, plan.catalog).encoding if plan.assume_model else None
    tables = [
        as_toml(
            proposal.model,
            proposal.like,
            proposal.constants,
            None if proposal.known else assumed,
        )
        for proposal in report.proposals
    ]
    return "\n".join(tables) or "# nothing to suggest: no constants make more records exact\n"
