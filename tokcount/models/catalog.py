"""The catalog: every model, alias, fine-tune and price that tokcount knows, bundled and the user's own.

The bundled data is edited in `data/*.toml`. `tools/build_catalog.py` writes it to `data/catalog.json`, which is read
here: the same facts, in a form from which one model is read without the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from tokcount.models.model import Affix, Factor, FineTune, Model, Resolution
from tokcount.models.price_rows import Fee, PriceRow, Rates, Tier

if TYPE_CHECKING:
    from tokcount.models.compatibility.rules import CompatibilityRow

DATA = Path(__file__).parent / "data"
STALE_AFTER_DAYS = 180

_T = TypeVar("_T")


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

    def longest_first(self) -> Table[_T]:
        """The same entries, those with long names first."""
        return Table(
            {name: self._entries[name] for name in sorted(self, key=len, reverse=True)}, self._decode
        )


class Catalog:
    """Models by name and what belongs to them; the user's entries take precedence over the bundled ones.

    It does not change after it was built: `with_entries` gives a new one. Picklable.
    """

    def __init__(
        self,
        *,
        models: Table[Model],
        aliases: Mapping[str, str],
        prefixes: Table[Affix],
        suffixes: Table[Affix],
        fine_tunes: Table[FineTune],
        prices: Table[tuple[PriceRow, ...]],
        user_prices: Mapping[str, tuple[tuple[PriceRow, ...], ...]],
        compatibility: tuple[CompatibilityRow, ...] = (),
        user_fees: tuple[Fee, ...] = (),
    ) -> None:
        self.models = models
        """In the order of the files: oldest generation first, the user's own last."""
        self.aliases = aliases
        """Name → model; `*` in the name of one of the user's is any text."""
        self.alias_patterns = tuple(name for name in aliases if "*" in name)
        self.prefixes = prefixes
        """What gateways put in front of a name, the longest first."""
        self.suffixes = suffixes
        """What gateways put after a name, the longest first."""
        self.fine_tunes = fine_tunes
        self.resolved: dict[str, Resolution | None] = {}
        """Names that were looked up before; `tokcount.models.resolve` keeps it."""
        self.compatibility = compatibility
        """What the user's files say about what models take; it follows on the bundled rows."""
        self._prices = prices
        self._user_prices = user_prices
        self._user_fees = user_fees

    @property
    def fees(self) -> tuple[Fee, ...]:
        """The fees of hosted tools; the first that fits a call is the one that it pays."""
        return (*self._user_fees, *_bundled_fees())

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
        prefixes: Mapping[str, Affix] | None = None,
        suffixes: Mapping[str, Affix] | None = None,
        compatibility: Iterable[CompatibilityRow] = (),
        fees: Iterable[Fee] = (),
    ) -> Catalog:
        """A catalog in which these entries take precedence."""
        layers = dict(self._user_prices)
        for name, rows in (prices or {}).items():
            layers[name] = (rows, *layers.get(name, ())) if rows else layers.get(name, ())
        return Catalog(
            models=self.models.updated(models or {}),
            aliases={**_without(self.aliases, models or {}), **(aliases or {})},
            prefixes=self.prefixes.updated(prefixes or {}).longest_first(),
            suffixes=self.suffixes.updated(suffixes or {}).longest_first(),
            fine_tunes=self.fine_tunes.updated({rule.name: rule for rule in fine_tunes}),
            prices=self._prices,
            user_prices=layers,
            compatibility=(*self.compatibility, *compatibility),
            user_fees=(*fees, *self._user_fees),
        )


@cache
def default() -> Catalog:
    """The bundled catalog alone; read once, when first used."""
    return Catalog(
        models=Table(_section("models"), _model),
        aliases=msgspec.json.decode(_bundled()["aliases"]),
        prefixes=Table(_section("prefixes"), _affix).longest_first(),
        suffixes=Table(_section("suffixes"), _affix).longest_first(),
        fine_tunes=Table(_section("fine_tunes"), _fine_tune),
        prices=Table(_section("prices"), _price_rows),
        user_prices={},
    )


def bundled_section(name: str) -> msgspec.Raw:
    """A section of the bundled data as JSON."""
    return _bundled()[name]


def sources() -> Mapping[str, str]:
    """Word in a `source` → what it refers to."""
    sources: dict[str, str] = msgspec.json.decode(_bundled()["sources"])
    return sources


def explained() -> Mapping[str, str]:
    """Name that stands for no single model → what it is."""
    found: dict[str, str] = msgspec.json.decode(_bundled()["explained"])
    return found


def data_date() -> date:
    """The day on which the bundled data was last checked against its sources."""
    return date.fromisoformat(msgspec.json.decode(_bundled()["checked"]))


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
def _bundled() -> dict[str, msgspec.Raw]:
    """The sections of `catalog.json`: models, fine-tunes and prices as this module has them, in one line each."""
    return msgspec.json.decode((DATA / "catalog.json").read_bytes(), type=dict[str, msgspec.Raw])


@cache
def _bundled_fees() -> tuple[Fee, ...]:
    return tuple(map(_fee, msgspec.json.decode(_bundled()["fees"])))


def _section(name: str) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(_bundled()[name], type=dict[str, msgspec.Raw])


def _without(aliases: Mapping[str, str], names: Mapping[str, object]) -> dict[str, str]:
    return {name: target for name, target in aliases.items() if name not in names}


# Entries were checked when `catalog.json` was written. They are put together by hand, because msgspec would first read
# the types of all fields, which takes longer than the one model that a run needs.


_DAYS = ("shutdown_date", "replacement_as_of", "checked")


def _model(_name: str, raw: msgspec.Raw) -> Model:
    return Model(**_with_days(msgspec.json.decode(raw), *_DAYS))


def _fine_tune(_name: str, raw: msgspec.Raw) -> FineTune:
    fields = _with_days(msgspec.json.decode(raw), *_DAYS)
    return FineTune(**{**fields, "bases": tuple(fields["bases"])})


def _affix(_text: str, raw: msgspec.Raw) -> Affix:
    fields = msgspec.json.decode(raw)
    if "factors" in fields:
        fields["factors"] = tuple(
            Factor(Decimal(factor["times"]), tuple(factor.get("models", ()))) for factor in fields["factors"]
        )
    if "families" in fields:
        fields["families"] = tuple(fields["families"])
    return Affix(**fields)


def _price_rows(_name: str, raw: msgspec.Raw) -> tuple[PriceRow, ...]:
    return tuple(_price_row(fields) for fields in msgspec.json.decode(raw))


def _price_row(fields: dict[str, Any]) -> PriceRow:
    _with_days(fields, "start", "end")
    _with_rates(fields)
    if "tiers" in fields:
        fields["tiers"] = tuple(
            Tier(**_with_amounts(_with_rates(tier), "multiplier")) for tier in fields["tiers"]
        )
    if "unverified" in fields:
        fields["unverified"] = tuple(fields["unverified"])
    return PriceRow(**_with_amounts(fields, "regional"))


def _with_rates(fields: dict[str, Any]) -> dict[str, Any]:
    for key in ("rates", "long"):
        if key in fields:
            fields[key] = Rates(**{part: Decimal(amount) for part, amount in fields[key].items()})
    return fields


def _with_amounts(fields: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        if key in fields:
            fields[key] = Decimal(fields[key])
    return fields


def _fee(fields: dict[str, Any]) -> Fee:
    _with_days(_with_amounts(fields, "usd"), "start", "end", "checked")
    return Fee(**{**fields, "models": tuple(fields.get("models", ()))})


def _with_days(fields: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        if key in fields:
            fields[key] = date.fromisoformat(fields[key])
    return fields
