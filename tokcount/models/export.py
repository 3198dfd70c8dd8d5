"""A prices file to start from: what the catalog has today, in the form that `--prices` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal

from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog, data_version
from tokcount.models.model import Model
from tokcount.models.price_rows import PriceRow, Rates

HEADER = """\
# Models and prices for tokcount --prices FILE, or $TOKCOUNT_PRICES; USD per 1,000,000 tokens.
# Entries here take precedence over the bundled data (%s); delete what you do not change.
# from is inclusive, to exclusive, both UTC days; a price without them applies to every day.

[aliases]
# "my-deployment" = "gpt-4o"

[encodings]
# "my-model" = "o200k_base"
"""


def export(asked: Iterable[str] = (), catalog: Catalog | None = None) -> str:
    """A TOML file with these models and all their price periods; without names, every model that is priced today.

    Reading it back changes no price. Raises `tokcount.models.resolve.UnknownModel` for a name that is not known.
    """
    catalog = catalog or catalogs.default()
    models = [names.resolve(name, catalog) for name in asked]
    named = [(found.model, found.price_name) for found in models]
    if not named:
        named = [(model, name) for name, model in catalog.models.items() if _priced_today(name, catalog)]
    return "\n".join(
        [HEADER % data_version(), *(_entry(model, price_name, catalog) for model, price_name in named)]
    )


def _priced_today(name: str, catalog: Catalog) -> bool:
    layers = catalog.price_layers(name)
    return bool(layers) and any(row.end is None for row in layers[0])


def _entry(model: Model, price_name: str, catalog: Catalog) -> str:
    lines = [f"[models.{json.dumps(price_name)}]", f"encoding = {json.dumps(model.encoding)}"]
    lines.append(f"family = {json.dumps(model.family)}")
    for key in ("context_window", "max_input", "max_output"):
        size = getattr(model, key)
        if size is not None:
            lines.append(f"{key} = {size}")
    layers = catalog.price_layers(price_name)
    for row in layers[0] if layers else ():
        lines += ["", f"[[models.{json.dumps(price_name)}.prices]]", *_price(row)]
    return "\n".join(lines) + "\n"


def _price(row: PriceRow) -> list[str]:
    lines = []
    if row.start:
        lines.append(f"from = {row.start}")
    if row.end:
        lines.append(f"to = {row.end}")
    lines += [f"{key} = {value}" for key, value in _rates(row.rates)]
    if row.batch:
        lines.append(f"batch = {{ input = {_money(row.batch[0])}, output = {_money(row.batch[1])} }}")
    if row.long:
        rates = ", ".join(f"{key} = {value}" for key, value in _rates(row.long))
        lines.append(f"long = {{ threshold = {row.long_threshold}, {rates} }}")
    if row.note:
        lines.append(f"note = {json.dumps(row.note, ensure_ascii=False)}")
    return lines


def _rates(rates: Rates) -> list[tuple[str, str]]:
    named = [
        ("input", rates.input),
        ("cached_input", rates.cached_input),
        ("cache_write", rates.cache_write),
        ("output", rates.output),
    ]
    return [(key, _money(value)) for key, value in named if value is not None]


def _money(amount: Decimal) -> str:
    return json.dumps(f"{amount:f}")
