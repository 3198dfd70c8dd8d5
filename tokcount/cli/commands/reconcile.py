"""``tokcount reconcile``: counted against billed; ``tokcount calibrate``: constants for what is billed otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli import inputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import OwnGroup, Paths, PerRecord, PriceGroup, ReadGroup, RunGroup, top_option
from tokcount.cli.outputs import OutputGroup, RowOutputGroup
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.reports.reconcile.calibrate import CountedAs
    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan


@with_groups
def reconcile(
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    top: Annotated[int, top_option("Worst records shown.")] = 10,
    per_record: PerRecord = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: RowOutputGroup = RowOutputGroup(),
) -> None:
    """Compare counted tokens with the usage that the log says was billed.

    Residuals are counted minus billed, by model, shape and endpoint. A residual that is the same for every record of
    a model is named: that is how a model shows itself whose framing is not known yet.
    """
    from tokcount.reports.reconcile import compute as analysis
    from tokcount.reports.reconcile import residuals

    job = Job(paths, read, prices, run, output, per_record=per_record)
    frame = job.count(_plan(job, own))
    if frame.height and per_record:
        job.write_rows(residuals.per_record(frame), "reconcile")
    elif frame.height:
        job.show(analysis.report(frame, job.skipped, top=top))
    job.close(frame.height)


@with_groups
def calibrate(
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    export: Annotated[
        bool, typer.Option("--export", help="Write the proposals as a TOML file for --families.")
    ] = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Propose framing constants for models that are billed otherwise than they are counted, with the evidence.

    Needs a log with usage. A model that is not known is counted as --assume-model says. The table that --export
    writes is taken by --families; what it counts is marked calibrated.
    """
    from tokcount.reports.reconcile import calibrate as analysis

    job = Job(paths, read, prices, run, output)
    plan = _plan(job, own)
    frame = job.count(plan)
    if frame.height:
        report = analysis.report(frame, job.skipped, counted_as=_counted_as(plan))
        if export:
            write(_as_toml(report, plan), output.output)
        else:
            job.show(report)
    job.close(frame.height)


def _plan(job: Job, own: OwnGroup) -> ScanPlan:
    from tokcount.scanning.plan import own_plan

    return own_plan(
        assume_model=own.assume_model,
        engine=job.run.engine,
        catalog=job.catalog,
        families=inputs.families_of(own.families),
    )


def _counted_as(plan: ScanPlan) -> CountedAs:
    """How the scan resolved a model name; a model with constants of the user's own is left as they say."""
    from tokcount.models.resolve import find

    own = {user.model for user in plan.families}
    assumed = find(plan.assume_model, plan.catalog) if plan.assume_model else None

    def counted_as(name: str) -> tuple[str, bool] | None:
        if name.lower() in own:
            return None
        found = find(name, plan.catalog)
        resolved = found or assumed
        return (resolved.model.family, found is not None) if resolved else None

    return counted_as


def _as_toml(report: Report, plan: ScanPlan) -> str:
    """The proposals as a file for ``--families``; with the encoding where only ``--assume-model`` gave one."""
    from tokcount.framing.user_families import as_toml
    from tokcount.models.references import parse_reference

    assumed = parse_reference(plan.assume_model, plan.catalog).encoding if plan.assume_model else None
    tables = [
        as_toml(
            proposal["model"],
            proposal["like"],
            proposal["constants"],
            None if proposal["known"] else assumed,
        )
        for proposal in report.data["proposals"]
    ]
    return "\n".join(tables) or "# nothing to propose: no constants make more records exact\n"
