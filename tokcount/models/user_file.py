"""A `--prices` file: read, checked, and added to a catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from tokcount import tables
from tokcount.errors import suggest
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.entries import File, ModelEntry, affixes, alias_targets, hook
from tokcount.models.model import UNKNOWN_FAMILY, Model
from tokcount.models.price_entries import PriceEntry, Prices, price_rows
from tokcount.models.price_rows import PriceRow
from tokcount.tables import Key, Mistake

_T = TypeVar("_T")
MODEL_KEYS: Final = {field.encode_name for field in msgspec.structs.fields(ModelEntry)} - {"base", "encoding"}
"""Keys of a model that say nothing about its encoding; an unknown key may be a misspelt one that does."""


def added(catalog: Catalog, path: Path) -> Catalog:
    """The catalog with the entries of a TOML or JSON file added. Raises `UsageError` with all mistakes of the file."""
    document = tables.load(path, "prices file", parse_float=Decimal)
    source = str(path)
    written = _written_names(document.data)
    checks: list[tables.Check[File]] = [
        price_mistakes,
        lambda file: _unknown_families(file, catalog),
        lambda file: (
            Mistake(("explained", name), "only for tokcount's own data") for name in file.explained
        ),
        lambda file: _unknown_models(file, catalog, document.data),
        lambda file: _bad_aliases(file, _with_entries(catalog, _usable(file, catalog), source), written),
    ]
    return _with_entries(catalog, tables.convert(document, File, hook=hook, checks=checks), source)


def _written_names(data: Mapping[str, Any]) -> set[str]:
    """The names that a file describes, whatever its mistakes."""
    sections = (data.get(section) for section in ("aliases", "encodings", "models", "fine_tunes"))
    return {name.strip().lower() for section in sections if isinstance(section, dict) for name in section}


def price_mistakes(file: File) -> Iterator[Mistake]:
    """Prices that contradict themselves, and periods that end before they start, or overlap."""
    for i, fee in enumerate(file.fees):
        if fee.start and fee.end and fee.end <= fee.start:
            yield Mistake(("fees", i, "to"), f"{fee.end} is not after from = {fee.start}")
    for section, entries in (("models", file.models), ("fine_tunes", file.fine_tunes)):
        for name, entry in entries.items():
            if entry.prices is not None:
                yield from _bad_prices((section, name, "prices"), entry.prices)
    for name, prices in file.prices.items():
        yield from _bad_prices(("prices", name), prices)


def _bad_prices(key: Key, prices: Prices) -> Iterator[Mistake]:
    places = list(enumerate(prices)) if isinstance(prices, list) else [(None, prices)]
    for place, entry in places:
        at = key if place is None else (*key, place)
        yield from (Mistake((*at, *found.key), found.text) for found in entry.mistakes())
        if entry.start and entry.end and entry.end <= entry.start:
            yield Mistake((*at, "to"), f"{entry.end} is not after from = {entry.start}")
    for (_, earlier), (place, later) in pairwise(sorted(places, key=_start)):
        if earlier.end is None or (later.start or date.min) < earlier.end:
            yield Mistake((*key, place or 0), f"periods overlap at {later.start or 'the first day'}")


def _start(place: tuple[int | None, PriceEntry]) -> date:
    return place[1].start or date.min


def _unknown_families(file: File, catalog: Catalog) -> Iterator[Mistake]:
    """Framing families that no known model has and no tokenizer of another package."""
    named = {name: entry.family for name, entry in file.models.items() if entry.family}
    known = sorted({model.family for model in catalog.models.values()} | {UNKNOWN_FAMILY}) if named else []
    for name, family in named.items():
        if family not in known:
            yield Mistake(("models", name, "family"), f"{family!r} is not known. {suggest(family, known)}")


def _unknown_models(file: File, catalog: Catalog, data: Mapping[str, Any]) -> Iterator[Mistake]:
    """Models that are neither known nor described well enough to be new; `data` is the file with its mistakes."""
    usable = _usable(file, catalog).models
    for name, entry in file.models.items():
        if entry.base is not None and names.find(entry.base, catalog) is None:
            yield Mistake(("models", name, "base"), f"unknown model {entry.base!r}")
        elif name not in usable and not data["models"][name].keys() - MODEL_KEYS:
            yield Mistake(("models", name, "encoding"), "missing; a new model needs an encoding or a base")


def _usable(file: File, catalog: Catalog) -> File:
    """The file without models that are neither known nor described well enough to be new."""
    known = _lower(file.encodings).keys() | catalog.models.keys()
    models = {
        name: entry
        for name, entry in file.models.items()
        if name.strip().lower() in known or entry.base or entry.encoding
    }
    return msgspec.structs.replace(file, models=models)


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
        models[name] = entry.model(name, known, file.vendor or "")
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
        prefixes=affixes(_lower(file.prefixes)),
        suffixes=affixes(_lower(file.suffixes)),
        compatibility=file.compatibility,
        fees=[entry.fee("user", source, file.vendor or "") for entry in file.fees],
    )


def _all_rows(name: str, catalog: Catalog) -> tuple[PriceRow, ...]:
    """All price rows of a model, the layer that wins first: a deployment costs what its base costs."""
    return tuple(row for layer in catalog.price_layers(name) for row in layer)


def _bad_aliases(file: File, catalog: Catalog, written: set[str]) -> Iterator[Mistake]:
    """Aliases of nothing; what they lead to may also be `written` in the file with a mistake of its own."""
    for name, target in alias_targets(file.aliases).items():
        try:
            found = names.find(target, catalog)
        except RecursionError:
            yield Mistake(("aliases", name), f"{target!r} leads back to itself")
            continue
        if found is None and target.strip().lower() not in written:
            yield Mistake(("aliases", name), f"unknown model {target!r}")


def _lower(section: Mapping[str, _T]) -> dict[str, _T]:
    """A section with its names as they are looked up."""
    return {name.strip().lower(): entry for name, entry in section.items()}
