"""A prices file to start from: what the catalog has today, in the form that `--prices` reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal

from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog, data_version
from tokcount.models.model import Model
from tokcount.models.price_rows import PriceRow, Rates, Tier

HEADER = """\
# Models and prices for tokcount --prices FILE, or $TOKCOUNT_PRICES; USD per 1,000,000 tokens.
# Entries here take precedence over the bundled data (%s); delete what you do not change.
# from is inclusive, to exclusive, both UTC days; a price without them applies to every day.

[aliases]
# "my-deployment" = "gpt-4o"

[encodings]
# "my-model" = "o200k_base"

# [[fees]]                          # of a hosted tool, in addition to its tokens
# tool = "web_search"
# usd = 8
# per = 1000
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
    lines = [f"[models.{json.dumps(price_name)}]"]
    if model.encoding:
        lines.append(f"encoding = {json.dumps(model.encoding)}")
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
    lines += [f"{key} = {_money(value)}" for key, value in row.rates.given().items()]
    lines += [f"tiers.{tier.name} = {_tier(tier)}" for tier in row.tiers]
    if row.regional:
        lines.append(f"regional = {_money(row.regional)}")
    if row.long:
        lines.append(f"long = {{ threshold = {row.long_threshold}, {_rates(row.long)}{_low(row)} }}")
    if row.low:
        lines.append(f"low = {json.dumps(row.low, ensure_ascii=False)}")
    if row.note:
        lines.append(f"note = {json.dumps(row.note, ensure_ascii=False)}")
    return lines


def _low(row: PriceRow) -> str:
    return f", low = {json.dumps(row.long_low, ensure_ascii=False)}" if row.long_low else ""


def _tier(tier: Tier) -> str:
    if tier.rates is None:
        return f"{{ multiplier = {_money(tier.multiplier or Decimal(1))} }}"
    long = f", long = {{ {_rates(tier.long)} }}" if tier.long else ""
    return f"{{ {_rates(tier.rates)}{long} }}"


def _rates(rates: Rates) -> str:
    return ", ".join(f"{key} = {_money(value)}" for key, value in rates.given().items())


def _money(amount: Decimal) -> str:
    return json.dumps(f"{amount:f}")
