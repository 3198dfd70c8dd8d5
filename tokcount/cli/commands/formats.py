"""``tokcount formats``: the formats that are read; with paths, what was detected in them and why."""

from __future__ import annotations

from typing import Any

import typer

from tokcount.cli import inputs
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import Paths, Quiet, ReadGroup
from tokcount.cli.outputs import OutputGroup, show


@with_groups
def formats(
    paths: Paths = None,
    read: ReadGroup = ReadGroup(),
    quiet: Quiet = False,
    output: OutputGroup = OutputGroup(),
) -> None:
    """List the formats, or show what was detected in files: records, kinds, what was skipped and where.

    Exits with 3 when none of the files holds a record, and under --strict when anything was skipped.
    """
    from tokcount.reports.report import Report

    if not paths:
        show(Report("formats", {"formats": _known()}), output)
        return
    from tokcount.errors import DataError
    from tokcount.logs.summary import summarise

    sources, options = inputs.sources_of(paths, output.output, read.skipped), inputs.read_options(read)
    if read.skipped is not None:
        inputs.need_files(sources, "--skipped")
    found = [summarise(source, options) for source in sources]
    show(Report("formats", {"files": found}), output)
    if not quiet:
        _say_notes(found)
    if read.skipped is not None:
        inputs.list_skipped(read.skipped, sources, options, shown=not quiet)
    if not any(file["records"] for file in found):
        raise DataError("nothing countable was found.")
    if read.strict and any(file["skipped"] for file in found):
        raise DataError(f"{sum(file['skipped'] for file in found):,} items were skipped (--strict).")


def _say_notes(files: list[dict[str, Any]]) -> None:
    """What is worth saying of files that were read all the same, as every command that counts them says it."""
    from tokcount.render.escape import message

    for file in files:
        for note in file["notes"]:
            typer.echo(message(f"tokcount: {file['path']}:{note['line']} {note['text']}"), err=True)


def _known() -> list[dict[str, Any]]:
    from tokcount.logs.registry import describe_formats

    return [{"name": name, "description": text} for name, text in describe_formats().items()]
