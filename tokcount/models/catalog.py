"""The catalog: every model, alias, fine-tune and price that tokcount knows, bundled and the user's own.

The bundled data is edited in `data/*.toml`. `tools/build_catalog.py` writes it to `data/catalog.json`, which is read
here: the same entries, in a form from which one model is read without the others.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from tokcount.models.entries import FineTuneEntry, ModelEntry, PriceEntry, price_rows
from tokcount.models.model import FineTune, Model, Resolution
from tokcount.models.price_rows import PriceRow

DATA = Path(__file__).parent / "data"
STALE_AFTER_DAYS = 180

_T = TypeVar("_T")


class Bundled(msgspec.Struct, frozen=True, kw_only=True):
    """The content of `catalog.json`. Entries stay undecoded until they are asked for."""

    checked: date
    """The newest `checked` of all models."""
    sources: dict[str, str]
    prefixes: list[str]
    aliases: dict[str, str]
    models: dict[str, msgspec.Raw]
    fine_tunes: dict[str, msgspec.Raw]
    prices: dict[str, msgspec.Raw]


class Table(Mapping[str, _T], Generic[_T]):
    """Entries by name, each decoded when it is first asked for."""

    def __init__(
        self, entries: Mapping[str, _T | msgspec.Raw], decode: Callable[[str, msgspec.Raw], _T]
    ) -> None:
        self._entries = dict(entries)
        self._decode = decode

    def __getitem__(self, name: str) -> _T:
        entry = self._entries[name]
        if isinstance(entry, msgspec.Raw):
            entry = self._entries[name] = self._decode(name, entry)
        return entry

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def updated(self, entries: Mapping[str, _T]) -> Table[_T]:
        """A table with these entries added or replaced."""
        return Table({**self._entries, **entries}, self._decode)


class Catalog:
    """Models by name and what belongs to them; the user's entries take precedence over the bundled ones.

    It does not change after it was built: `with_entries` gives a new one. Picklable.
    """

    def __init__(
        self,
        *,
        models: Table[Model],
        aliases: Mapping[str, str],
        prefixes: tuple[str, ...],
        fine_tunes: Table[FineTune],
        prices: Table[tuple[PriceRow, ...]],
        user_prices: Mapping[str, tuple[tuple[PriceRow, ...], ...]],
    ) -> None:
        self.models = models
        """In the order of the files: oldest generation first, the user's own last."""
        self.aliases = aliases
        self.prefixes = prefixes
        """What gateways put in front of a name, the longest first."""
        self.fine_tunes = fine_tunes
        self.resolved: dict[str, Resolution | None] = {}
        """Names that were looked up before; `tokcount.models.resolve` keeps it."""
        self._prices = prices
        self._user_prices = user_prices

    def price_rows(self, name: str) -> tuple[PriceRow, ...]:
        """The bundled price periods of a name, oldest first; empty when none is known."""
        return self._prices.get(name, ())

    def price_layers(self, name: str) -> list[tuple[PriceRow, ...]]:
        """Price periods of a name, the layer that wins first: `--price`, files, environment, bundled."""
        layers = [*self._user_prices.get(name, ()), self.price_rows(name)]
        return [layer for layer in layers if layer]

    def with_entries(
        self,
        *,
        models: Mapping[str, Model] | None = None,
        aliases: Mapping[str, str] | None = None,
        prices: Mapping[str, tuple[PriceRow, ...]] | None = None,
        fine_tunes: Iterable[FineTune] = (),
        prefixes: Iterable[str] = (),
    ) -> Catalog:
        """A catalog in which these entries take precedence."""
        layers = dict(self._user_prices)
        for name, rows in (prices or {}).items():
            layers[name] = (rows, *layers.get(name, ())) if rows else layers.get(name, ())
        return Catalog(
            models=self.models.updated(models or {}),
            aliases={**self.aliases, **(aliases or {})},
            prefixes=_longest_first([*self.prefixes, *prefixes]),
            fine_tunes=self.fine_tunes.updated({rule.name: rule for rule in fine_tunes}),
            prices=self._prices,
            user_prices=layers,
        )


@cache
def default() -> Catalog:
    """The bundled catalog alone; read once, when first used."""
    bundled = _bundled()
    return Catalog(
        models=Table(bundled.models, _model),
        aliases=bundled.aliases,
        prefixes=_longest_first(bundled.prefixes),
        fine_tunes=Table(bundled.fine_tunes, _fine_tune),
        prices=Table(bundled.prices, _price_rows),
        user_prices={},
    )


def sources() -> Mapping[str, str]:
    """Word in a `source` → what it refers to."""
    return _bundled().sources


def data_date() -> date:
    """The day on which the bundled data was last checked against its sources."""
    return _bundled().checked


def data_version() -> str:
    """The version of the bundled data, made of its date: `2026.11.22`."""
    return f"{data_date():%Y.%m.%d}"


def stale_notice(today: date) -> str | None:
    """One line when the bundled data is older than half a year, else nothing."""
    age = (today - data_date()).days
    if age <= STALE_AFTER_DAYS:
        return None
    return f"prices and shutdown dates are of {data_date()}, {age} days old; update tokcount or give --prices FILE"


@cache
def _bundled() -> Bundled:
    return msgspec.json.decode((DATA / "catalog.json").read_bytes(), type=Bundled)


def _longest_first(prefixes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(prefixes, key=len, reverse=True))


def _decoded(raw: msgspec.Raw, kind: Any) -> Any:
    """An entry that was checked when `catalog.json` was written: prices are decimals without further checks."""
    return msgspec.json.decode(raw, type=kind, dec_hook=operator.call)


def _model(name: str, raw: msgspec.Raw) -> Model:
    entry: ModelEntry = _decoded(raw, ModelEntry)
    return entry.model(name)


def _fine_tune(name: str, raw: msgspec.Raw) -> FineTune:
    entry: FineTuneEntry = _decoded(raw, FineTuneEntry)
    return entry.fine_tune(name)


def _price_rows(name: str, raw: msgspec.Raw) -> tuple[PriceRow, ...]:
    entries: list[PriceEntry] = _decoded(raw, list[PriceEntry])
    return price_rows(name, entries, basis="bundled")
