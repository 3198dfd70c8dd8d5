"""A price period of a model's name, as a table row says it. Money is `Decimal` from strings, USD per 1M tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

PriceBasis = Literal["bundled", "user", "genai-prices"]
"""Whose price it is: tokcount's data, the user's own, or the optional tables of genai-prices."""

NO_BATCH = "none"
"""What a batch cell says when batch has no price of its own."""


class Rates(msgspec.Struct, frozen=True):
    """USD per 1,000,000 tokens. ``None`` for cached input or cache writes: they cost what input costs."""

    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None


class PriceRow(msgspec.Struct, frozen=True, kw_only=True):
    """The price of a name from ``start`` (inclusive, ``None``: always) to ``end`` (exclusive, ``None``: still).

    A request with more than ``long_threshold`` input tokens pays the ``long`` rates for all of its tokens.
    ``batch`` holds known input and output rates of the Batch API; ``batch_offered`` is false where batch has no
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
    """Cells that rest on one source or on none: ``from``, ``to``, ``input``, ``cached_input``, ``output``."""
    source: str = ""
    note: str = ""
    basis: PriceBasis = "bundled"

    @property
    def verified(self) -> bool:
        """Do the prices themselves (not only the dates) rest on more than one source?"""
        return not {"input", "output", "cached_input"}.intersection(self.unverified)

    @property
    def free(self) -> bool:
        """Was nothing charged at all?"""
        return self.rates.input == self.rates.output == 0

    def covers(self, day: date) -> bool:
        """Is ``day`` (UTC) inside the period?"""
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def distance(self, day: date) -> int:
        """Days between ``day`` and the period; 0 inside it."""
        if self.start is not None and day < self.start:
            return (self.start - day).days
        if self.end is not None and day >= self.end:
            return (day - self.end).days + 1
        return 0


def from_cells(cells: Mapping[str, str]) -> PriceRow:
    """A row of ``prices.csv`` (its header names the cells)."""
    threshold = cells["long_threshold"]
    return PriceRow(
        name=cells["model"],
        start=day_or_none(cells["from"]),
        end=day_or_none(cells["to"]),
        rates=_rates(cells, ""),
        batch=_batch(cells["batch_input"], cells["batch_output"]),
        batch_offered=cells["batch_input"] != NO_BATCH,
        long_threshold=int(threshold) if threshold else None,
        long=_rates(cells, "long_") if threshold else None,
        unverified=tuple(cells["unverified"].split()),
        source=cells["source"],
        note=cells["note"],
    )


def day_or_none(cell: str) -> date | None:
    """The day of an ISO date cell; ``None`` for an empty one."""
    return date.fromisoformat(cell) if cell else None


def _rates(cells: Mapping[str, str], prefix: str) -> Rates:
    return Rates(
        input=Decimal(cells[f"{prefix}input"]),
        output=Decimal(cells[f"{prefix}output"]),
        cached_input=_decimal_or_none(cells[f"{prefix}cached_input"]),
        cache_write=_decimal_or_none(cells[f"{prefix}cache_write"]),
    )


def _batch(input_cell: str, output_cell: str) -> tuple[Decimal, Decimal] | None:
    if input_cell in ("", NO_BATCH):
        return None
    return Decimal(input_cell), Decimal(output_cell)


def _decimal_or_none(cell: str) -> Decimal | None:
    return Decimal(cell) if cell else None
