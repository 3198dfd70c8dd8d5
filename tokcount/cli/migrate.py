"""``tokcount migrate``: completions requests as chat, Responses or batch requests."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import typer

from tokcount.cli import inputs
from tokcount.cli.groups import with_groups
from tokcount.cli.job import Job
from tokcount.cli.migrate_options import MigrateGroup, check, options_of
from tokcount.cli.options import OwnGroup, Paths, PriceGroup, ReadGroup, RunGroup
from tokcount.cli.outputs import OutputGroup
from tokcount.errors import DataError, UsageError

if TYPE_CHECKING:
    from tokcount.analysis.migration import Factor
    from tokcount.migration.tally import Tokens
    from tokcount.migration.target import Target
    from tokcount.migration.work import Work
    from tokcount.scanning.plan import ScanPlan


@with_groups
def migrate(
    asked: MigrateGroup,
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    read: ReadGroup = ReadGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """Rewrite completions requests as chat, Responses or batch requests, and list what could not be carried over.

    The requests go to FILE (-o) and the report to standard output; without -o the requests go to standard output and
    the report to standard error. A prompt becomes one user message. What was written to a file is read back and
    counted. Records of other endpoints are not written, but listed.
    """
    from tokcount.migration.requests import Migrator
    from tokcount.migration.work import Work

    check(asked, output)
    job = Job(paths, read, prices, run, output, asked.lost)
    plan = _plan(asked, own, job)
    target = _target(asked, plan)
    job.warn(plan)
    factors = _factors(job, plan) if asked.scale_max_tokens else None
    work = Work(Migrator(target, options_of(asked, own, factors), job.catalog), plan)
    _write(job, work, asked)
    after = _read_back(plan, run, output)
    _report(job, work, target, asked, factors, after)
    job.skipped = work.skipped
    job.close(work.tally.records)
    left = work.tally.records - work.tally.migrated
    if read.strict and left:
        raise DataError(f"{left:,} records were not migrated (--strict).")


def _plan(asked: MigrateGroup, own: OwnGroup, job: Job) -> ScanPlan:
    """Each record under its own model and under the target."""
    from tokcount.scanning.plan import make_plan

    return make_plan(
        to=[asked.to],
        assume_model=own.assume_model,
        engine=job.run.engine,
        catalog=job.catalog,
        families=inputs.families_of(own.families),
    )


def _target(asked: MigrateGroup, plan: ScanPlan) -> Target:
    from tokcount.migration.target import target_of

    target = target_of(plan.references[0], asked.api)
    if asked.system is not None and not target.takes_system:
        raise UsageError(f"--system: {target.model} takes no system messages; leave it out.")
    return target


def _factors(job: Job, plan: ScanPlan) -> list[Factor]:
    """What limits of output tokens are multiplied by, from a first reading of the log."""
    from tokcount.analysis.migration import output_factors
    from tokcount.models.names import find

    inputs.need_files(job.sources, "--scale-max-tokens")

    def encoding_of(model: str | None) -> str | None:
        names = filter(None, (model, plan.assume_model))
        found = next((found for name in names if (found := find(name, plan.catalog))), None)
        return found.model.encoding if found else None

    factors = output_factors(job.count(plan), plan.references[0].label, encoding_of)
    if not factors:
        raise DataError("the log holds no outputs of a known model to measure; leave out --scale-max-tokens.")
    return factors


def _write(job: Job, work: Work, asked: MigrateGroup) -> None:
    """Write the requests, and what was lost of them; nothing at all when there is nothing to migrate."""
    from tokcount.cli.progress import advances_for
    from tokcount.logs.reader import Note, read
    from tokcount.output.writing import destination

    notes: list[Note] = []
    shown = not (job.run.quiet or job.run.no_progress)
    with ExitStack() as opened:
        advance = opened.enter_context(advances_for(job.sources, shown=shown))
        requests = opened.enter_context(destination(job.output.output))
        lost = opened.enter_context(destination(asked.lost)) if asked.lost else None
        work.run(read(job.sources, job.options, notes, advance), requests, lost)
        if not work.tally.migrated:
            raise DataError(f"{inputs.named(job.sources)}: nothing to migrate: {_instead(work)}.")
    for warning in (*work.warnings, *(f"{note.source}:{note.line} {note.text}" for note in notes)):
        inputs.say(warning, job.run)


def _instead(work: Work) -> str:
    """What the log holds instead."""
    if work.tally.left:
        return "; ".join(f"{places.records:,} {reason}" for reason, places in work.tally.left.items())
    if work.skipped.total:
        return inputs.skipped_sentence(work.skipped)
    return "no records; 'tokcount formats' shows what it holds"


def _read_back(plan: ScanPlan, run: RunGroup, output: OutputGroup) -> Tokens | None:
    """The tokens of the file that was written, counted anew; ``None`` where there is none to read."""
    import msgspec

    from tokcount.logs.options import ReadOptions
    from tokcount.migration.tally import Tokens
    from tokcount.scanning.frame import joined

    if output.output is None or not output.output.is_file():
        return None
    sources = inputs.sources_of([str(output.output)])
    result = inputs.scan(sources, msgspec.structs.replace(plan, own=False), ReadOptions(), run)
    after = Tokens()
    for block in result.blocks:
        after.add(joined([block]), plan.references[0].label)
    return after


def _report(
    job: Job,
    work: Work,
    target: Target,
    asked: MigrateGroup,
    factors: list[Factor] | None,
    after: Tokens | None,
) -> None:
    """The report, where the requests are not."""
    from tokcount.analysis.migration import Written, report
    from tokcount.output.interface import render
    from tokcount.output.terminal import surface_of

    output = job.output
    to_stdout = output.output is None or str(output.output) == "-"
    written = Written(
        path=None if to_stdout else str(output.output),
        form="batch" if asked.batch else "pairs" if asked.with_responses else "requests",
        system=asked.system is not None,
        split=asked.split is not None,
    )
    made = report(
        work.tally,
        target,
        written,
        work.skipped,
        factors=factors,
        before=work.before,
        predicted=work.predicted,
        after=after,
    )
    if not to_stdout:
        job.show(made, dataclasses.replace(output, output=None))
    elif not job.run.quiet:
        typer.echo(render(made, output.format, surface_of(sys.stderr, output.color)), nl=False, err=True)
        job.is_told = output.format == "table"
