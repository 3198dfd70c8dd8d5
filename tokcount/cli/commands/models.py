"""`tokcount models`: the model catalog, or how names are resolved and what they cost when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import PriceGroup
from tokcount.cli.outputs import OutputGroup, show
from tokcount.errors import MistakesError, UsageError
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.models.catalog import Catalog


@with_groups
def models(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Model names to explain.", show_default=False),
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
    prices: PriceGroup = PriceGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """List the known models, or explain how model names are resolved.

    Models that are not shut down come first, the newest generation before others. Shows encoding, framing family,
    context window, dated prices, shutdown date and the chain of recommended replacements; for a name, each step from
    the name to the model. Exits with 2 if a name is not known.
    """
    from tokcount.cli.prices import catalog_of, today

    if current and (names or export):
        raise UsageError("--current lists models: leave out names and --export.")

    catalog = catalog_of(prices)
    if export:
        from tokcount.models.export import export as exported

        write(exported(names or [], catalog), output.output)
        return
    from tokcount.reports.inspect.catalog import catalog_report

    if names:
        _explain(names, catalog, output)
    else:
        show(catalog_report(catalog, today(), current=current), output)


def _explain(names: list[str], catalog: Catalog, output: OutputGroup) -> None:
    """Show the names that are known. Raises `MistakesError` for the others."""
    from tokcount.models.resolve import unknown_model
    from tokcount.reports.inspect.catalog import names_report

    report = names_report(names, catalog)
    if report.resolutions:
        show(report, output)
    if report.unknown:
        raise MistakesError(*(unknown_model(name, catalog).command_line for name in report.unknown))
