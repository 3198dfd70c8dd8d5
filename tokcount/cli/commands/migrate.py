"""`tokcount migrate`: rewrite the requests of a log for another model, another endpoint, or a batch."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from tokcount.cli import inputs
from tokcount.cli.job import Job
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import OwnGroup, Paths, PriceGroup, RunGroup
from tokcount.cli.outputs import Output, RequestOutputGroup
from tokcount.cli.selecting import SelectGroup
from tokcount.errors import DataError, ExitCode, UsageError

if TYPE_CHECKING:
    from tokcount.reports.migrate import run as migrating
    from tokcount.reports.migrate.compute import Factor
    from tokcount.reports.migrate.report import MigrationReport
    from tokcount.reports.migrate.requests import Options
    from tokcount.reports.migrate.run import MigrationRun
    from tokcount.reports.migrate.target import MigrationTarget
    from tokcount.scanning.plan import ScanPlan


class MigrateGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The form of the new requests."""

    to: Annotated[str, typer.Option("--to", help="Target model of the new requests.", metavar="MODEL")]
    endpoint: Annotated[
        Literal["chat", "responses"] | None,
        typer.Option(
            "--endpoint",
            "--api",
            help="Write chat or Responses requests. Default: that of the log (chat for completions), if the model is "
            "served there.",
            show_default=False,
        ),
    ] = None
    batch: Annotated[bool, typer.Option("--batch", help="Write Batch API lines, each with a custom_id.")] = (
        False
    )
    split: Annotated[
        Literal["roles"] | None,
        typer.Option("--split", help="Split prompts that are plain-text conversations into chat messages."),
    ] = None
    system: Annotated[
        str | None,
        typer.Option(
            "--system",
            help="Add a system message before each prompt: a text, or the name of a file.",
            metavar="TEXT|FILE",
        ),
    ] = None
    scale_max_tokens: Annotated[
        bool,
        typer.Option(
            "--scale-max-tokens",
            help="Multiply max_tokens by the drift of the log's outputs; reads the log twice.",
        ),
    ] = False
    with_responses: Annotated[
        bool,
        typer.Option(
            "--with-responses",
            help="Also write the logged answers; fine-tuning files become chat fine-tuning files.",
        ),
    ] = False
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Write the report alone. Default on a terminal without -o FILE.",
            show_default=False,
        ),
    ] = False
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Write the report alone, and exit with 1 if anything would be dropped, changed or not migrated.",
        ),
    ] = False
    lost: Annotated[
        Path | None,
        typer.Option(
            "--lost",
            help="Write everything that was dropped or not migrated to FILE, one JSON line each.",
            metavar="FILE",
        ),
    ] = None


def check(asked: MigrateGroup, output: RequestOutputGroup) -> None:
    """Raise `UsageError` for options that contradict each other."""
    if asked.batch and asked.with_responses:
        raise UsageError("--batch files contain only requests: remove --with-responses.")
    if asked.lost is not None and str(asked.lost) == "-":
        raise UsageError("--lost -: choose a different file from the output.")
    for name, given in (("--check", asked.check), ("--dry-run", asked.dry_run)):
        if given and output.output is not None:
            raise UsageError(f"{name} writes no requests: remove -o.")


def is_dry(asked: MigrateGroup, output: Output) -> bool:
    """Whether only the report is wanted. Requests hold the text of prompts, which no terminal shows unasked."""
    return asked.check or asked.dry_run or (output.output is None and sys.stdout.isatty())


def options_of(asked: MigrateGroup, own: OwnGroup, factors: list[Factor] | None) -> Options:
    """The options of the migration. Raises `UsageError` for a system message that cannot be read."""
    from tokcount.reports.migrate.requests import Options

    return Options(
        batch=asked.batch,
        split=asked.split is not None,
        system=None if asked.system is None else _text_of(asked.system),
        answers=asked.with_responses,
        factors=None if factors is None else {factor.encoding: factor.factor for factor in factors},
        assume_model=own.assume_model,
    )


def _text_of(given: str) -> str:
    """The text itself, or the content of the file of this name without its final line break."""
    if not os.path.isfile(given):  # noqa: PTH113 - a long text is not a path, and not an error
        return given
    try:
        return Path(given).read_text("utf-8").removesuffix("\n")
    except OSError as error:
        raise UsageError(f"--system {given}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--system {given}: is not UTF-8 text.") from error


@with_groups
def migrate(
    asked: MigrateGroup,
    paths: Paths = None,
    own: OwnGroup = OwnGroup(),
    read: SelectGroup = SelectGroup(),
    prices: PriceGroup = PriceGroup(),
    run: RunGroup = RunGroup(),
    output: RequestOutputGroup = RequestOutputGroup(),
) -> None:
    """Rewrite the requests of a log for another model or endpoint, and list what was lost.

    With -o FILE, the requests go to the file and the report to standard output; without it, the requests go to
    standard output and the report to standard error; on a terminal, the report is all. The new requests are read back
    and counted. What the API or the model would refuse is never written.
    """
    check(asked, output)
    job = Job(paths, read, prices, run, output)
    plan = _plan(asked, own, job)
    job.begin(plan)

    from tokcount.reports.migrate import run as migrating

    target = _target(asked, plan)
    job.warn(plan)
    factors = _factors(job, plan) if asked.scale_max_tokens else None
    work = migrating.Job(
        target=target,
        options=options_of(asked, own, factors),
        plan=job.selecting(plan),
        catalog=job.catalog,
        keep_copies=read.keep_copies,
    )
    migration = _write(job, work, asked)
    made = _report(job, migration, target, asked, factors)
    job.close(migration.stats.records, migration.skipped)
    left = migration.stats.records - migration.stats.migrated
    if read.strict and left:
        from tokcount.reports.phrases import counted

        records = counted(left, "record was", "records were")
        raise DataError(f"{records} not migrated (--strict).")
    if asked.check and made.loses:
        raise typer.Exit(ExitCode.BUDGET)


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


def _target(asked: MigrateGroup, plan: ScanPlan) -> MigrationTarget:
    from tokcount.reports.migrate.target import target_of

    target = target_of(plan.references[0], asked.endpoint, plan.catalog)
    if asked.system is not None and not target.takes_system:
        raise UsageError(f"--system: {target.model} does not accept system messages; remove --system.")
    return target


def _factors(job: Job, plan: ScanPlan) -> list[Factor]:
    """The factors for limits on output tokens, measured by reading the log once."""
    from tokcount.models.resolve import first_known
    from tokcount.reports.migrate.compute import output_factors

    inputs.need_files(job.sources, "--scale-max-tokens")

    def encoding_of(model: str | None) -> str | None:
        found = first_known((model,), plan.catalog, assumed=plan.assume_model)
        return found.model.encoding if found else None

    frame, _ = job.count(plan)
    factors = output_factors(frame, plan.references[0].label, encoding_of)
    if not factors:
        raise DataError("the log has no outputs of a known model to measure; remove --scale-max-tokens.")
    return factors


def _write(job: Job, work: migrating.Job, asked: MigrateGroup) -> MigrationRun:
    """Write the requests, and what was lost of them; nothing at all when there is nothing to migrate."""
    from tokcount.cli.progress import progress_for
    from tokcount.render.writing import destination
    from tokcount.reports.migrate import run as migrating

    shown = not (job.run.quiet or job.run.no_progress)
    with ExitStack() as opened:
        progress = opened.enter_context(progress_for(job.sources, shown=shown))
        dry = is_dry(asked, job.output)
        requests = Nowhere() if dry else opened.enter_context(destination(job.output.output))
        losses = opened.enter_context(destination(asked.lost)) if asked.lost else None
        migration = migrating.run(
            work,
            job.sources,
            job.options,
            requests,
            losses,
            jobs=job.run.jobs,
            progress=progress,
            workers=job.workers(),
        )
        if not migration.stats.migrated and not (asked.check and migration.stats.records):
            raise DataError(f"{inputs.named(job.sources)}: nothing to migrate: {_instead(migration)}.")
        if asked.batch and len(migration.stats.endpoints) > 1:
            raise DataError(
                f"{inputs.named(job.sources)}: a batch is for one endpoint, and the log has requests for chat and for "
                "Responses: add --endpoint responses, or --where to select some."
            )
    for warning in migration.warnings:
        inputs.say(warning, job.run)
    return migration


def _instead(migration: MigrationRun) -> str:
    """What the log holds instead."""
    from tokcount.reports.phrases import counted

    left = migration.stats.left
    if left:
        records = {reason: counted(places.records, "record", "records") for reason, places in left.items()}
        return "; ".join(f"{number}: {reason}" for reason, number in records.items())
    if migration.skipped.total:
        return inputs.skipped_sentence(migration.skipped)
    return "no records; 'tokcount formats' shows what it holds"


def _report(
    job: Job,
    migration: MigrationRun,
    target: MigrationTarget,
    asked: MigrateGroup,
    factors: list[Factor] | None,
) -> MigrationReport:
    """Show the report where the requests are not, and return it."""
    from tokcount.render.emit import render
    from tokcount.render.terminal import target_of
    from tokcount.render.writing import is_stdout
    from tokcount.reports.migrate.compute import report
    from tokcount.reports.migrate.report import Written
    from tokcount.reports.views import document_of

    output = job.output
    dry = is_dry(asked, output)
    to_stdout = is_stdout(output.output)
    written = Written(
        path=None if to_stdout else str(output.output),
        dry_run=dry,
        form="batch" if asked.batch else "pairs" if asked.with_responses else "requests",
        system=asked.system is not None,
        split=asked.split is not None,
    )
    made = report(migration.stats, target, written, migration.skipped, factors=factors)
    if dry or not to_stdout:
        job.show(made, msgspec.structs.replace(output, output=None))
    elif not job.run.quiet:
        shown = render(document_of(made), output.format, target_of(sys.stderr, output.color))
        typer.echo(shown, nl=False, err=True)
        job.already_shown = output.format == "table"
    return made


class Nowhere(BytesIO):
    """A file that keeps nothing."""

    def write(self, data: Any) -> int:
        """The size of the data, as if it had been written."""
        return len(data)
