"""A price period of a model's name, and the fees of hosted tools. Money is `Decimal`, in USD."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

PriceBasis = Literal["bundled", "user", "genai-prices"]
"""Whose price it is: tokcount's data, the user's own, or the optional tables of genai-prices."""


class Rates(msgspec.Struct, frozen=True, omit_defaults=True):
    """USD per 1,000,000 tokens.

    `None` for cached input, cache writes or images: they cost what input costs. `None` for a long cache write or for
    audio: not known, which is not the same (see `SUBSTITUTES`).
    """

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    """Writes to the cache for the shorter time: 30 minutes at OpenAI, 5 minutes at Anthropic."""
    cache_write_long: Decimal | None = None
    """Writes to the cache for the longer time: 12 hours at OpenAI, 1 hour at Anthropic."""
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    image_input: Decimal | None = None
    image_output: Decimal | None = None

    def of(self, name: str) -> Decimal:
        """The rate of a kind of tokens, or of what it is charged as where it has none of its own."""
        rate: Decimal | None = getattr(self, name)
        return self.of(SUBSTITUTES[name]) if rate is None else rate

    def times(self, factor: Decimal) -> Rates:
        """All rates, multiplied."""
        return Rates(**{name: rate * factor for name, rate in self.given().items()})

    def given(self) -> dict[str, Decimal]:
        """The rates that are known, by name."""
        return {name: rate for name in RATES if (rate := getattr(self, name)) is not None}


RATES: Final = Rates.__struct_fields__
SUBSTITUTES: Final = {
    "cached_input": "input",
    "cache_write": "input",
    "cache_write_long": "cache_write",
    "audio_input": "input",
    "audio_output": "output",
    "image_input": "input",
    "image_output": "output",
}
"""Rate → the one that tokens of this kind are charged at without it."""
DEARER: Final = {
    "cache_write_long": "long cache writes at the rate of short ones",
    "audio_input": "audio tokens at the rate of text",
    "audio_output": "audio tokens at the rate of text",
    "image_output": "image tokens at the rate of text",
}
"""Rate whose substitute is too low → why the charge is then a lower bound.

OpenAI's price list has audio and generated images above text, and long cache writes above short ones. Images that a
model reads cost what text costs, unless a rate of their own is listed.
"""


class Tier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a service tier costs: rates of its own, or the standard rates times a `multiplier`.

    A multiplier of 1 means that the tier has no price of its own. `long`: the rates of large requests, where the tier
    has `rates`.
    """

    name: str
    rates: Rates | None = None
    long: Rates | None = None
    multiplier: Decimal | None = None


class PriceRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The price of a name from `start` (inclusive, `None`: open) to `end` (exclusive, `None`: still in force).

    A request with more than `long_threshold` input tokens pays the `long` rates for all of its tokens.
    """

    name: str
    rates: Rates
    start: date | None = None
    end: date | None = None
    tiers: tuple[Tier, ...] = ()
    """The service tiers whose prices are known."""
    regional: Decimal | None = None
    """What all rates are multiplied by for a call that is processed in a region; `None`: nothing is added."""
    long_threshold: int | None = None
    long: Rates | None = None
    low: str = ""
    """Why some requests cost more than this; empty: none does."""
    long_low: str = ""
    """The same of requests at the `long` rates."""
    unverified: tuple[str, ...] = ()
    """What rests on one source or on none: `from`, `to`, `input`, `cached_input`, `output`, …"""
    source: str = ""
    note: str = ""
    basis: PriceBasis = "bundled"

    @property
    def verified(self) -> bool:
        """Whether the prices themselves (not only the dates) rest on more than one source."""
        return not {"input", "output", "cached_input"}.intersection(self.unverified)

    @property
    def free(self) -> bool:
        """Whether nothing was charged at all."""
        return self.rates.input == self.rates.output == 0

    def tier(self, name: str) -> Tier | None:
        """What is known of a service tier."""
        return next((tier for tier in self.tiers if tier.name == name), None)

    def covers(self, day: date) -> bool:
        """Whether `day` (UTC) is inside the period."""
        return _covers(self, day)

    def distance(self, day: date) -> int:
        """Days between `day` and the period; 0 inside it."""
        if self.start is not None and day < self.start:
            return (self.start - day).days
        if self.end is not None and day >= self.end:
            return (day - self.end).days + 1
        return 0


def current(rows: Sequence[PriceRow], day: date) -> PriceRow:
    """The last row that has begun by a day, for prices can be announced ahead; the first one if none has."""
    return next((row for row in reversed(rows) if row.start is None or row.start <= day), rows[0])


class Fee(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fee of a hosted tool: `usd` for `per` uses, in addition to the tokens."""

    tool: str
    usd: Decimal
    per: int = 1
    unit: Literal["call", "container"] = "call"
    models: tuple[str, ...] = ()
    """Names, or patterns such as `gpt-4o*`, of the models whose calls pay it; none: every model of the vendor."""
    vendor: str = ""
    """Whose models pay it; empty: all vendors'."""
    start: date | None = None
    end: date | None = None
    checked: date | None = None
    source: str = ""
    note: str = ""
    basis: PriceBasis = "bundled"

    @property
    def each(self) -> Decimal:
        """USD for one use."""
        return self.usd / self.per

    def applies(self, tool: str, names: tuple[str, ...], day: date | None, vendor: str | None) -> bool:
        """Whether a call of a tool pays it. `names`: those of the model; `vendor`: `None` for an unknown model."""
        if tool != self.tool or (day is not None and not _covers(self, day)):
            return False
        if not self.models:
            return vendor is not None and self.vendor in ("", vendor)
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.models)


def _covers(period: PriceRow | Fee, day: date) -> bool:
    return (period.start is None or period.start <= day) and (period.end is None or day < period.end)
