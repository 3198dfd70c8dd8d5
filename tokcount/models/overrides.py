"""The user's own models and prices, which take precedence over the bundled ones.

Highest first: `--price`, `--prices FILE` (the last file first), `TOKCOUNT_PRICES`, the file in the user's
configuration folder, the bundled data.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import msgspec

from tokcount import tables
from tokcount.errors import UsageError, suggest
from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.entries import File, ModelEntry, PriceEntry, Prices, alias_targets, hook, price_rows, usd
from tokcount.models.model import Model
from tokcount.models.price_rows import PriceRow, Rates
from tokcount.tables import Key, Mistake

ENVIRONMENT = "TOKCOUNT_PRICES"

_T = TypeVar("_T")


def effective(
    prices: Iterable[str] = (),
    files: Iterable[str | Path] = (),
    environment: Mapping[str, str] | None = None,
) -> Catalog:
    """The catalog of a run: the bundled data, then the user's files, then the options.

    `prices` are values of `--price`, `files` of `--prices`. Raises `UsageError` for anything wrong in them.
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
    return catalog


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
    amounts = []
    for label, cell in zip(("input", "output", "cached"), cells, strict=False):
        try:
            amounts.append(Decimal(usd(cell.strip())))
        except ValueError as error:
            raise UsageError(f"--price {option!r}: {label}: {error}") from error
    rates = Rates(input=amounts[0], output=amounts[1], cached_input=amounts[2] if len(amounts) == 3 else None)
    name = name.strip().lower()
    return name, PriceRow(name=name, rates=rates, source="--price", basis="user")


def with_file(catalog: Catalog, path: Path) -> Catalog:
    """The catalog with the entries of a TOML or JSON file added. Raises `UsageError` with all mistakes of the file."""
    document = tables.load(path, "prices file", parse_float=Decimal)
    file = tables.convert(document, File, hook=hook)
    mistakes = [*period_mistakes(file), *_unknown_families(file, catalog), *_unknown_models(file, catalog)]
    if not mistakes:
        combined = _with_entries(catalog, file, source=str(path))
        mistakes = list(_bad_aliases(file, combined))
    if mistakes:
        raise document.error(mistakes)
    return combined


def period_mistakes(file: File) -> Iterator[Mistake]:
    """Price periods that end before they start, or overlap."""
    for section, entries in (("models", file.models), ("fine_tunes", file.fine_tunes)):
        for name, entry in entries.items():
            if entry.prices is not None:
                yield from _bad_periods((section, name, "prices"), entry.prices)
    for name, prices in file.prices.items():
        yield from _bad_periods(("prices", name), prices)


def _bad_periods(key: Key, prices: Prices) -> Iterator[Mistake]:
    places = list(enumerate(prices)) if isinstance(prices, list) else [(None, prices)]
    for place, entry in places:
        if entry.start and entry.end and entry.end <= entry.start:
            at = key if place is None else (*key, place)
            yield Mistake((*at, "to"), f"{entry.end} is not after from = {entry.start}")
    for (_, earlier), (place, later) in pairwise(sorted(places, key=_start)):
        if earlier.end is None or (later.start or date.min) < earlier.end:
            yield Mistake((*key, place or 0), f"periods overlap at {later.start or 'the first day'}")


def _start(place: tuple[int | None, PriceEntry]) -> date:
    return place[1].start or date.min


def _unknown_families(file: File, catalog: Catalog) -> Iterator[Mistake]:
    """Framing families that no known model has."""
    named = {name: entry.family for name, entry in file.models.items() if entry.family}
    known = sorted({model.family for model in catalog.models.values()}) if named else []
    for name, family in named.items():
        if family not in known:
            yield Mistake(("models", name, "family"), f"{family!r} is not known. {suggest(family, known)}")


def _unknown_models(file: File, catalog: Catalog) -> Iterator[Mistake]:
    """Models that are neither known nor described well enough to be new."""
    encodings = _lower(file.encodings)
    for name, entry in file.models.items():
        known = name.strip().lower() in encodings or name.strip().lower() in catalog.models
        if entry.base is not None and names.find(entry.base, catalog) is None:
            yield Mistake(("models", name, "base"), f"unknown model {entry.base!r}")
        elif not (known or entry.base or entry.encoding):
            yield Mistake(("models", name, "encoding"), "missing; a new model needs an encoding or a base")


def _with_entries(catalog: Catalog, file: File, source: str) -> Catalog:
    models: dict[str, Model] = {}
    prices: dict[str, tuple[PriceRow, ...]] = {}
    for name, encoding in _lower(file.encodings).items():
        models[name] = ModelEntry(encoding=encoding).model(name, catalog.models.get(name))
    for name, entry in _lower(file.models).items():
        known = models.get(name) or catalog.models.get(name)
        if entry.base is not None:
            base = names.resolve(entry.base, catalog)
            known = msgspec.structs.replace(base.model, name=name, source="user")
            prices[name] = _all_rows(base.price_name, catalog)
        models[name] = entry.model(name, known)
    fine_tunes = _lower(file.fine_tunes)
    priced = {**_lower(file.models), **fine_tunes}
    named = {name: entry.prices for name, entry in priced.items() if entry.prices is not None}
    for name, entries in {**named, **_lower(file.prices)}.items():
        prices[name] = price_rows(name, entries, basis="user", source=source)
    return catalog.with_entries(
        models=models,
        aliases=alias_targets(_lower(file.aliases)),
        prices=prices,
        fine_tunes=[entry.fine_tune(name) for name, entry in fine_tunes.items()],
        prefixes=[prefix.lower() for prefix in file.prefixes],
    )


def _all_rows(name: str, catalog: Catalog) -> tuple[PriceRow, ...]:
    """All price rows of a model, the layer that wins first: a deployment costs what its base costs."""
    return tuple(row for layer in catalog.price_layers(name) for row in layer)


def _bad_aliases(file: File, catalog: Catalog) -> Iterator[Mistake]:
    for name, target in alias_targets(file.aliases).items():
        try:
            found = names.find(target, catalog)
        except RecursionError:
            yield Mistake(("aliases", name), f"{target!r} leads back to itself")
            continue
        if found is None:
            yield Mistake(("aliases", name), f"unknown model {target!r}")


def _lower(section: Mapping[str, _T]) -> dict[str, _T]:
    """A section with its names as they are looked up."""
    return {name.strip().lower(): entry for name, entry in section.items()}
