"""The schema of prices and fees in files: the bundled `data/*.toml` and the user's `--prices` files.

Names in these Structs are the keys of the files. `data/README.md` explains them to people who edit the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final, Literal

import msgspec

from tokcount.errors import suggest
from tokcount.models.price_rows import RATES, Fee, PriceBasis, PriceRow, Rates, Tier
from tokcount.tables import Mistake, shown

DECIMALS = 6
"""Digits after the point of a price per 1M tokens."""
HIGHEST = Decimal(1_000_000)
FACTOR_DECIMALS: Final = 2
"""Digits after the point of a multiplier: every charge is then a whole number of units of money."""
HIGHEST_FACTOR: Final = 100

Text = Annotated[str, msgspec.Meta(pattern=r"\S", description="a text that is not empty")]
Tokens = Annotated[int, msgspec.Meta(gt=0, description="a number of tokens")]
Sources = list[Text]


class Usd(Decimal):
    """A price in USD per 1M tokens: not negative, at most six decimals."""


def usd(value: object) -> Usd:
    """A price from a string or a number. Raises `ValueError` for anything that is not one."""
    try:
        amount = (
            Usd(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else None
        )
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite():
        raise ValueError(f"a price in USD per 1M tokens was expected, not {shown(value)}")
    if amount < 0 or amount > HIGHEST:
        raise ValueError(f"{value} is not between 0 and {HIGHEST}")
    if amount != round(amount, DECIMALS):
        raise ValueError(f"{value} has more than {DECIMALS} decimals")
    return amount


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class RatesEntry(_Entry, frozen=True, kw_only=True):
    """Prices in USD per 1M tokens; a kind of tokens without one costs what `price_rows.SUBSTITUTES` says."""

    input: Usd
    output: Usd
    cached_input: Usd | None = None
    cache_write: Usd | None = None
    cache_write_long: Usd | None = None
    audio_input: Usd | None = None
    audio_output: Usd | None = None
    image_input: Usd | None = None
    image_output: Usd | None = None

    def rates(self) -> Rates:
        """The same as plain decimals."""
        return Rates(**{name: Decimal(rate) for name in RATES if (rate := getattr(self, name)) is not None})


class LongEntry(RatesEntry, frozen=True, kw_only=True):
    """Prices of requests with more than `threshold` input tokens, for all of their tokens."""

    threshold: Tokens
    low: Text | None = None
    """Why some of these requests cost more than these prices say."""


class TierEntry(RatesEntry, frozen=True, kw_only=True):
    """Prices of a service tier: input and output, or what the standard prices are multiplied by."""

    input: Usd | None = None  # type: ignore[assignment]
    output: Usd | None = None  # type: ignore[assignment]
    multiplier: Usd | None = None
    long: RatesEntry | None = None

    def tier(self, name: str) -> Tier:
        """The tier of this entry; one with `mistakes` is priced as standard."""
        if self.multiplier is not None or self.input is None or self.output is None:
            return Tier(name=name, multiplier=Decimal(self.multiplier or 1))
        return Tier(name=name, rates=self.rates(), long=self.long.rates() if self.long else None)

    def mistakes(self) -> Iterator[Mistake]:
        """What no type can express."""
        if self.multiplier is None:
            yield from (
                Mistake((key,), "missing") for key in ("input", "output") if getattr(self, key) is None
            )
            return
        rates = [key for key in (*RATES, "long") if getattr(self, key) is not None]
        if rates:
            yield Mistake((rates[0],), "a tier has prices or a multiplier, not both")
        yield from factor_mistakes("multiplier", self.multiplier)


class TiersEntry(_Entry, frozen=True, kw_only=True):
    """Prices of service tiers.

    `"none"`: the tier has no price of its own. Half the price is assumed for batch and flex where they are absent.
    """

    batch: TierEntry | Literal["none"] | None = None
    flex: TierEntry | Literal["none"] | None = None
    priority: TierEntry | Literal["none"] | None = None
    fast: TierEntry | Literal["none"] | None = None
    ultrafast: TierEntry | Literal["none"] | None = None


class PriceEntry(RatesEntry, frozen=True, kw_only=True):
    """A price from the day `from` (inclusive) to the day `to` (exclusive), both UTC; without them it is open."""

    start: date | None = msgspec.field(name="from", default=None)
    end: date | None = msgspec.field(name="to", default=None)
    batch: TierEntry | Literal["none"] | None = None
    """Short for `tiers.batch`."""
    tiers: TiersEntry = TiersEntry()
    regional: Usd | None = None
    """What all prices are multiplied by for a call that is processed in a region."""
    long: LongEntry | None = None
    low: Text | None = None
    """Why some requests cost more than these prices say."""
    unverified: list[Text] = []
    """Keys that rest on one source or on none."""
    sources: Sources = []
    note: Text | None = None
    source: str | None = None
    verified: bool | None = None

    def row(self, name: str, source: str, basis: PriceBasis) -> PriceRow:
        """The price row of this period of a name."""
        return PriceRow(
            name=name,
            start=self.start,
            end=self.end,
            rates=self.rates(),
            tiers=tuple(_tier(*tier) for tier in self.all_tiers().items()),
            regional=_plain(self.regional),
            long_threshold=self.long.threshold if self.long else None,
            long=self.long.rates() if self.long else None,
            long_low=(self.long.low or "") if self.long else "",
            low=self.low or "",
            unverified=tuple(self.unverified),
            source=source,
            note=self.note or "",
            basis=basis,
        )

    def all_tiers(self) -> dict[str, TierEntry | Literal["none"]]:
        """The service tiers by name."""
        named = {**msgspec.structs.asdict(self.tiers), "batch": self.batch or self.tiers.batch}
        return {name: tier for name, tier in named.items() if tier is not None}

    def mistakes(self) -> Iterator[Mistake]:
        """What no type can express."""
        if self.batch is not None and self.tiers.batch is not None:
            yield Mistake(("tiers", "batch"), "also in batch")
        for name, tier in self.all_tiers().items():
            if isinstance(tier, TierEntry):
                place = (name,) if name == "batch" and self.batch else ("tiers", name)
                yield from (Mistake((*place, *found.key), found.text) for found in tier.mistakes())
        yield from factor_mistakes("regional", self.regional)
        for i, key in enumerate(self.unverified):
            if key not in UNVERIFIABLE:
                yield Mistake(
                    ("unverified", i), f"{key!r} is not a key of a price. {suggest(key, UNVERIFIABLE)}"
                )


def _tier(name: str, entry: TierEntry | Literal["none"]) -> Tier:
    return entry.tier(name) if isinstance(entry, TierEntry) else Tier(name=name, multiplier=Decimal(1))


UNVERIFIABLE: Final = ("from", "to", *RATES, "tiers", "regional", "long")
"""The keys of a price that `unverified` may name."""


def factor_mistakes(key: str, factor: Usd | None) -> Iterator[Mistake]:
    """A factor that is not between 0 and 100, or that is finer than amounts of money are."""
    if factor is not None and (not 0 < factor <= HIGHEST_FACTOR or factor != round(factor, FACTOR_DECIMALS)):
        yield Mistake(
            (key,), f"{factor} is not a factor up to {HIGHEST_FACTOR} with at most {FACTOR_DECIMALS} decimals"
        )


class FeeEntry(_Entry, frozen=True, kw_only=True):
    """The fee of a hosted tool: `usd` for `per` calls, or for one container."""

    tool: Text
    usd: Usd
    per: Literal[1, 1000] = 1
    unit: Literal["call", "container"] = "call"
    models: list[Text] = []
    """Names of models or patterns such as `gpt-4o*`; none: every model of the vendor."""
    start: date | None = msgspec.field(name="from", default=None)
    end: date | None = msgspec.field(name="to", default=None)
    checked: date | None = None
    sources: Sources = []
    note: Text | None = None

    def fee(self, basis: PriceBasis, source: str = "", vendor: str = "") -> Fee:
        """The fee of this entry. `source` stands in for its own sources."""
        return Fee(
            tool=self.tool.strip().lower(),
            usd=Decimal(self.usd),
            per=self.per,
            unit=self.unit,
            models=tuple(name.strip().lower() for name in self.models),
            vendor=vendor,
            start=self.start,
            end=self.end,
            checked=self.checked,
            source=source or " ".join(self.sources),
            note=self.note or "",
            basis=basis,
        )


Prices = PriceEntry | Annotated[list[PriceEntry], msgspec.Meta(min_length=1)]


def price_rows(name: str, prices: Prices, *, basis: PriceBasis, source: str = "") -> tuple[PriceRow, ...]:
    """The rows of a name, oldest first. `source` stands in for the sources of each period."""
    rows = [entry.row(name, source or " ".join(entry.sources), basis) for entry in period_list(prices)]
    return tuple(sorted(rows, key=lambda row: row.start or date.min))


def period_list(prices: Prices | None) -> list[PriceEntry]:
    """One price, a list of periods or none, as a list."""
    if isinstance(prices, list):
        return prices
    return [prices] if prices else []


def _plain(amount: Usd | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
