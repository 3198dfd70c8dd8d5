"""`tokcount models`: the model catalog, or how names are resolved and what they cost when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import PriceGroup, Quiet
from tokcount.cli.outputs import OutputGroup, show
from tokcount.errors import MistakesError, UsageError
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.models.catalog import Catalog


STALE_DAYS: Final = 90


@with_groups
def models(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="Model names to explain; with --stale, a number of days.",
            show_default=False,
        ),
    ] = None,
    export: Annotated[
        bool, typer.Option("--export", help="Write models and prices as a TOML file that --prices accepts.")
    ] = False,
    current: Annotated[
        bool,
        typer.Option(
            "--current", help="List the models to choose from: not shut down, and with a known price."
        ),
    ] = False,
    stale: Annotated[
        bool,
        typer.Option(
            "--stale",
            help="List what was last checked against its sources more than 90 days ago, or --stale DAYS.",
        ),
    ] = False,
    quiet: Quiet = False,
    prices: PriceGroup = PriceGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """List the known models, or explain how model names are resolved.

    Models that are not shut down come first, the newest generation before others. Shows encoding, framing family,
    context window, dated prices, shutdown date and the chain of recommended replacements; for a name, each step from
    the name to the model. Exits with 2 if a name is not known.
    """
    from tokcount.cli.prices import catalog_of

    if current and (names or export or stale):
        raise UsageError("--current lists models: leave out names, --export and --stale.")
    if stale and export:
        raise UsageError("--stale lists entries: leave out --export.")
    catalog = catalog_of(prices)
    if export:
        from tokcount.models.export import export as exported

        write(exported(names or [], catalog), output.output)
    elif names and not stale:
        _explain(names, catalog, output, quiet=quiet)
    else:
        _list(catalog, output, current=current, older_than=_days(names or []) if stale else None)


def _list(catalog: Catalog, output: OutputGroup, *, current: bool, older_than: int | None) -> None:
    """Show the catalog, or what in it was not checked for more days than `older_than`."""
    from tokcount.cli.prices import today
    from tokcount.reports.inspect.catalog import catalog_report, stale_report

    if older_than is not None:
        show(stale_report(catalog, today(), older_than), output)
    else:
        show(catalog_report(catalog, today(), current=current), output)


def _days(given: list[str]) -> int:
    """The days of `--stale DAYS`."""
    if not given:
        return STALE_DAYS
    if len(given) > 1 or not given[0].isdecimal():
        raise UsageError(f"--stale {' '.join(given)}: expected a number of days, such as {STALE_DAYS}.")
    return int(given[0])


def _explain(names: list[str], catalog: Catalog, output: OutputGroup, *, quiet: bool) -> None:
    """Show the names that are known. Raises `MistakesError` for the others."""
    from tokcount.models.resolve import unknown_model
    from tokcount.reports.inspect.catalog import names_report

    report = names_report(names, catalog)
    if report.resolutions:
        show(report, output)
    if report.unknown and quiet:
        raise typer.Exit(UsageError.exit_code)
    if report.unknown:
        raise MistakesError(*(unknown_model(name, catalog).command_line for name in report.unknown))
