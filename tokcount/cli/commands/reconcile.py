"""`tokcount reconcile`: counted against billed tokens; `tokcount calibrate`: framing constants that fit the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tokcount.cli import inputs
from tokcount.cli.guide.running import is_typed
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import OwnGroup, Paths, PerRecord, PriceGroup, RunGroup, option, top_option
from tokcount.cli.outputs import OutputGroup, RowOutputGroup
from tokcount.cli.prices import tolerance_of, zone_of
from tokcount.cli.selecting import SelectGroup
from tokcount.errors import ExitCode, UsageError
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.reports.reconcile.calibrate import CountedAs
    from tokcount.reports.reconcile.report import CalibrateReport
    from tokcount.scanning.plan import ScanPlan


class InvoiceGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What the log is compared with instead of its own usage."""

    against: Annotated[
        list[str] | None,
        option(
            "--against",
            help_text="Compare with an export of usage or costs, by day and model: of OpenAI, Azure, OpenRouter or "
            "LiteLLM, as CSV, JSON or Parquet; repeatable.",
            metavar="FILE",
        ),
    ] = None
    timezone: Annotated[
        str | None,
        option(
            "--timezone",
            help_text="Time zone of the days of --against, such as Europe/Berlin. Default: UTC.",
            metavar="ZONE",
        ),
    ] = None
    tolerance: Annotated[
        str | None,
        option(
            "--tolerance",
            help_text="Exit with 1 if the differences add up to more than this share of the invoice (1%), or to more "
            "than this amount ($5).",
            metavar="SHARE|USD",
        ),
    ] = None


@with_groups
def reconcile(
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    invoice: InvoiceGroup = InvoiceGroup(),
    top: Annotated[int, top_option("Number of worst records shown.")] = 10,
    evidence: Annotated[
        bool,
        typer.Option(
            "--evidence", help="Show what the labels of these records rest on, here and in recorded calls."
        ),
    ] = False,
    money: Annotated[
        bool,
        typer.Option(
            "--money", help="Compare the amounts in the log with prices, by model, instead of tokens."
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

    With --against, the log is compared with what the provider has billed: requests, tokens and dollars of each day
    and model.
    """
    job = Job(paths, read, prices, run, output, per_record=per_record)
    plan = _begun(job, own, evidence=evidence)
    if money:
        _money(job, plan, top, alone=not (invoice.against or per_record or evidence))
        return
    if invoice.against:
        _against(job, plan, invoice, per_record=per_record or evidence)
        return
    _need_against(invoice)
    frame, skipped = job.count(plan)
    from tokcount.reports.reconcile import compute as analysis
    from tokcount.reports.reconcile import residuals

    if frame.height and per_record:
        job.write_rows(residuals.per_record(frame), "reconcile")
    elif frame.height:
        job.show(analysis.report(frame, skipped, top=top, counted_as=_counted_as(plan), evidence=evidence))
    job.close(frame.height, skipped)


def _money(job: Job, plan: ScanPlan, top: int, *, alone: bool) -> None:
    """Compare the amounts in the log with prices."""
    from msgspec import structs

    from tokcount.cli.prices import cost_options
    from tokcount.reports.cost.charges import charge
    from tokcount.reports.reconcile.money import report

    if not alone:
        raise UsageError("--money is a report of its own: remove --against, --per-record and --evidence.")
    frame, skipped = job.count(plan)
    if frame.height:
        asked = structs.replace(cost_options(plan, job.today), cost_from="prices")
        job.show(report(charge(frame, asked, job.catalog), skipped, job.catalog, top=top))
    job.close(frame.height, skipped)


def _need_against(invoice: InvoiceGroup) -> None:
    """Raise `UsageError` for options on the command line that are for `--against` only."""
    for name in ("timezone", "tolerance"):
        if getattr(invoice, name) is not None and is_typed(name):
            raise UsageError(f"--{name} is for --against: name an export of usage or costs.")


def _against(job: Job, plan: ScanPlan, invoice: InvoiceGroup, *, per_record: bool) -> None:
    """Compare the log with exports. Raises `typer.Exit` (exit code 1) if they differ by more than the tolerance."""
    from tokcount.cli.prices import cost_options
    from tokcount.logs.source import expand
    from tokcount.reports.cost.charges import charge
    from tokcount.reports.invoice import compute as analysis
    from tokcount.reports.invoice.read import read

    if per_record:
        raise UsageError("--against compares days: remove --per-record and --evidence.")
    zone, tolerance = zone_of(invoice.timezone or "UTC"), tolerance_of(invoice.tolerance)
    files = [read(source, zone) for source in expand(invoice.against or ())]
    frame, skipped = job.count(plan)
    passed = True
    if frame.height:
        charges = charge(frame, cost_options(plan, job.today), job.catalog)
        span = analysis.days_of(job.selection, zone)
        found = analysis.report(charges, skipped, files, zone, tolerance, job.catalog, span)
        job.show(found)
        passed = found.passed is not False
    job.close(frame.height, skipped)
    if not passed:
        raise typer.Exit(ExitCode.BUDGET)


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
    job = Job(paths, read, prices, run, output)
    plan = _begun(job, own)
    frame, skipped = job.count(plan)

    from tokcount.reports.reconcile import calibrate as analysis

    if frame.height:
        report = analysis.report(frame, skipped, counted_as=_counted_as(plan))
        if export:
            write(_as_toml(report, plan), output.output)
        else:
            job.show(report)
    job.close(frame.height, skipped)


def _begun(job: Job, own: OwnGroup, *, evidence: bool = False) -> ScanPlan:
    """The plan, for which the processes have been started."""
    from tokcount.scanning.plan import own_plan

    plan = own_plan(
        assume_model=own.assume_model,
        engine=job.run.engine,
        catalog=job.catalog,
        families=inputs.families_of(own.families),
        evidence=evidence,
    )
    job.begin(plan)
    return plan


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
