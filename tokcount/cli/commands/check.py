"""`tokcount check`: check logs or saved reports against budgets."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tokcount.cli import inputs, outputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import CONFIG_KEY, with_groups
from tokcount.cli.options import BudgetGroup, Paths, PriceGroup, ReferenceGroup, RunGroup
from tokcount.cli.outputs import CheckOutputGroup
from tokcount.cli.prices import AnswerGroup, answers_of
from tokcount.cli.selecting import SelectGroup, check_skipped, most_skipped, selection_of, skipped_share
from tokcount.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tokcount.logs.source import Source
    from tokcount.reports.budgets.baseline import SavedBaseline
    from tokcount.reports.budgets.report import CheckReport
    from tokcount.reports.budgets.sources.from_scan import BudgetContext, ScanSource
    from tokcount.reports.budgets.verdict import CheckOptions, Verdict
    from tokcount.reports.cost.charging.answers import Answers
    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan


def options_of(
    group: BudgetGroup, selection: str = "", accepted_unread: Decimal | None = None
) -> CheckOptions:
    """Parse the budgets. Raises `UsageError` for a wrong budget, for none, and for a baseline that does not fit.

    `selection` is that of the records which are checked, as reports name it; `accepted_unread`: see `CheckOptions`.
    """
    from tokcount.reports.budgets.language import parse
    from tokcount.reports.budgets.verdict import MOST_UNKNOWN, CheckOptions

    if not group.fail and not group.warn:
        raise UsageError(
            "no budgets: pass --budget 'input_tokens.max <= 8000', or set fail or warn in [tool.tokcount.check]."
        )
    return CheckOptions(
        fail=tuple(map(parse, group.fail or ())),
        warn=tuple(map(parse, group.warn or ())),
        baseline=_baseline(group, selection),
        saving=group.save_baseline is not None,
        allow_unknown=group.allow_unknown,
        most_unknown=MOST_UNKNOWN if group.max_unknown is None else _most_unknown(group.max_unknown),
        accepted_unread=accepted_unread or Decimal(0),
        top=group.top,
    )


def _most_unknown(text: str) -> Decimal:
    return skipped_share(text, "--max-unknown")


def _baseline(group: BudgetGroup, selection: str) -> SavedBaseline | None:
    """The values to compare with; `None`: none are asked for, or their file is missing and must not be.

    Where the first run may not find one, every budget that is relative to it is new. Raises `UsageError` for a file
    that is not a baseline, or one of other records.
    """
    from tokcount.reports.budgets.baseline import conditions_of, from_text, merged, need_same_records

    paths = _compared(group)
    found = [path for path in paths if path.exists()]
    saved = {str(path): from_text(_read(path), str(path)) for path in found}
    for name, baseline in saved.items():
        need_same_records(baseline, conditions_of(selection), name)
    is_expected = group.baseline_missing == "fail" and len(found) < len(paths)
    return None if not paths or is_expected else merged(list(saved.values()))


def baseline_notes(group: BudgetGroup, baseline: SavedBaseline | None) -> list[str]:
    """What to know about the baselines: those that do not exist, and that one is too old to have values of files."""
    missing = [path for path in _compared(group) if not path.exists()]
    notes = [
        f"{path} does not exist: budgets relative to it are not judged; save it with --save-baseline {path}"
        for path in missing
    ]
    if baseline is None or not baseline.values or baseline.sources:
        return notes
    named = ", ".join(str(path) for path in _compared(group) if path not in missing)
    return [*notes, f"{named} has no values of files: which one grew is not known until it is saved again"]


def _compared(group: BudgetGroup) -> list[Path]:
    """The baselines to compare with: not the one being saved."""
    saved = group.save_baseline.resolve() if group.save_baseline else None
    return [path for path in group.baseline or () if path.resolve() != saved]


def plan_for(options: CheckOptions, references: ReferenceGroup, job: Job) -> ScanPlan:
    """What to count: all targets of the run and of the budgets, and each record's own model if a budget needs it."""
    from tokcount.cli.inputs import families_of
    from tokcount.models.references import AUTO, parse_reference
    from tokcount.reports.budgets.compute import needs_own
    from tokcount.reports.budgets.metrics import METRICS
    from tokcount.scanning.plan import ScanPlan, auto_day

    budgets = (*options.fail, *options.warn)
    asked = [budget.target for budget in budgets if budget.target not in (None, "own")]
    targets = [name for name in (*(references.to or ()), *asked) if name]
    auto = auto_day(references.from_, targets, job.today)
    names = [name for name in (references.from_, *targets) if name and name != AUTO]
    given = {"has_targets": bool(references.to), "has_baseline": bool(references.from_)}
    if references.assume_model:
        parse_reference(references.assume_model, job.catalog)
    return ScanPlan(
        references=tuple(parse_reference(name, job.catalog) for name in dict.fromkeys(names)),
        own=not (names or auto) or any(needs_own(budget, **given) for budget in budgets),
        auto=auto,
        assume_model=references.assume_model,
        engine=job.run.engine,
        catalog=job.catalog,
        families=families_of(references.families),
        verdicts=any("breaks" in METRICS[budget.metric].needs for budget in budgets),
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read: {error.strerror}; create a baseline with --save-baseline"
        ) from error


@with_groups
def check(
    ctx: typer.Context,
    paths: Paths = None,
    budgets: BudgetGroup = BudgetGroup(),
    references: ReferenceGroup = ReferenceGroup(),
    answers: AnswerGroup = AnswerGroup(),
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: CheckOutputGroup = CheckOutputGroup(),
) -> None:
    """Check a log or saved reports against token and cost budgets. Exits with 1 if a budget is broken.

    A budget is METRIC.AGGREGATE OP LIMIT [where ...] [for TARGET], such as "input_tokens.p95 <= 8000",
    "cost.total <= baseline + 5%" or "drift.total <= 15% for gpt-5.6-luna". Budgets come from --budget and --warn, or
    from fail and warn in [tool.tokcount.check]. A budget whose value is unknown is broken, unless --allow-unknown.
    """
    if budgets.against is not None and (budgets.baseline or budgets.save_baseline):
        raise UsageError("--against compares with a revision, --baseline with a file; use one of them.")
    reports = inputs.saved_reports(paths)
    job = None if reports else Job(paths, read, prices, run, output)
    if job is not None:
        job.begin()
    if (config := ctx.meta.get(CONFIG_KEY)) is not None:
        from tokcount.cli.settings import load

        load(config.path, "check")  # with its budgets
    selection = selection_of(read)
    options = options_of(
        budgets, selection.text if selection else _selected(list(reports.values())), most_skipped(read)
    )
    for sentence in baseline_notes(budgets, options.baseline):
        inputs.say(sentence, run)
    if job is not None:
        passed = _check_logs(job, options, references, budgets, answers_of(answers))
    else:
        if selection is not None:
            raise UsageError("--where, --since and --until select records of logs, not of saved reports.")
        if budgets.against is not None:
            raise UsageError("--against compares files with those of a revision, not saved reports.")
        if answers_of(answers) is not None:
            raise UsageError(
                "--reasoning-tokens and --output-scale change the costs of logs, not those of saved reports."
            )
        passed = _check_reports(reports, options, references, budgets, run, output)
        check_skipped(read, *_items_of(list(reports.values())))
    if not passed and not budgets.exit_zero:
        raise typer.Exit(ExitCode.BUDGET)


def _check_reports(
    reports: Mapping[str, Report],
    options: CheckOptions,
    references: ReferenceGroup,
    budgets: BudgetGroup,
    run: RunGroup,
    output: CheckOutputGroup,
) -> bool:
    """Judge saved reports; whether all budgets of level fail passed."""
    from tokcount.reports.budgets import compute
    from tokcount.reports.budgets.sources.from_reports import ReportSource, overview_of, together

    targets = ReportSource(list(reports.values()), tuple(references.to or ())).targets
    named = tuple(target for target in targets if target is not None)
    sources = {name: ReportSource([report], named) for name, report in reports.items()}
    verdicts = compute.judge_each(sources, options)
    apart = [reports[name] for name in dict.fromkeys(verdict.report for verdict in verdicts) if name]
    report = compute.report(verdicts, together(apart) if apart else overview_of(list(reports.values())))
    outputs.show(report, output)
    return _finish(report, verdicts, budgets, run)


def _items_of(reports: Sequence[Report]) -> tuple[int, int]:
    """Records that were read, and items that were skipped."""
    from tokcount.reports.budgets.sources.from_reports import ReportSource, overview_of
    from tokcount.reports.overview import not_read

    records, reasons = ReportSource([overview_of(reports)]).read
    return records, not_read(reasons)


def _check_logs(
    job: Job,
    options: CheckOptions,
    references: ReferenceGroup,
    budgets: BudgetGroup,
    answers: Answers | None,
) -> bool:
    """Count logs and judge them; whether all budgets of level fail passed.

    Raises `DataError` if nothing was countable, or if more was skipped than is allowed.
    """
    from tokcount.reports.budgets import compute, earlier
    from tokcount.reports.budgets.sources.from_scan import ScanSource
    from tokcount.reports.overview import overview

    plan = job.selecting(plan_for(options, references, job))
    context = _context(job, plan, references, budgets, answers)
    if budgets.against is not None:
        options, sentence = earlier.compared_with(
            budgets.against, job.paths, options, lambda files: _measured(job, plan, context, files)
        )
        inputs.say(sentence, job.run)
    frame, skipped = job.count(plan)
    passed = True
    if frame.height:
        source = ScanSource(frame, skipped, context)
        verdicts = compute.judge(source, options)
        report = compute.report(verdicts, overview(frame, skipped, plan.catalog, plan.assumed))
        job.show(report)
        passed = _finish(report, verdicts, budgets, job.run)
    job.close(frame.height, skipped)
    return passed


def _measured(job: Job, plan: ScanPlan, context: BudgetContext, sources: list[Source]) -> ScanSource | None:
    from tokcount.reports.budgets.sources.from_scan import ScanSource

    frame, skipped = job.count(plan, sources)
    return ScanSource(frame, skipped, context) if frame.height else None


def _context(
    job: Job, plan: ScanPlan, references: ReferenceGroup, budgets: BudgetGroup, answers: Answers | None
) -> BudgetContext:
    from tokcount.cli.prices import as_of_day, region_of
    from tokcount.models.references import OWN
    from tokcount.reports.budgets.sources.from_scan import BudgetContext
    from tokcount.reports.budgets.sources.volumes import load
    from tokcount.reports.cost.charging.answers import AS_LOGGED
    from tokcount.reports.period import span_of

    return BudgetContext(
        baseline=references.from_ or OWN,
        targets=tuple(references.to or ()),
        today=job.today,
        as_of=as_of_day(budgets.as_of, job.today),
        region=region_of(budgets.region),
        records_per_month=budgets.records_per_month,
        span=span_of(plan.selection, job.today),
        assume_model=plan.assume_model,
        answers=answers or AS_LOGGED,
        cost_from=budgets.cost_from,
        catalog=plan.catalog,
        volumes=load(budgets.volumes) if budgets.volumes else None,
    )


def _finish(report: CheckReport, verdicts: list[Verdict], budgets: BudgetGroup, run: RunGroup) -> bool:
    """Save the baseline and the job summary; whether all budgets of level fail passed."""
    if budgets.save_baseline:
        _save(verdicts, _selected([report]), budgets.save_baseline, run)
    _summarise(report, run)
    return report.passed


def _selected(reports: Sequence[Report]) -> str:
    """The selection of the first report that has one."""
    found = (getattr(report, "selection", None) for report in reports)
    return next((selection.conditions for selection in found if selection), "")


def _save(verdicts: list[Verdict], selection: str, path: Path, run: RunGroup) -> None:
    from tokcount.render.writing import write
    from tokcount.reports.budgets.earlier import saved_text

    write(saved_text(verdicts, selection), path)
    unknown = [verdict.key for verdict in verdicts if verdict.value is None or not verdict.is_known]
    if unknown:
        inputs.say(f"left out of the baseline because unknown: {', '.join(unknown)}", run)


def _summarise(report: Report, run: RunGroup) -> None:
    from tokcount.render.ci.github import add_summary
    from tokcount.reports.views import document_of

    try:
        add_summary(document_of(report), os.environ)
    except OSError as error:
        inputs.say(f"the job summary cannot be written: {error.strerror}", run)
