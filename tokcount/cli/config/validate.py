"""What `tokcount config` checks in addition: the models that a configuration names, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from tokcount.cli.config.options import TABLES
from tokcount.cli.options import PriceGroup
from tokcount.cli.prices import catalog_of
from tokcount.errors import UsageError
from tokcount.models.catalog import Catalog
from tokcount.models.references import AUTO, OWN, parse_reference
from tokcount.tables import Key, Mistake

FILES: Final = ("prices", "families", "volumes", "vars")
"""Options that name a file which must exist; a baseline may not exist yet."""
MODELS: Final = {"to": "to", "from_": "from", "assume_model": "assume_model"}
"""Option with models → its key."""
BUDGETS: Final = ("fail", "warn")


def mistakes(file: Any, folder: Path) -> Iterator[Mistake]:
    """The models that are not known, and the files that do not exist, of a configuration in a folder."""
    sections: list[tuple[Key, Any]] = [((), file), *(((name,), getattr(file, name)) for name in TABLES)]
    for at, table in sections:
        missing = [name for name in FILES if (path := _text(table, name)) and not (folder / path).exists()]
        yield from (Mistake((*at, name), f"{_text(table, name)} does not exist") for name in missing)
    prices = _text(file, "prices")
    group = PriceGroup(prices=folder / prices if prices and (folder / prices).exists() else None)
    try:
        catalog = catalog_of(replace(group, price=_texts(file.price), alias=_texts(file.alias)))
    except UsageError as error:
        if group.prices is not None:
            yield Mistake(("prices",), "; ".join(str(error).splitlines()))
        return
    for at, table in sections:
        yield from _unknown(at, table, catalog)


def _unknown(at: Key, table: Any, catalog: Catalog) -> Iterator[Mistake]:
    """The models of a table that are not known, those after `for` in budgets included."""
    for option, key in MODELS.items():
        value = getattr(table, option, None)
        for place, text in enumerate(_texts(value)):
            where = (*at, key, place) if isinstance(value, list) else (*at, key)
            yield from _if_unknown(where, [name.strip() for name in text.split(",")], catalog)
    for level in set(BUDGETS) & set(table.__struct_fields__):
        value = getattr(table, level)
        for place, text in enumerate(_texts(value)):
            where = (*at, level, place) if isinstance(value, list) else (*at, level)
            yield from _if_unknown(where, _target_of(text), catalog)


def _target_of(budget: str) -> list[str]:
    """The model of a budget; of one with a mistake, which is reported with the others, none."""
    from tokcount.reports.budgets.language import parse

    try:
        target = parse(budget).target
    except UsageError:
        return []
    return [target] if target else []


def _if_unknown(where: Key, names: list[str], catalog: Catalog) -> Iterator[Mistake]:
    for name in names:
        if name and name not in (AUTO, OWN):
            try:
                parse_reference(name, catalog)
            except UsageError as error:
                yield Mistake(where, str(error))


def _text(table: Any, name: str) -> str:
    value = getattr(table, name, None)
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    """The texts of a value that is one, a list of them, or a table of names and values."""
    if isinstance(value, dict):
        return [f"{name}={text}" for name, text in value.items()]
    return [value] if isinstance(value, str) else value if isinstance(value, list) else []
