"""``tokcount formats``: the formats that are read; with paths, what was detected in them and why."""

from __future__ import annotations

from typing import Any

from tokcount.cli import inputs
from tokcount.cli.groups import with_groups
from tokcount.cli.options import OutputGroup, Paths, ReadGroup


@with_groups
def formats(paths: Paths = None, read: ReadGroup = ReadGroup(), output: OutputGroup = OutputGroup()) -> None:
    """List the formats, or show what was detected in files: records, kinds, what was skipped and where.

    Exits with 3 when none of the files holds a record, and under --strict when anything was skipped.
    """
    from tokcount.analysis.report import Report
    from tokcount.output.interface import emit

    if not paths:
        emit(Report("formats", {"formats": _known()}), output.format, output.output, output.color)
        return
    from tokcount.errors import DataError
    from tokcount.logs.summary import summarise

    options = inputs.read_options(read)
    found = [summarise(source, options) for source in inputs.sources_of(paths, output.output)]
    emit(Report("formats", {"files": found}), output.format, output.output, output.color)
    if not any(file["records"] for file in found):
        raise DataError("nothing countable was found.")
    if read.strict and any(file["skipped"] for file in found):
        raise DataError(f"{sum(file['skipped'] for file in found):,} items were skipped (--strict).")


def _known() -> list[dict[str, Any]]:
    from tokcount.logs.formats import describe_formats

    return [{"name": name, "description": text} for name, text in describe_formats().items()]
