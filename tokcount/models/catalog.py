"""The catalog: every model, alias, fine-tune and price row that tokcount knows, bundled and the user's own.

The tables are CSV files beside this module; `data/README.md` says how to read them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from tokcount.models.model import Model, Resolution
from tokcount.models.price_rows import PriceRow, day_or_none, from_cells

DATA_DATE = date(2026, 11, 22)
"""The day up to which the bundled data is complete."""
DATA_VERSION = "2026.11.22"
STALE_AFTER_DAYS = 180

_DATA = Path(__file__).parent / "data"
_Cells = dict[str, str]


class FineTune(msgspec.Struct, frozen=True, kw_only=True):
    """Fine-tuned models that share a price: the name it is kept under, and the base models it covers."""

    name: str
    bases: tuple[str, ...]
    shutdown_date: date | None = None
    replacement: str | None = None
    replacement_as_of: date | None = None
    source: str = ""
    note: str = ""


class Catalog:
    """Models by name and what belongs to them; the user's entries lie over the bundled ones.

    Never changed after it was built: `with_entries` gives a new one. Picklable.
    """

    def __init__(
        self,
        *,
        models: Mapping[str, Model],
        aliases: Mapping[str, str],
        prefixes: tuple[str, ...],
        fine_tunes: tuple[FineTune, ...],
        price_cells: Mapping[str, list[_Cells]],
        user_prices: Mapping[str, tuple[tuple[PriceRow, ...], ...]],
    ) -> None:
        self.models = models
        self.aliases = aliases
        self.prefixes = prefixes
        """What gateways put in front of a name, the longest first."""
        self.fine_tunes = fine_tunes
        self.resolved: dict[str, Resolution | None] = {}
        """Names that were looked up before; `tokcount.models.resolve` keeps it."""
        self._price_cells = price_cells
        self._price_rows: dict[str, tuple[PriceRow, ...]] = {}
        self._user_prices = user_prices

    def names(self) -> list[str]:
        """All model names, in the order of the tables: oldest generation first, the user's own last."""
        return list(self.models)

    def price_rows(self, name: str) -> tuple[PriceRow, ...]:
        """The bundled price periods of a name, oldest first; empty when none is known."""
        rows = self._price_rows.get(name)
        if rows is None:
            rows = tuple(from_cells(cells) for cells in self._price_cells.get(name, ()))
            self._price_rows[name] = rows
        return rows

    def price_layers(self, name: str) -> list[tuple[PriceRow, ...]]:
        """Price periods of a name, the layer that wins first: ``--price``, files, environment, bundled."""
        layers = [*self._user_prices.get(name, ()), self.price_rows(name)]
        return [layer for layer in layers if layer]

    def priced_names(self) -> list[str]:
        """All names that have a price: models, fine-tunes, and what the user added."""
        return list(dict.fromkeys([*self._price_cells, *self._user_prices]))

    def with_entries(
        self,
        models: Mapping[str, Model],
        aliases: Mapping[str, str],
        prices: Mapping[str, tuple[PriceRow, ...]],
    ) -> Catalog:
        """A catalog with these entries laid over this one."""
        layers = dict(self._user_prices)
        for name, rows in prices.items():
            layers[name] = (rows, *layers.get(name, ())) if rows else layers.get(name, ())
        return Catalog(
            models={**self.models, **models},
            aliases={**self.aliases, **aliases},
            prefixes=self.prefixes,
            fine_tunes=self.fine_tunes,
            price_cells=self._price_cells,
            user_prices=layers,
        )


@cache
def default() -> Catalog:
    """The bundled catalog alone; read once, when first used."""
    prices: dict[str, list[_Cells]] = {}
    for cells in _read("prices.csv"):
        prices.setdefault(cells["model"], []).append(cells)
    prefixes = [cells["prefix"] for cells in _read("prefixes.csv")]
    return Catalog(
        models={cells["model"]: _model(cells) for cells in _read("models.csv")},
        aliases={cells["alias"]: cells["model"] for cells in _read("aliases.csv")},
        prefixes=tuple(sorted(prefixes, key=len, reverse=True)),
        fine_tunes=tuple(_fine_tune(cells) for cells in _read("fine_tunes.csv")),
        price_cells=prices,
        user_prices={},
    )


@cache
def sources() -> dict[str, str]:
    """What each word of a ``source`` stands for."""
    return {cells["key"]: cells["source"] for cells in _read("sources.csv")}


def stale_notice(today: date) -> str | None:
    """One line when the bundled data is older than half a year, else nothing."""
    age = (today - DATA_DATE).days
    if age <= STALE_AFTER_DAYS:
        return None
    return (
        f"prices and shutdown dates are of {DATA_DATE}, {age} days old; update tokcount or give --prices FILE"
    )


def _read(name: str) -> list[_Cells]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _model(cells: _Cells) -> Model:
    return Model(
        name=cells["model"],
        encoding=cells["encoding"],
        encoding_basis=cells["encoding_basis"],
        family=cells["family"],
        endpoint=cells["endpoint"],
        context_window=_int_or_none(cells["context_window"]),
        max_input=_int_or_none(cells["max_input"]),
        max_output=_int_or_none(cells["max_output"]),
        shutdown_date=day_or_none(cells["shutdown"]),
        replacement=cells["replacement"] or None,
        replacement_as_of=day_or_none(cells["replacement_as_of"]),
        source=cells["source"],
        note=cells["note"],
    )


def _fine_tune(cells: _Cells) -> FineTune:
    return FineTune(
        name=cells["name"],
        bases=tuple(cells["bases"].split()),
        shutdown_date=day_or_none(cells["shutdown"]),
        replacement=cells["replacement"] or None,
        replacement_as_of=day_or_none(cells["replacement_as_of"]),
        source=cells["source"],
        note=cells["note"],
    )


def _int_or_none(cell: str) -> int | None:
    return int(cell) if cell else None
