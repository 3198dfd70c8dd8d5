"""Entries of a prices file: models, encodings, aliases and prices that are laid over a catalog."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

import msgspec

from tokcount.errors import suggest
from tokcount.framing.families import FAMILIES
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import ENCODINGS, Model
from tokcount.models.price_rows import PriceRow, Rates

DECIMALS = 6
"""Digits after the point of a price per 1M tokens."""
HIGHEST = Decimal(1_000_000)


class KeyedError(ValueError):
    """What is wrong with a value, and under which key."""


def money(value: object, key: str) -> Decimal:
    """A price in USD per 1M tokens from a string or number: not negative, at most six decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise KeyedError(f"{key}: {value!r} is not a price in USD per 1M tokens")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise KeyedError(f"{key}: {value!r} is not a price in USD per 1M tokens") from None
    if not amount.is_finite() or amount < 0 or amount > HIGHEST:
        raise KeyedError(f"{key}: {value} is not between 0 and {HIGHEST}")
    if amount != round(amount, DECIMALS):
        raise KeyedError(f"{key}: {value} has more than {DECIMALS} decimals")
    return amount


def table(value: object, key: str) -> Mapping[str, Any]:
    """A table of keys and values."""
    if not isinstance(value, dict):
        raise KeyedError(f"{key}: a table was expected")
    return value


def check_keys(table: Mapping[str, Any], known: tuple[str, ...], key: str) -> None:
    """Refuse a key that is not known, with the closest that is."""
    for name in table:
        if name not in known:
            raise KeyedError(f"{key + '.' if key else ''}{name}: no such key. {suggest(name, known)}")


def text(value: object, key: str) -> str:
    """A text that is not empty, without surrounding blanks."""
    if not isinstance(value, str) or not value.strip():
        raise KeyedError(f"{key}: a text was expected, not {value!r}")
    return value.strip()


def one_of(value: object, known: tuple[str, ...], key: str) -> str:
    """One of a few known words."""
    if value not in known:
        raise KeyedError(f"{key}: {value!r} is none of {', '.join(known)}")
    return str(value)


def day(value: object, key: str) -> date:
    """A day, as a TOML date or an ISO date text."""
    if isinstance(value, datetime):
        raise KeyedError(f"{key}: {value} is not a day; write 2026-01-31")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise KeyedError(f"{key}: {value!r} is not a day; write 2026-01-31") from None


def size(value: object, key: str) -> int:
    """A positive number of tokens."""
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise KeyedError(f"{key}: {value!r} is not a number of tokens")
    return value


_TOP_KEYS = ("schema", "data_version", "as_of", "models", "aliases", "encodings", "prices")
_SIZES = ("context_window", "max_input", "max_output")
_TEXTS = ("endpoint", "note")
_MODEL_KEYS = (
    "base",
    "encoding",
    "encoding_basis",
    "family",
    "shutdown_date",
    "replacement",
    "replacement_as_of",
    "source",
    "prices",
    *_SIZES,
    *_TEXTS,
)
_RATE_KEYS = ("input", "output", "cached_input", "cache_write")
_PRICE_KEYS = ("from", "to", "batch", "long", "note", "source", "verified", *_RATE_KEYS)


def read_entries(document: Mapping[str, Any], catalog: Catalog, source: str) -> Catalog:
    """The catalog with the models, encodings, aliases and prices of a document laid over it.

    Raises `KeyedError`, which names the key.
    """
    check_keys(document, _TOP_KEYS, "")
    models: dict[str, Model] = {}
    prices: dict[str, tuple[PriceRow, ...]] = {}
    for name, encoding in _items(document, "encodings"):
        models[name] = _with_encoding(name, one_of(encoding, ENCODINGS, f"encodings.{name}"), catalog)
    for name, entry in _items(document, "models"):
        key = f"models.{name}"
        check_keys(table(entry, key), _MODEL_KEYS, key)
        models[name] = _model(name, entry, models.get(name), catalog)
        if "prices" in entry:
            prices[name] = _price_rows(name, entry["prices"], f"{key}.prices", source)
        elif "base" in entry:
            prices[name] = _rows_of_base(entry["base"], catalog)
    for name, entry in _items(document, "prices"):
        prices[name] = _price_rows(name, entry, f"prices.{name}", source)
    aliases = {name: text(target, f"aliases.{name}") for name, target in _items(document, "aliases")}
    combined = catalog.with_entries(models, aliases, prices)
    _check_aliases(aliases, combined)
    return combined


def _items(document: Mapping[str, Any], section: str) -> list[tuple[str, Any]]:
    """Entries of a section, names in lower case as they are looked up."""
    return [
        (name.strip().lower(), entry) for name, entry in table(document.get(section, {}), section).items()
    ]


def _with_encoding(name: str, encoding: str, catalog: Catalog) -> Model:
    known = catalog.models.get(name)
    if known is not None:
        return msgspec.structs.replace(known, encoding=encoding, encoding_basis="user")
    return Model(
        name=name, encoding=encoding, encoding_basis="user", family="chat", endpoint="chat", source="user"
    )


def _model(name: str, entry: Mapping[str, Any], known: Model | None, catalog: Catalog) -> Model:
    key = f"models.{name}"
    model = known or catalog.models.get(name)
    if "base" in entry:
        base = names.find(text(entry["base"], f"{key}.base"), catalog)
        if base is None:
            raise KeyedError(f"{key}.base: unknown model {entry['base']!r}")
        model = msgspec.structs.replace(base.model, name=name, source="user")
    if "encoding" in entry:
        encoding = one_of(entry["encoding"], ENCODINGS, f"{key}.encoding")
        model = msgspec.structs.replace(
            model or _with_encoding(name, encoding, catalog), encoding=encoding, encoding_basis="user"
        )
    if model is None:
        raise KeyedError(f"{key}.encoding: missing; a new model needs an encoding or a base")
    return msgspec.structs.replace(model, **_model_changes(entry, key))


def _rows_of_base(base: str, catalog: Catalog) -> tuple[PriceRow, ...]:
    """The price rows of the base, the winning layer first: a deployment without prices costs what its base costs."""
    layers = catalog.price_layers(names.resolve(base, catalog).price_name)
    return tuple(row for layer in layers for row in layer)


def _model_changes(entry: Mapping[str, Any], key: str) -> dict[str, Any]:
    changes: dict[str, Any] = {name: size(entry[name], f"{key}.{name}") for name in _SIZES if name in entry}
    changes |= {name: text(entry[name], f"{key}.{name}") for name in _TEXTS if name in entry}
    if "family" in entry:
        changes["family"] = one_of(entry["family"], tuple(FAMILIES), f"{key}.family")
    if "replacement" in entry:
        changes["replacement"] = text(entry["replacement"], f"{key}.replacement").lower()
    for name in ("shutdown_date", "replacement_as_of"):
        if name in entry:
            changes[name] = day(entry[name], f"{key}.{name}")
    return changes


def _price_rows(name: str, entries: object, key: str, source: str) -> tuple[PriceRow, ...]:
    """One price or a list of periods, oldest first; periods may leave gaps, but not overlap."""
    if not isinstance(entries, list):
        return (_price_row(name, table(entries, key), key, source),)
    rows = [
        _price_row(name, table(entry, f"{key}[{i}]"), f"{key}[{i}]", source)
        for i, entry in enumerate(entries)
    ]
    if not rows:
        raise KeyedError(f"{key}: at least one price was expected")
    rows.sort(key=lambda row: row.start or date.min)
    for earlier, later in pairwise(rows):
        if earlier.end is None or (later.start or date.min) < earlier.end:
            raise KeyedError(f"{key}: periods overlap at {later.start or 'the first day'}")
    return tuple(rows)


def _price_row(name: str, entry: Mapping[str, Any], key: str, source: str) -> PriceRow:
    check_keys(entry, _PRICE_KEYS, key)
    start, end = (day(entry[end], f"{key}.{end}") if entry.get(end) else None for end in ("from", "to"))
    if start and end and end <= start:
        raise KeyedError(f"{key}.to: {end} is not after from = {start}")
    batch = table(entry["batch"], f"{key}.batch") if "batch" in entry else None
    if batch is not None:
        check_keys(batch, ("input", "output"), f"{key}.batch")
    long = table(entry["long"], f"{key}.long") if "long" in entry else None
    if long is not None:
        check_keys(long, ("threshold", *_RATE_KEYS), f"{key}.long")
    return PriceRow(
        name=name,
        start=start,
        end=end,
        rates=_rates(entry, key),
        batch=_input_output(batch, f"{key}.batch") if batch is not None else None,
        long_threshold=size(long.get("threshold"), f"{key}.long.threshold") if long is not None else None,
        long=_rates(long, f"{key}.long") if long is not None else None,
        note=text(entry["note"], f"{key}.note") if "note" in entry else "",
        source=source,
        basis="user",
    )


def _input_output(entry: Mapping[str, Any], key: str) -> tuple[Decimal, Decimal]:
    for name in ("input", "output"):
        if name not in entry:
            raise KeyedError(f"{key}.{name}: missing")
    return money(entry["input"], f"{key}.input"), money(entry["output"], f"{key}.output")


def _rates(entry: Mapping[str, Any], key: str) -> Rates:
    input_rate, output_rate = _input_output(entry, key)
    extra = {
        name: money(entry[name], f"{key}.{name}")
        for name in ("cached_input", "cache_write")
        if entry.get(name) is not None
    }
    return Rates(input=input_rate, output=output_rate, **extra)


def _check_aliases(aliases: Mapping[str, str], catalog: Catalog) -> None:
    for name, target in aliases.items():
        try:
            found = names.find(target, catalog)
        except RecursionError:
            raise KeyedError(f"aliases.{name}: {target!r} leads back to itself") from None
        if found is None:
            raise KeyedError(f"aliases.{name}: unknown model {target!r}")
