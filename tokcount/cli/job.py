"""A run over logs, as all commands that count make it: read the options, count, write, say what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tokcount.cli import inputs, outputs, targets
from tokcount.cli import prices as clock
from tokcount.cli.options import PriceGroup, ReadGroup, ReferenceGroup, RunGroup
from tokcount.cli.outputs import Output
from tokcount.cli.prices import catalog_of
from tokcount.errors import DataError

if TYPE_CHECKING:
    import polars as pl

    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary


class Job:
    """The logs of one command and how they are read; after the work, what was ``skipped`` of them.

    ``is_told``: a report has said so where messages appear as well.

    ``others`` are files that the command writes besides its output; none may be one that is read. Raises `UsageError`
    for options that make no sense.
    """

    skipped: SkippedSummary

    def __init__(
        self,
        paths: Sequence[str] | None,
        read: ReadGroup,
        prices: PriceGroup,
        run: RunGroup,
        output: Output,
        *others: Path | None,
        per_record: bool = False,
    ) -> None:
        outputs.check_format(output, per_record=per_record)
        self.run, self.output = run, output
        self.today = clock.today()
        self.catalog = catalog_of(prices)
        self.sources = inputs.sources_of(paths, output.output, read.skipped, *others)
        self.options = inputs.read_options(read)
        self._read = read
        self.is_told = False
        if read.skipped is not None:
            inputs.need_files(self.sources, "--skipped")

    def with_auto(self, references: ReferenceGroup) -> ReferenceGroup:
        """The references with ``--to auto`` replaced; see `tokcount.cli.targets.with_auto`."""
        return targets.with_auto(references, self.sources, self.options, self.catalog, self.today, self.run)

    def warn(self, plan: ScanPlan) -> None:
        """Say which targets are shut down or will be soon."""
        targets.warn(plan, self.run, self.today)

    def count(self, plan: ScanPlan) -> pl.DataFrame:
        """One row a record; sets ``skipped``."""
        result = inputs.scan(self.sources, plan, self.options, self.run)
        self.skipped = result.skipped
        return result.frame()

    def show(self, report: Report, output: Output | None = None) -> None:
        """Write the report, which says what was skipped; not where the options say, if to another ``output``."""
        output = output or self.output
        outputs.show(report, output)
        self.is_told = outputs.is_on_screen(output)

    def write_rows(self, rows: pl.DataFrame, command: str) -> None:
        """Write rows instead of a report."""
        outputs.write_rows(rows, command, self.output)

    def close(self, records: int) -> None:
        """Say what was left out, unless the report on the same screen has said it, and list it in ``--skipped``.

        Raises `DataError` (exit 3) when nothing was countable, or under ``--strict`` when something was skipped.
        """
        total = self.skipped.total
        if total and not self.is_told:
            inputs.say(inputs.skipped_sentence(self.skipped), self.run)
        if self._read.skipped is not None:
            shown = not (self.run.quiet or self.run.no_progress)
            inputs.list_skipped(self._read.skipped, self.sources, self.options, shown=shown)
        if records == 0:
            raise DataError(
                f"{inputs.named(self.sources)}: nothing countable was found; 'tokcount formats' shows what it holds."
            )
        if self._read.strict and total:
            raise DataError(f"{total:,} {'item was' if total == 1 else 'items were'} skipped (--strict).")
