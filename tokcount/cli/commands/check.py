"""``tokcount check``: budgets; exits with 1 when one is broken."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tokcount.cli import inputs, outputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import AsOf, Paths, PriceGroup, ReadGroup, ReferenceGroup, RunGroup, option
from tokcount.cli.outputs import CheckOutputGroup
from tokcount.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tokcount.models.catalog import Catalog
    from tokcount.reports.budgets.compute import CheckOptions, Verdict
    from tokcount.reports.budgets.derived import BudgetContext
    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan


SAVED_REPORT: Final = re.compile(rb'\s*\{\s*"schema_version"\s*:\s*\d+\s*,\s*"tokcount"\s*:')
"""How every JSON report begins."""


@dataclass(frozen=True, kw_only=True)
class GateGroup:
    """Budgets, and what they are held against."""

    fail: Annotated[
        list[str] | None,
        option("--budget", "--fail", says="A budget that must hold; repeatable.", metavar="BUDGET"),
    ] = None
    warn: Annotated[
        list[str] | None,
        option("--warn", says="A budget that only warns; repeatable.", metavar="BUDGET"),
    ] = None
    baseline: Annotated[
        list[Path] | None,
        option("--baseline", says="Saved values to compare with; repeatable, the last wins.", metavar="FILE"),
    ] = None
    save_baseline: Annotated[
        Path | None,
        option("--save-baseline", says="Save the values of all budgets as a baseline.", metavar="FILE"),
    ] = None
    allow_unknown: Annotated[
        bool, option("--allow-unknown", says="What cannot be judged breaks no budget.")
    ] = False
    as_of: AsOf = None
    records_per_month: Annotated[
        int | None,
        option(
            "--records-per-month",
            says="Records that cost.per_month is for. Default: by the days of the log.",
            metavar="N",
            at_least=1,
        ),
    ] = None
    top: Annotated[
        int,
        option("--top", says="Records named for each broken budget. Default: 5.", metavar="N", at_least=0),
    ] = 5
    exit_zero: Annotated[bool, option("--exit-zero", says="Exit 0 also when a budget is broken.")] = False


def options_of(group: GateGroup) -> CheckOptions:
    """What to check. Raises `UsageError` for a wrong budget, none at all, and a baseline that cannot be read."""
    from tokcount.reports.budgets.baseline import from_text, merged
    from tokcount.reports.budgets.compute import CheckOptions
    from tokcount.reports.budgets.language import parse

    if not group.fail and not group.warn:
        raise UsageError(
            "no budgets: give --budget 'input_tokens.max <= 8000', or lists fail and warn in [tool.tokcount.check]."
        )
    values = [from_text(_read(path), str(path)) for path in _compared(group)]
    return CheckOptions(
        fail=tuple(map(parse, group.fail or ())),
        warn=tuple(map(parse, group.warn or ())),
        baseline=merged(values) if values else None,
        saving=group.save_baseline is not None,
        allow_unknown=group.allow_unknown,
        top=group.top,
    )


def _compared(group: GateGroup) -> list[Path]:
    """The baselines to compare with: not the one that is made anew, and under ``--allow-unknown`` those there are."""
    saved = group.save_baseline.resolve() if group.save_baseline else None
    others = [path for path in group.baseline or () if path.resolve() != saved]
    return [path for path in others if path.exists() or not group.allow_unknown]


def saved_reports(paths: Sequence[str] | None) -> list[Report]:
    """The reports that the paths name; none when they name logs. Raises `UsageError` when they name both."""
    from tokcount.render.json_report import load

    found = [path for path in paths or () if _is_report(Path(path))]
    if found and len(found) != len(paths or ()):
        raise UsageError(f"{found[0]} is a saved report: check reports, or logs, not both at once.")
    return [load(_read(Path(path)), path) for path in found]


def plan_for(options: CheckOptions, references: ReferenceGroup, run: RunGroup, catalog: Catalog) -> ScanPlan:
    """What to count: the targets of the run and of all budgets, and each record's own model where it is needed."""
    from tokcount.cli.inputs import families_of
    from tokcount.models.references import parse_reference
    from tokcount.reports.budgets.compute import needs_own
    from tokcount.scanning.plan import ScanPlan

    budgets = (*options.fail, *options.warn)
    asked = [budget.target for budget in budgets if budget.target not in (None, "own")]
    names = [name for name in (references.from_, *(references.to or ()), *asked) if name]
    given = {"has_targets": bool(references.to), "has_baseline": bool(references.from_)}
    if references.assume_model:
        parse_reference(references.assume_model, catalog)
    return ScanPlan(
        references=tuple(parse_reference(name, catalog) for name in dict.fromkeys(names)),
        own=not names or any(needs_own(budget, **given) for budget in budgets),
        assume_model=references.assume_model,
        engine=run.engine,
        catalog=catalog,
        families=families_of(references.families),
    )


def saved_values(verdicts: Sequence[Verdict]) -> tuple[str, list[str]]:
    """The baseline file for what was measured, and what is not in it because it is not known."""
    from tokcount.reports.budgets import baseline
    from tokcount.reports.budgets.compute import values

    known = values(verdicts)
    return baseline.to_text(known), [verdict.key for verdict in verdicts if verdict.key not in known]


def _is_report(path: Path) -> bool:
    if not path.is_file():
        return False  # opening a pipe would wait, and take away what it holds
    try:
        with path.open("rb") as file:
            return SAVED_REPORT.match(file.read(200)) is not None
    except OSError:
        return False  # whoever reads it as a log says why it cannot be read


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}; --save-baseline makes a baseline"
        ) from error


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
    asked = options_of(gate)
    reports = saved_reports(paths)
    if reports:
        passed = _check_reports(reports, asked, references, gate, run, output)
    else:
        passed = _check_logs(paths, asked, references, gate, read, prices, run, output)
    if not passed and not gate.exit_zero:
        raise typer.Exit(ExitCode.BUDGET)


def _check_reports(
    reports: list[Report],
    asked: CheckOptions,
    references: ReferenceGroup,
    gate: GateGroup,
    run: RunGroup,
    output: CheckOutputGroup,
) -> bool:
    from tokcount.reports.budgets import compute
    from tokcount.reports.budgets.from_reports import ReportSource, overview_of

    verdicts = compute.judge(ReportSource(reports, tuple(references.to or ())), asked)
    report = compute.report(verdicts, overview_of(reports))
    outputs.show(report, output)
    return _passed(report, verdicts, gate, run)


def _check_logs(
    paths: Sequence[str] | None,
    asked: CheckOptions,
    references: ReferenceGroup,
    gate: GateGroup,
    read: ReadGroup,
    prices: PriceGroup,
    run: RunGroup,
    output: CheckOutputGroup,
) -> bool:
    """Count and judge. Raises `DataError` when nothing was countable, and under ``--strict`` when not all was read."""
    from tokcount.reports.budgets import compute
    from tokcount.reports.budgets.from_scan import ScanSource
    from tokcount.reports.overview import overview

    job = Job(paths, read, prices, run, output, gate.save_baseline)
    references = job.with_auto(references)
    plan = plan_for(asked, references, run, job.catalog)
    frame = job.count(plan)
    passed = True
    if frame.height:
        source = ScanSource(frame, job.skipped, _context(job, plan, references, gate))
        verdicts = compute.judge(source, asked)
        report = compute.report(verdicts, overview(frame, job.skipped))
        job.show(report)
        passed = _passed(report, verdicts, gate, run)
    job.close(frame.height)
    return passed


def _context(job: Job, plan: ScanPlan, references: ReferenceGroup, gate: GateGroup) -> BudgetContext:
    from tokcount.cli.prices import as_of_day
    from tokcount.models.references import OWN
    from tokcount.reports.budgets.derived import BudgetContext

    return BudgetContext(
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
    from tokcount.render.writing import write

    text, unknown = saved_values(verdicts)
    write(text, gate.save_baseline)
    if unknown:
        inputs.say(f"not in the baseline, because not known: {', '.join(unknown)}", run)


def _summarise(report: Report, run: RunGroup) -> None:
    from tokcount.render.ci.github import add_summary

    try:
        add_summary(report, os.environ)
    except OSError as error:
        inputs.say(f"the summary of the job cannot be written: {error.strerror}", run)
