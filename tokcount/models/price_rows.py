"""A price period of a model's name. Money is `Decimal`, in USD per 1,000,000 tokens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

PriceBasis = Literal["bundled", "user", "genai-prices"]
"""Whose price it is: tokcount's data, the user's own, or the optional tables of genai-prices."""


class Rates(msgspec.Struct, frozen=True, omit_defaults=True):
    """USD per 1,000,000 tokens. `None` for cached input or cache writes: they cost what input costs."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None


class PriceRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The price of a name from `start` (inclusive, `None`: open) to `end` (exclusive, `None`: still in force).

    A request with more than `long_threshold` input tokens pays the `long` rates for all of its tokens. `batch` has
    the input and output rates of the Batch API where they are known; `batch_offered` is false where batch has no
    price of its own.
    """

    name: str
    rates: Rates
    start: date | None = None
    end: date | None = None
    batch: tuple[Decimal, Decimal] | None = None
    batch_offered: bool = True
    long_threshold: int | None = None
    long: Rates | None = None
    unverified: tuple[str, ...] = ()
    """What rests on one source or on none: `from`, `to`, `input`, `cached_input`, `output`."""
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

    def covers(self, day: date) -> bool:
        """Whether `day` (UTC) is inside the period."""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def distance(self, day: date) -> int:
        """Days between `day` and the period; 0 inside it."""
        if self.start is not None and day < self.start:
            return (self.start - day).days
        if self.end is not None and day >= self.end:
            return (day - self.end).days + 1
        return 0
