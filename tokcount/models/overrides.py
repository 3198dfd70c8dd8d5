"""The user's own models and prices, which take precedence over the bundled ones.

Highest first: `--price`, `--prices FILE` (the last file first), `TOKCOUNT_PRICES`, the file in the user's
configuration folder, the bundled data.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from tokcount.errors import UsageError
from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.price_rows import PriceRow, Rates

ENVIRONMENT = "TOKCOUNT_PRICES"


def effective(
    prices: Iterable[str] = (),
    files: Iterable[str | Path] = (),
    environment: Mapping[str, str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Catalog:
    """The catalog of a run: the bundled data, then the user's files, then the options.

    `prices` are values of `--price`, `files` of `--prices`; `aliases` are names with their models. Raises `UsageError`
    for anything wrong in them.
    """
    environment = os.environ if environment is None else environment
    catalog = catalogs.default()
    configured = config_file(environment)
    if configured.is_file():
        catalog = with_file(catalog, configured)
    if environment.get(ENVIRONMENT):
        catalog = with_file(catalog, Path(environment[ENVIRONMENT]))
    for file in files:
        catalog = with_file(catalog, Path(file))
    for option in prices:
        name, row = parse_price_option(option)
        catalog = catalog.with_entries(prices={name: (row,)})
    return with_aliases(catalog, aliases) if aliases else catalog


def config_file(environment: Mapping[str, str]) -> Path:
    """The user's own price file: `tokcount/prices.toml` in `$XDG_CONFIG_HOME` or `~/.config`."""
    base = environment.get("XDG_CONFIG_HOME")
    home = Path(base) if base else Path(environment.get("HOME") or Path.home()) / ".config"
    return home / "tokcount" / "prices.toml"


def parse_price_option(option: str) -> tuple[str, PriceRow]:
    """The name and price of one `--price MODEL=INPUT,OUTPUT[,CACHED]`, in USD per 1M tokens.

    >>> name, row = parse_price_option("my-model=2.5,10,0.25")
    >>> name, str(row.rates.output), str(row.rates.cached_input)
    ('my-model', '10', '0.25')
    """
    name, separator, values = option.rpartition("=")
    cells = values.split(",")
    if not separator or not name.strip() or len(cells) not in (2, 3):
        raise UsageError(f"--price {option!r}: write MODEL=INPUT,OUTPUT[,CACHED] in USD per 1M tokens")
    from tokcount.models.price_entries import usd

    amounts = []
    for label, cell in zip(("input", "output", "cached"), cells, strict=False):
        try:
            amounts.append(Decimal(usd(cell.strip())))
        except ValueError as error:
            raise UsageError(f"--price {option!r}: {label}: {error}") from error
    rates = Rates(input=amounts[0], output=amounts[1], cached_input=amounts[2] if len(amounts) == 3 else None)
    name = name.strip().lower()
    return name, PriceRow(name=name, rates=rates, source="--price", basis="user")


def parse_alias_option(option: str) -> tuple[str, str]:
    """The name in logs and the model of one `--alias NAME=MODEL`.

    >>> parse_alias_option("azure/Prod=gpt-4o")
    ('azure/prod', 'gpt-4o')
    """
    name, separator, model = (part.strip() for part in option.rpartition("="))
    if not separator or not name or not model:
        raise UsageError(f"--alias {option!r}: write NAME=MODEL, such as my-deployment=gpt-4o")
    return name.lower(), model


def with_aliases(catalog: Catalog, aliases: Mapping[str, str]) -> Catalog:
    """The catalog with these aliases. Raises `UsageError` for one that leads to no model, or back to itself."""
    aliased = catalog.with_entries(
        aliases={name.strip().lower(): model.strip() for name, model in aliases.items()}
    )
    for name, model in aliases.items():
        problem = _problem(model, aliased)
        if problem:
            raise UsageError(f"alias {name!r}: {problem}", command_line=f"--alias {name}={model}: {problem}")
    return aliased


def _problem(model: str, catalog: Catalog) -> str | None:
    """Why an alias of this name leads nowhere."""
    try:
        return None if names.find(model, catalog) else names.unknown(model, catalog)[0]
    except RecursionError:
        return "leads back to itself"


def with_file(catalog: Catalog, path: Path) -> Catalog:
    """The catalog with the entries of a TOML or JSON file added. Raises `UsageError` with all mistakes of the file."""
    from tokcount.models.user_file import added

    return added(catalog, path)
