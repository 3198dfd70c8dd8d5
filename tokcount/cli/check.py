"""``tokcount check``: budgets; exits with 1 when one is broken."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from tokcount.cli import gates, inputs, outputs
from tokcount.cli.gates import GateGroup
from tokcount.cli.groups import with_groups
from tokcount.cli.job import Job
from tokcount.cli.options import Paths, PriceGroup, ReadGroup, ReferenceGroup, RunGroup
from tokcount.cli.outputs import CheckOutputGroup
from tokcount.errors import ExitCode

if TYPE_CHECKING:
    from tokcount.analysis.budget import Gate, Verdict
    from tokcount.analysis.budget_columns import Terms
    from tokcount.analysis.report import Report
    from tokcount.scanning.plan import ScanPlan


@with_groups
def check(
    paths: Paths = None,
    gate: GateGroup = GateGroup(),
    references: ReferenceGroup = ReferenceGroup(),
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: CheckOutputGroup = CheckOutputGroup(),
) -> None:
    """Hold a log, or saved reports, to token and cost budgets. Exits with 1 when one is broken.

    A budget is METRIC.AGGREGATE OP LIMIT [where ...] [for TARGET], such as "input_tokens.p95 <= 8000",
    "cost.total <= baseline + 5%" or "drift.total <= 15% for gpt-5.6-luna". Budgets come from --budget and --warn, or
    from the lists fail and warn of [tool.tokcount.check]. What cannot be judged is broken, unless --allow-unknown.
    """
    asked = gates.gate_of(gate)
    reports = gates.saved_reports(paths)
    if reports:
        passed = _check_reports(reports, asked, references, gate, run, output)
    else:
        passed = _check_logs(paths, asked, references, gate, read, prices, run, output)
    if not passed and not gate.exit_zero:
        raise typer.Exit(ExitCode.BUDGET)


def _check_reports(
    reports: list[Report],
    asked: Gate,
    references: ReferenceGroup,
    gate: GateGroup,
    run: RunGroup,
    output: CheckOutputGroup,
) -> bool:
    from tokcount.analysis import budget
    from tokcount.analysis.budget_reports import ReportMeter, overview_of

    verdicts = budget.judge(ReportMeter(reports, tuple(references.to or ())), asked)
    report = budget.report(verdicts, overview_of(reports))
    outputs.show(report, output)
    return _passed(report, verdicts, gate, run)


def _check_logs(
    paths: Sequence[str] | None,
    asked: Gate,
    references: ReferenceGroup,
    gate: GateGroup,
    read: ReadGroup,
    prices: PriceGroup,
    run: RunGroup,
    output: CheckOutputGroup,
) -> bool:
    """Count and judge. Raises `DataError` when nothing was countable, and under ``--strict`` when not all was read."""
    from tokcount.analysis import budget
    from tokcount.analysis.budget_frames import FrameMeter
    from tokcount.analysis.overview import overview

    job = Job(paths, read, prices, run, output, gate.save_baseline)
    references = job.with_auto(references)
    plan = gates.plan_for(asked, references, run, job.catalog)
    frame = job.count(plan)
    passed = True
    if frame.height:
        meter = FrameMeter(frame, job.skipped, _terms(job, plan, references, gate))
        verdicts = budget.judge(meter, asked)
        report = budget.report(verdicts, overview(frame, job.skipped))
        job.show(report)
        passed = _passed(report, verdicts, gate, run)
    job.close(frame.height)
    return passed


def _terms(job: Job, plan: ScanPlan, references: ReferenceGroup, gate: GateGroup) -> Terms:
    from tokcount.analysis.budget_columns import Terms
    from tokcount.cli.prices import as_of_day
    from tokcount.scanning.plan import OWN

    return Terms(
        baseline=references.from_ or OWN,
        targets=tuple(references.to or ()),
        today=job.today,
        as_of=as_of_day(gate.as_of, job.today),
        records_per_month=gate.records_per_month,
        assume_model=plan.assume_model,
        catalog=plan.catalog,
    )


def _passed(report: Report, verdicts: list[Verdict], gate: GateGroup, run: RunGroup) -> bool:
    """Write what else was asked for; whether all budgets that must hold do."""
    if gate.save_baseline:
        _save(verdicts, gate, run)
    _summarise(report, run)
    return bool(report.data["passed"])


def _save(verdicts: list[Verdict], gate: GateGroup, run: RunGroup) -> None:
    from tokcount.output.writing import write

    text, unknown = gates.saved_values(verdicts)
    write(text, gate.save_baseline)
    if unknown:
        inputs.say(f"not in the baseline, because not known: {', '.join(unknown)}", run)


def _summarise(report: Report, run: RunGroup) -> None:
    from tokcount.output.github import add_summary

    try:
        add_summary(report, os.environ)
    except OSError as error:
        inputs.say(f"the summary of the job cannot be written: {error.strerror}", run)
