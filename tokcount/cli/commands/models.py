"""`tokcount models`: the model catalog, or how names are resolved and what they cost when."""

from __future__ import annotations

from typing import Annotated

import typer

from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import PriceGroup
from tokcount.cli.outputs import OutputGroup, show
from tokcount.render.writing import write


@with_groups
def models(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Model names to explain.", show_default=False),
    ] = None,
    export: Annotated[
        bool, typer.Option("--export", help="Write models and prices as a TOML file that --prices accepts.")
    ] = False,
    prices: PriceGroup = PriceGroup(),
    output: OutputGroup = OutputGroup(),
) -> None:
    """List the known models, or explain how model names are resolved.

    Shows encoding, framing family, context window, dated prices, shutdown date and replacement; for a name, each
    step from the name to the model.
    """
    from tokcount.cli.prices import catalog_of

    catalog = catalog_of(prices)
    if export:
        from tokcount.models.export import export as exported

        write(exported(names or [], catalog), output.output)
        return
    from tokcount.reports.inspect.catalog import models_report

    show(models_report(names or [], catalog), output)
