"""``tokcount reconcile``: counted against billed; ``tokcount calibrate``: constants for what is billed otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli import inputs
from tokcount.cli.groups import with_groups
from tokcount.cli.options import OutputGroup, OwnGroup, Paths, PriceGroup, ReadGroup, RunGroup

if TYPE_CHECKING:
    from tokcount.analysis.calibrate import CountedAs
    from tokcount.analysis.report import Report
    from tokcount.scanning.plan import ScanPlan


@with_groups
def reconcile(
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    top: Annotated[int, typer.Option("--top", help="Worst records shown.", min=0)] = 10,
    per_record: Annotated[
        bool, typer.Option("--per-record", help="One row a record instead of the report; also -f parquet.")
    ] = False,
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Compare counted tokens with the usage that the log says was billed.

    Residuals are counted minus billed, by model, shape and endpoint. A residual that is the same for every record of
    a model is named: that is how a model shows itself whose framing is not known yet.
    """
    from tokcount.analysis import reconcile as analysis
    from tokcount.analysis import residuals
    from tokcount.output import records
    from tokcount.output.interface import emit

    sources = inputs.sources_of(paths, output.output)
    result = inputs.scan(sources, _plan(own, prices, run), inputs.read_options(read), run)
    skipped, frame = result.skipped, result.frame()
    if frame.height and per_record:
        records.write(residuals.per_record(frame), "reconcile", output.format, output.output, output.color)
    elif frame.height:
        report = analysis.report(frame, skipped, top=top)
        emit(report, output.format, output.output, output.color)
    inputs.close(frame.height, skipped, run, strict=read.strict, sources=sources)


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
    from tokcount.analysis import calibrate as analysis
    from tokcount.output.interface import emit
    from tokcount.output.writing import write

    sources = inputs.sources_of(paths, output.output)
    plan = _plan(own, prices, run)
    result = inputs.scan(sources, plan, inputs.read_options(read), run)
    skipped, frame = result.skipped, result.frame()
    if frame.height:
        report = analysis.report(frame, skipped, counted_as=_counted_as(plan))
        if export:
            write(_as_toml(report, plan), output.output)
        else:
            emit(report, output.format, output.output, output.color)
    inputs.close(frame.height, skipped, run, strict=read.strict, sources=sources)


def _plan(own: OwnGroup, prices: PriceGroup, run: RunGroup) -> ScanPlan:
    from tokcount.cli.prices import catalog_of
    from tokcount.scanning.plan import own_plan

    return own_plan(
        assume_model=own.assume_model,
        engine=run.engine,
        catalog=catalog_of(prices),
        families=inputs.families_of(own.families),
    )


def _counted_as(plan: ScanPlan) -> CountedAs:
    """How the scan resolved a model name; a model with constants of the user's own is left as they say."""
    from tokcount.models.names import find

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
    from tokcount.counting.user_families import as_toml
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
