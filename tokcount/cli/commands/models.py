"""`tokcount models`: the model catalog, or how names are resolved and what they cost when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tokcount.cli.option_groups import with_groups
from tokcount.cli.options import PriceGroup
from tokcount.cli.outputs import OutputGroup, show
from tokcount.render.writing import write

if TYPE_CHECKING:
    from tokcount.models.catalog import Catalog
    from tokcount.models.model import Model
    from tokcount.models.price_rows import PriceRow, Rates


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
    from tokcount.models.catalog import data_date, data_version
    from tokcount.reports.report import DictReport

    data: dict[str, Any] = {"data_version": data_version(), "data_date": data_date().isoformat()}
    if names:
        data["resolutions"] = [_explained(name, catalog) for name in names]
    else:
        data["models"] = [_entry(model, catalog) for model in catalog.models.values()]
    show(DictReport("models", data), output)


def _explained(name: str, catalog: Catalog) -> dict[str, Any]:
    from tokcount.models.lifecycle import replacement_chain
    from tokcount.models.resolve import resolve

    found = resolve(name, catalog)
    layers = catalog.price_layers(found.price_name)
    return {
        "asked": name,
        "model": _entry(found.model, catalog, found.price_name),
        "steps": list(found.steps),
        "assumed": found.assumed,
        "price_name": found.price_name,
        "replacement_chain": list(replacement_chain(found.model, catalog)),
        "prices": [_price(row) for layer in layers[:1] for row in layer],
    }


def _entry(model: Model, catalog: Catalog, price_name: str | None = None) -> dict[str, Any]:
    layers = catalog.price_layers(price_name or model.name)
    return {
        "name": model.name,
        "encoding": model.encoding,
        "encoding_basis": model.encoding_basis,
        "family": model.family,
        "endpoint": model.endpoint,
        "context_window": model.context_window,
        "max_input": model.max_input,
        "max_output": model.max_output,
        "shutdown_date": model.shutdown_date.isoformat() if model.shutdown_date else None,
        "replacement": model.replacement,
        "source": model.source,
        "price": _rates(layers[0][-1].rates) if layers else None,
    }


def _price(row: PriceRow) -> dict[str, Any]:
    return {
        "from": row.start.isoformat() if row.start else None,
        "to": row.end.isoformat() if row.end else None,
        **_rates(row.rates),
        "batch_input": str(row.batch[0]) if row.batch else None,
        "batch_output": str(row.batch[1]) if row.batch else None,
        "long_threshold": row.long_threshold,
        "long": _rates(row.long) if row.long else None,
        "verified": row.verified,
        "origin": row.basis if row.basis != "bundled" else "verified" if row.verified else "unverified",
        "source": row.source,
        "note": row.note,
    }


def _rates(rates: Rates) -> dict[str, str | None]:
    """USD per million tokens as decimal strings; `None` where the model has no separate price."""
    amounts = {
        "input": rates.input,
        "cached_input": rates.cached_input,
        "cache_write": rates.cache_write,
        "output": rates.output,
    }
    return {name: None if amount is None else str(amount) for name, amount in amounts.items()}
