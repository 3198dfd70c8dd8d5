"""The user's own models and prices, laid over the bundled ones; every mistake is an error that names file and key.

Highest first: ``--price``, ``--prices FILE`` (the last file first), ``TOKCOUNT_PRICES``, the file in the user's
configuration folder, the bundled data.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tokcount.errors import UsageError
from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog
from tokcount.models.override_entries import KeyedError, money, read_entries
from tokcount.models.price_rows import PriceRow, Rates

ENVIRONMENT = "TOKCOUNT_PRICES"


def effective(
    prices: Iterable[str] = (),
    files: Iterable[str | Path] = (),
    environment: Mapping[str, str] | None = None,
) -> Catalog:
    """The catalog that holds for a run: bundled data under the user's files under the options.

    ``prices`` are values of ``--price``, ``files`` of ``--prices``. Raises `UsageError` for anything wrong in them.
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
        catalog = catalog.with_entries({}, {}, {name: (row,)})
    return catalog


def config_file(environment: Mapping[str, str]) -> Path:
    """Where a user's own prices are kept: ``$XDG_CONFIG_HOME`` or ``~/.config``, then ``tokcount/prices.toml``."""
    base = environment.get("XDG_CONFIG_HOME")
    home = Path(base) if base else Path(environment.get("HOME") or Path.home()) / ".config"
    return home / "tokcount" / "prices.toml"


def parse_price_option(option: str) -> tuple[str, PriceRow]:
    """The name and price of one ``--price MODEL=INPUT,OUTPUT[,CACHED]``, in USD per 1M tokens.

    >>> name, row = parse_price_option("my-model=2.5,10,0.25")
    >>> name, str(row.rates.output), str(row.rates.cached_input)
    ('my-model', '10', '0.25')
    """
    name, separator, values = option.rpartition("=")
    cells = values.split(",")
    if not separator or not name.strip() or len(cells) not in (2, 3):
        raise UsageError(f"--price {option!r}: write MODEL=INPUT,OUTPUT[,CACHED] in USD per 1M tokens")
    labels = ("input", "output", "cached")
    try:
        amounts = [money(cell.strip(), label) for label, cell in zip(labels, cells, strict=False)]
    except KeyedError as error:
        raise UsageError(f"--price {option!r}: {error}") from error
    rates = Rates(input=amounts[0], output=amounts[1], cached_input=amounts[2] if len(amounts) == 3 else None)
    name = name.strip().lower()
    return name, PriceRow(name=name, rates=rates, source="--price", basis="user")


def with_file(catalog: Catalog, path: Path) -> Catalog:
    """The catalog with the entries of a TOML or JSON file laid over it."""
    try:
        return read_entries(_read(path), catalog, source=str(path))
    except KeyedError as error:
        raise UsageError(f"{path}: {error}") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{path}: the prices file cannot be read: {reason}") from error
    try:
        if path.suffix.lower() == ".json":
            document = json.loads(text, parse_float=Decimal)
        else:
            document = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not readable as TOML (or JSON, by its ending .json): {error}") from error
    if not isinstance(document, dict):
        raise UsageError(f"{path}: a prices file is a table of models, aliases, encodings and prices")
    return document
