"""`tokcount formats`: the supported log formats, or what was detected in files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli import inputs
from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import Paths, Quiet, option
from tokcount.cli.outputs import OutputGroup, show
from tokcount.cli.selecting import ReadGroup, check_skipped

if TYPE_CHECKING:
    from tokcount.logs.options import ReadOptions
    from tokcount.logs.source import Source
    from tokcount.reports.inspect.report import DetectedFile, KnownFormat


@with_groups
def formats(
    paths: Paths = None,
    read: ReadGroup = ReadGroup(),
    suggest: Annotated[
        bool,
        option(
            "--suggest", help_text="Print a mapping for the configuration that reads what no format reads."
        ),
    ] = False,
    quiet: Quiet = False,
    output: OutputGroup = OutputGroup(),
) -> None:
    """List the log formats, or show what was detected in files: records, kinds, skipped items and their locations.

    Exits with 3 if none of the files contains a record, and if more was skipped than --strict or --max-skipped allows.
    """
    import msgspec

    from tokcount.reports.inspect.report import DetectedFile, FormatsReport

    if not paths:
        show(FormatsReport(formats=[*_own(read), *_known()]), output)
        return
    from tokcount.errors import DataError
    from tokcount.logs.summary import summarise

    sources = inputs.sources_of(paths, quiet=quiet, ignore=not read.no_ignore)
    options = inputs.read_options(read)
    if read.skipped is not None:
        inputs.need_files(sources, "--skipped")
    if suggest:
        _suggest(sources, options, output)
        return
    found = [msgspec.convert(summarise(source, options), DetectedFile) for source in sources]
    show(FormatsReport(files=found), output)
    if not quiet:
        _print_warnings(found)
    if read.skipped is not None:
        inputs.list_skipped(read.skipped, sources, options, shown=not quiet)
    if not any(file.records for file in found):
        raise DataError("nothing countable was found.")
    check_skipped(read, sum(file.records for file in found), sum(file.skipped for file in found))


def _suggest(sources: list[Source], options: ReadOptions, output: OutputGroup) -> None:
    """Write the table of a format of the user's own. Raises `DataError` if there is nothing that it could read."""
    from tokcount.errors import DataError
    from tokcount.logs.suggest import suggest
    from tokcount.render.writing import write

    found = suggest(sources, options)
    if found is None:
        raise DataError(
            f"{inputs.named(sources)}: no mapping to suggest: all values have a known format, or none of their fields "
            "looks like a prompt, token numbers or a cost."
        )
    write(found.text, output.output)


def _print_warnings(files: list[DetectedFile]) -> None:
    """Print the warnings about the files, as the counting commands do."""
    from tokcount.render.escape import message

    for file in files:
        for note in file.notes:
            typer.echo(message(f"tokcount: {file.path}:{note.line} {note.text}"), err=True)


def _own(read: ReadGroup) -> list[KnownFormat]:
    from tokcount.reports.inspect.report import KnownFormat

    return [
        KnownFormat(own.name, f"your own, of the configuration: values with {', '.join(own.match)}")
        for own in read.formats
    ]


def _known() -> list[KnownFormat]:
    from tokcount.logs.registry import describe_formats
    from tokcount.reports.inspect.report import KnownFormat

    return [KnownFormat(name, text) for name, text in describe_formats().items()]
