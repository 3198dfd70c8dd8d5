"""Run a migration: write the requests and the losses in the order of the log, and count tokens before and after.

Everything happens in one pass over the log. Large files are migrated in several processes, part by part; the parts are
written in order by this one. The ids of batch lines must differ over the whole run, so batch files are
written by one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from tokcount.logs.format import Location, NeedsWhole
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import FileWarning, read
from tokcount.logs.record import DUPLICATE, Record
from tokcount.logs.source import Source
from tokcount.models.catalog import Catalog
from tokcount.models.references import OWN
from tokcount.reports.migrate.differences import Difference, reason_of
from tokcount.reports.migrate.lines import json_line, lines_of, losses_of
from tokcount.reports.migrate.requests import Migrated, Migrator, Options
from tokcount.reports.migrate.stats import MigrationStats, Tokens, inputs_of, tokens_of
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.scanning.copies import FirstPlaces, copies_left_out, identity
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.parts.feeding import in_blocks
from tokcount.scanning.parts.tasks import Progress, Task, read_whole, tasks_of
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import Chunk, SkippedSummary, records_of
from tokcount.scanning.run import UNSUITED, Summary, in_order, processes_for, summed

if TYPE_CHECKING:
    from tokcount.processes import Workers

RECORDS_AT_ONCE: Final = 2_000
"""Records whose tokens are added up at a time."""
READ_BACK_BYTES: Final = 1 << 20
"""Written requests that wait to be read back together."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to migrate records to and how to count them; picklable.

    `plan` counts each record under its own model and under the target. `keep_copies`: migrate every copy of a call, not
    only the first.
    """

    target: MigrationTarget
    options: Options
    plan: ScanPlan
    catalog: Catalog | None = None
    keep_copies: bool = False


class Outcome(msgspec.Struct):
    """What became of one record: the lines to write, as bytes instead of those in `migrated`."""

    place: Location
    migrated: Migrated
    lines: list[bytes]
    identity: int
    """See `tokcount.scanning.copies.identity`."""


class Sums(msgspec.Struct):
    """Tokens of some records, see `MigrationStats`."""

    before: Tokens
    predicted: Tokens
    after: Tokens
    differences: dict[str, Difference]


class MigrationWorker:
    """Migrates and counts the records of one process, one after the other."""

    def __init__(self, job: Job) -> None:
        self._migrator = Migrator(job.target, job.options, job.catalog)
        self._counter = RecordCounter(job.plan)
        self._label = job.plan.references[0].label
        self._options = job.options
        self._after = RecordCounter(msgspec.structs.replace(job.plan, own=False, selection=None))
        self._reasons: list[str] = []
        """For each counted record, why what is written for it may differ."""
        self._written: list[bytes] = []
        self._owners: list[int] = []
        """For each line that waits to be read back, the place of its record in `_reasons`."""
        self._read: list[int] = []
        """The same for each line that was read back."""
        self.warnings = self._counter.warnings
        self.selection = job.plan.selection

    def migrate(self, record: Record) -> Outcome:
        """Make the requests of a record, and count it if it has some."""
        migrated = self._migrator.migrate(record)
        lines = lines_of(migrated)
        if lines:
            self._counter.add(record)
            self._written += lines
            self._owners += [len(self._reasons)] * len(lines)
            self._reasons.append(reason_of(record, migrated, self._options))
            if sum(map(len, self._written)) > READ_BACK_BYTES:
                self._read_back()
        place = Location(record.source, record.line, record.index)
        return Outcome(place, msgspec.structs.replace(migrated, lines=[]), lines, identity(record))

    def take(self) -> Sums:
        """The tokens of all records since the last call."""
        self._read_back()
        columns, written = self._counter.take(), self._after.take()
        differences = self._differences(inputs_of(columns, self._label), inputs_of(written, self._label))
        self._reasons, self._read = [], []
        return Sums(
            tokens_of(columns, OWN),
            tokens_of(columns, self._label),
            tokens_of(written, self._label),
            differences,
        )

    def process(self, records: Iterable[Record]) -> tuple[list[Outcome], Sums]:
        """The outcomes of a part of a log, in order, and its tokens."""
        outcomes = [self.migrate(record) for record in records]
        return outcomes, self.take()

    def _differences(self, predicted: list[int], written: list[int]) -> dict[str, Difference]:
        """Why the requests of a record do not have the tokens that were predicted for it."""
        found = dict(enumerate(predicted))
        for owner, tokens in zip(self._read, written, strict=True):
            found[owner] -= tokens
        differences: dict[str, Difference] = {}
        for owner, tokens in found.items():
            if tokens:
                differences.setdefault(self._reasons[owner], Difference()).add(Difference(1, -tokens))
        return differences

    def _read_back(self) -> None:
        """Count what was written as any log is read."""
        written = _Written("written.jsonl", data=b"".join(self._written))
        for record in records_of(read([written]), SkippedSummary()):
            self._after.add(record)
            self._read.append(self._owners[record.line - 1])
        self._written, self._owners = [], []


class _Written(Source, frozen=True):
    """A file that is held in memory."""

    data: bytes = b""

    def open(self) -> BinaryIO:
        return BytesIO(self.data)


class MigrationRun:
    """Takes what became of the records, in order, writes it, and keeps nothing but numbers and locations.

    One JSON line for each thing that was lost goes to `losses`.
    """

    def __init__(
        self, requests: BinaryIO, losses: BinaryIO | None = None, *, keep_copies: bool = False
    ) -> None:
        self.stats = MigrationStats()
        self._calls: FirstPlaces | None = None if keep_copies else {}
        self._summary = Summary()
        self._requests, self._losses = requests, losses

    @property
    def skipped(self) -> SkippedSummary:
        """Everything that was skipped."""
        return self._summary.skipped

    @property
    def warnings(self) -> list[str]:
        """Warnings for the user, one line each."""
        return self._summary.lines()

    def add(self, chunk: Chunk[tuple[list[Outcome], Sums]]) -> None:
        """Write the outcomes of the next part of a file. Raises `NeedsWhole` when it holds a copy of a call.

        Its tokens are in the sums of the part already.
        """
        offset = self._summary.add(chunk)
        outcomes, sums = chunk.result
        for outcome in outcomes:
            outcome.place.line += offset
            if self._calls is not None and outcome.identity:
                if outcome.identity in self._calls:
                    raise NeedsWhole(DUPLICATE, whole_run=True)
                self._calls[outcome.identity] = f"{outcome.place.source}:{outcome.place.line}"
            self._write(outcome)
        self._add_up(sums)

    def stream(self, worker: MigrationWorker, task: Task, options: ReadOptions, progress: Progress) -> None:
        """Migrate whole files in this process, record by record."""
        notes: list[FileWarning] = []
        skipped = SkippedSummary()
        items = read_whole(task, options, notes, progress)
        if self._calls is not None:
            items = copies_left_out(items, self._calls)
        for number, record in enumerate(records_of(items, skipped, worker.selection), start=1):
            self._write(worker.migrate(record))
            if number % RECORDS_AT_ONCE == 0:
                self._add_up(worker.take())
        self._add_up(worker.take())
        self._summary.add(Chunk(None, skipped, notes=notes, warnings=worker.warnings))

    def _write(self, outcome: Outcome) -> None:
        lines = b"".join(outcome.lines)
        self._requests.write(lines)
        self.stats.add(outcome.place, outcome.migrated, len(outcome.lines), len(lines))
        if self._losses is not None:
            self._losses.write(b"".join(map(json_line, losses_of(outcome.place, outcome.migrated))))

    def _add_up(self, sums: Sums) -> None:
        self.stats.before.add(sums.before)
        self.stats.predicted.add(sums.predicted)
        self.stats.after.add(sums.after)
        for reason, difference in sums.differences.items():
            self.stats.differences.setdefault(reason, Difference()).add(difference)


def run(
    job: Job,
    sources: Sequence[Source],
    options: ReadOptions,
    requests: BinaryIO,
    losses: BinaryIO | None = None,
    *,
    jobs: int | None = 1,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> MigrationRun:
    """Migrate all records of the sources.

    Several processes (`jobs`, by default one per core) need a file for the requests: when a part turns out to hold a
    format, or a copy of a call, that only the whole log can show, what was written is taken back and one process starts
    again. `workers`: those to use, if they have been started.
    """
    jobs = 1 if job.options.batch else processes_for(sources, jobs)
    if jobs > 1 and requests.seekable():
        outputs = [file for file in (requests, losses) if file is not None]
        starts = [file.tell() for file in outputs]
        try:
            begun = _begun(job, requests, losses)
            return _in_processes(begun, job, sources, options, jobs, progress, workers)
        except UNSUITED:
            for file, start in zip(outputs, starts, strict=True):
                file.seek(start)
                file.truncate()
    migration = _begun(job, requests, losses)
    migration.stream(MigrationWorker(job), Task(tuple(sources)), options, summed(progress))
    return migration


def _begun(job: Job, requests: BinaryIO, losses: BinaryIO | None) -> MigrationRun:
    return MigrationRun(requests, losses, keep_copies=job.keep_copies)


def _in_processes(
    migration: MigrationRun,
    job: Job,
    sources: Sequence[Source],
    options: ReadOptions,
    jobs: int,
    progress: Callable[[int], None] | None,
    workers: Workers | None,
) -> MigrationRun:
    """Files in parts or blocks go through the pool; what other files hold has no bound and is streamed here."""
    from tokcount.processes import Pool

    here: MigrationWorker | None = None
    with Pool(partial(MigrationWorker, job), jobs, progress, workers) as pool:
        pool.begin()
        for source in sources:
            tasks = tasks_of(source, options, alone=len(sources) > 1)
            with in_blocks(tasks[0], options, pool.advance) as blocks:
                parts = iter(tasks) if tasks[0].span is not None else blocks
                if parts is not None:
                    for chunk in in_order(pool, parts, options, jobs):
                        migration.add(chunk)
                    continue
            here = here or MigrationWorker(job)
            migration.stream(here, tasks[0], options, pool.advance)
    return migration
