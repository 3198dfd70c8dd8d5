"""The run over logs that all counting commands share: read options, count, write, report what was skipped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from tokcount.cli import inputs, outputs, targets
from tokcount.cli import prices as clock
from tokcount.cli.options import PriceGroup, RunGroup
from tokcount.cli.outputs import Output
from tokcount.cli.prices import catalog_of
from tokcount.cli.selecting import SelectGroup, check_skipped, most_skipped, selection_of
from tokcount.errors import DataError

if TYPE_CHECKING:
    import polars as pl

    from tokcount.logs.source import Source
    from tokcount.processes import Workers
    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


class Job:
    """The logs of one command and how they are read. Call `begin` before importing what needs polars.

    `already_shown`: the report on this terminal has listed the skipped items. Raises `UsageError` for contradictory
    options.
    """

    def __init__(
        self,
        paths: Sequence[str] | None,
        read: SelectGroup,
        prices: PriceGroup,
        run: RunGroup,
        output: Output,
        *,
        per_record: bool = False,
    ) -> None:
        outputs.check_format(output, per_record=per_record)
        self.run, self.output = run, output
        self.today = clock.today()
        self.catalog = catalog_of(prices)
        self.paths = tuple(paths or ())
        self.sources = inputs.sources_of(paths, quiet=run.quiet, ignore=not read.no_ignore)
        self._workers: Workers | None = None
        self.options = inputs.read_options(read)
        self.selection = selection_of(read)
        most_skipped(read)
        self._read = read
        self._assumed: list[str] = []
        self.already_shown = False
        if read.skipped is not None:
            inputs.need_files(self.sources, "--skipped")

    def begin(self, plan: ScanPlan | None = None) -> None:
        """Start the processes that will count, with what the plan needs loaded, so that not each has to do that."""
        from tokcount.scanning.run import load, processes_for

        if (processes := processes_for(self.sources, self.run.jobs)) == 1:
            return
        from tokcount.processes import Workers

        needs = partial(load, self.sources, plan, self.options) if plan else None
        self._workers = Workers.ahead(processes, needs)

    def warn(self, plan: ScanPlan) -> None:
        """Warn about targets that are shut down or will be soon."""
        targets.warn(plan, self.run, self.today)

    def selecting(self, plan: ScanPlan) -> ScanPlan:
        """The plan, for the selected records only."""
        return plan if self.selection is None else msgspec.structs.replace(plan, selection=self.selection)

    def count(
        self, plan: ScanPlan, sources: list[Source] | None = None
    ) -> tuple[pl.DataFrame, SkippedSummary]:
        """Count the logs, or other `sources`: one row per record, and a summary of what was skipped."""
        result = inputs.scan(
            self.sources if sources is None else sources,
            self.selecting(plan),
            self.options,
            self.run,
            self.workers(),
        )
        frame, skipped = result.counted(keep_copies=self._read.keep_copies)
        for sentence in inputs.implausible(frame):
            inputs.say(sentence, self.run)
        self._assumed = inputs.assumed(frame, plan)
        return frame, skipped

    def workers(self) -> Workers | None:
        """The processes that were started, for the first who asks."""
        workers, self._workers = self._workers, None
        return workers

    def show(self, report: Report, output: Output | None = None) -> None:
        """Write the report, which lists skipped items, to `output` if given, else where the options say."""
        output = output or self.output
        outputs.show(report, output)
        self.already_shown = outputs.is_on_screen(output)

    def write_rows(self, rows: pl.DataFrame, command: str) -> None:
        """Write rows instead of a report."""
        outputs.write_rows(rows, command, self.output)

    def close(self, records: int, skipped: SkippedSummary) -> None:
        """Report what was skipped, unless the report on this terminal has, and write the file of `--skipped`.

        Raises `DataError` (exit code 3) if nothing was countable, or more was skipped than is allowed.
        """
        if not self.already_shown:
            for sentence in [*self._assumed, *inputs.left_out(skipped)]:
                inputs.say(sentence, self.run)
        if self._read.skipped is not None:
            shown = not (self.run.quiet or self.run.no_progress)
            inputs.list_skipped(
                self._read.skipped,
                self.sources,
                self.options,
                shown=shown,
                keep_copies=self._read.keep_copies,
            )
        if records == 0 and skipped.selected is not None and skipped.selected.read:
            raise DataError(f"{inputs.named(self.sources)}: no record is selected.")
        if records == 0:
            raise DataError(
                f"{inputs.named(self.sources)}: nothing countable was found; 'tokcount formats' shows details."
            )
        check_skipped(self._read, skipped.selected.read if skipped.selected else records, skipped.not_read)
