"""`tokcount diff`: two logs, files or folders compared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli import inputs
from tokcount.cli.inputs import saved_reports
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import OwnGroup, PriceGroup, RunGroup, option, top_option
from tokcount.cli.outputs import OutputGroup, show
from tokcount.cli.selecting import SelectGroup, selection_of
from tokcount.errors import UsageError

if TYPE_CHECKING:
    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan

UNKNOWN_MODEL = "o200k_base"
"""What records are counted under that name no known model."""


@with_groups
def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="File, folder or saved report as it was.", show_default=False)
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="The same as it is now, or -.", show_default=False)
    ],
    to: Annotated[
        str | None,
        option(
            "--to",
            help_text="Count both under this model or encoding. Default: each record's own model, and o200k_base "
            "where that is not known.",
            metavar="REF",
        ),
    ] = None,
    top: Annotated[int, top_option("Number of changed records shown.")] = 5,
    own: OwnGroup = OwnGroup(),
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Show what grew between two logs, prompt files or folders.

    By file, model, kind of text and record, in input tokens: as billed where the log has usage, else as counted.
    Records are compared in files that have as many as before. Saved reports of drift or count are compared too.
    """
    found = saved_reports([old, new])
    if found:
        _show_reports([found[old], found[new]], (old, new), to, read, output)
        return
    job = Job([new], read, prices, run, output)
    plan = _plan(to, own, job)
    job.begin(plan)
    before, left_out = job.count(plan, inputs.sources_of([old], quiet=run.quiet, ignore=not read.no_ignore))
    for sentence in inputs.left_out(left_out):
        inputs.say(f"{old}: {sentence}", run)
    after, skipped = job.count(plan)

    from tokcount.reports.diff.compute import Scanned, report

    sides = (
        Scanned(old, Path(old).is_dir(), before, left_out.total),
        Scanned(new, Path(new).is_dir(), after, skipped.total),
    )
    if before.height or after.height:
        job.show(report(*sides, plan.labels, top))
    job.close(before.height + after.height, skipped)


def _show_reports(
    found: list[Report], paths: tuple[str, str], to: str | None, read: SelectGroup, output: OutputGroup
) -> None:
    """Compare saved reports. Raises `UsageError` if they cannot be compared, or records are to be selected."""
    from tokcount.reports.diff.from_reports import compared

    if selection_of(read) is not None:
        raise UsageError("--where, --since and --until select records of logs, not of saved reports.")
    show(compared(found[0], found[1], paths, to), output)


def _plan(to: str | None, own: OwnGroup, job: Job) -> ScanPlan:
    """What to count: one reference, or each record's own model and one for those without."""
    from tokcount.models.references import parse_reference
    from tokcount.scanning.plan import ScanPlan

    if own.assume_model:
        parse_reference(own.assume_model, job.catalog)
    return ScanPlan(
        references=(parse_reference(to or UNKNOWN_MODEL, job.catalog),),
        own=to is None,
        assume_model=own.assume_model,
        engine=job.run.engine,
        catalog=job.catalog,
        families=inputs.families_of(own.families),
        parts=True,
    )
