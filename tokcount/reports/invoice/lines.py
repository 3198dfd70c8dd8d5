"""What an export of usage or costs consists of: lines, each for one day and at most one model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, Literal

import msgspec
from msgspec import structs

Measure = Literal["requests", "input_tokens", "cached_tokens", "output_tokens", "cost_usd"]
MEASURES: Final[tuple[Measure, ...]] = (
    "requests",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "cost_usd",
)
FEWEST_DECIMALS: Final = 2
"""An amount that is written with fewer decimals is exact to the cent."""


class InvoiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an export, or the sum of several. A measure that it does not have is `None`; a line may have none.

    `cached_tokens` are part of `input_tokens`. `name` is the model, or what else is charged, as it is written there.
    `owners` are the ids and names of the project and of the API key.
    """

    day: date
    name: str | None = None
    owners: tuple[str, ...] = ()
    requests: int | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None
    currency: str = "USD"
    """That of the amount in the export; `cost_usd` is `None` if it is another one."""
    is_other: bool = False
    """It is for something other than language models, as most lines of a cloud subscription are."""
    number: int = 1
    """Lines that are added up."""

    def amount(self, measure: Measure) -> int | Decimal | None:
        """The value of a measure; `None`: the line does not have it."""
        found: int | Decimal | None = getattr(self, measure)
        return found

    def plus(self, other: InvoiceLine) -> InvoiceLine:
        """The sum with another line for the same day, model and owners."""
        sums = {name: _sum(self.amount(name), other.amount(name)) for name in MEASURES}
        return structs.replace(self, **sums, number=self.number + other.number)


def _sum(one: int | Decimal | None, other: int | Decimal | None) -> int | Decimal | None:
    return other if one is None else one if other is None else one + other


class ExportFile(msgspec.Struct, kw_only=True):
    """An export that was read: its lines added up, without those for something other than language models."""

    path: str
    export: str = ""
    """What it is, such as `OpenAI usage export`."""
    lines: dict[tuple[object, ...], InvoiceLine] = {}
    """Day, name, owners and currency → the sum of their lines."""
    others: int = 0
    """Lines that were left out."""
    days: tuple[date, date] | None = None
    """The first and the last day of all its lines."""
    decimals: int = FEWEST_DECIMALS
    """The most decimals that an amount is written with."""
    itemised: bool = False
    """The fees of tools have lines of their own."""
    is_cut: bool = False
    """Its last page names a following one."""

    def add(self, line: InvoiceLine) -> None:
        """Add a line, or only its day."""
        first, last = self.days or (line.day, line.day)
        self.days = min(first, line.day), max(last, line.day)
        if line.is_other:
            self.others += 1
            return
        if line.cost_usd is not None:
            exponent = line.cost_usd.as_tuple().exponent
            self.decimals = max(self.decimals, -exponent if isinstance(exponent, int) else 0)
        key = (line.day, line.name, line.owners, line.currency)
        before = self.lines.get(key)
        self.lines[key] = line if before is None else before.plus(line)

    @property
    def number(self) -> int:
        """Lines that were added up."""
        return sum(line.number for line in self.lines.values())

    @property
    def rounding(self) -> Decimal:
        """How far the amount of a line may be from the true one, because it is written with so many decimals."""
        return Decimal(1).scaleb(-self.decimals) / 2
