"""What a request costs: the price row of its day and service tier, in `Decimal`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

import msgspec

from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import Affix, Resolution
from tokcount.models.price_rows import Fee, PriceRow, Rates, current

PER_TOKEN = Decimal("0.000001")
"""Prices are kept per 1,000,000 tokens."""
HALF = Decimal("0.5")
STANDARD_TIERS = frozenset({None, "", "auto", "default", "standard"})
HALVED_TIERS = frozenset({"batch", "flex"})
"""Tiers at half the price unless another one is known (OpenAI's guides to the Batch API and to flex processing)."""

SAME_PRICE: Final = {"flex": "batch", "fast": "priority", "priority": "fast"}
"""Tier → another one at the same price: flex is billed at batch rates (OpenAI's guide to flex processing), and `fast`
and `priority` ask for the same mode (API reference, `service_tier`)."""


FREE = Rates(input=Decimal(0), output=Decimal(0))


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """The rates of a model on a day in a tier, and the row that they come from.

    `long` are the rates of a request with more input tokens than `row.long_threshold`. `regional` is what all rates
    are multiplied by in addition, because of where the call was processed.
    """

    row: PriceRow
    rates: Rates
    long: Rates | None = None
    regional: Decimal | None = None
    extrapolated: bool = False
    """The day lies outside all known periods; the nearest one was taken."""
    notes: tuple[str, ...] = ()
    """What was assumed, in a few words each."""
    low: tuple[str, ...] = ()
    """Why a request costs more than these rates say."""

    def rates_for(self, input_tokens: int) -> Rates:
        """The rates of a request with this many input tokens, cached ones included."""
        threshold = self.row.long_threshold
        if self.long is not None and threshold is not None and input_tokens > threshold:
            return self.long
        return self.rates

    @property
    def origin(self) -> str:
        """One phrase on where the price comes from: `gpt-4o row from 2024-10-02, verified`."""
        start = f" from {self.row.start}" if self.row.start else ""
        standing = "verified" if self.row.verified else "unverified"
        if self.row.basis != "bundled":
            standing = self.row.basis
        return f"{self.row.name} row{start}, {standing}" + (", extrapolated" if self.extrapolated else "")


def price(
    name: str | Resolution,
    on: date | datetime | None = None,
    tier: str | None = None,
    catalog: Catalog | None = None,
    region: str | None = None,
) -> Price | None:
    """The price of a model on a day (UTC); `None` when none is known, which is not zero.

    Without a day it is the last price that the model ever had. Outside the known periods it is that of the nearest
    one, marked `extrapolated`. `region`: where the call was processed, if that was asked for. Raises
    `tokcount.models.resolve.UnknownModel` for a name that is neither a model nor priced by the user.
    """
    catalog = catalog or catalogs.default()
    found = names.find(name, catalog) if isinstance(name, str) else name
    written = name.strip().lower() if isinstance(name, str) else name.asked.strip().lower()
    affixes = () if found is None or catalog.price_layers(written) else found.affixes
    if any(affix.charge == "other" for affix in affixes):
        return None
    layers = [layer for known in _price_names(name, catalog) for layer in catalog.price_layers(known)]
    if not layers:
        return None
    row, is_extrapolated, note = _row_of(layers, on)
    tier = next((affix.tier for affix in affixes if affix.tier), tier)
    price = at_tier(row, tier, region, extrapolated=is_extrapolated, note=note)
    for affix in affixes:
        price = _adjusted(price, affix, found.model.name if found else "")
    return price


def billed_elsewhere(name: str, catalog: Catalog | None = None) -> str | None:
    """Who charges for a name instead of the vendor of its model, in a few words; `None` for most names."""
    found = names.find(name, catalog)
    affixes = found.affixes if found else ()
    return next((affix.note for affix in affixes if affix.charge == "other"), None)


def _row_of(layers: list[tuple[PriceRow, ...]], on: date | datetime | None) -> tuple[PriceRow, bool, str]:
    """The row of a day, whether it is only the nearest one, and what that assumes."""
    if on is None:
        return current(layers[0], catalogs.data_date()), False, "no date: the last known price"
    day = _utc_day(on)
    rows = [row for layer in layers for row in layer]
    covering = next((row for row in rows if row.covers(day)), None)
    return covering or min(rows, key=lambda row: row.distance(day)), covering is None, ""


def _adjusted(price: Price, affix: Affix, model: str) -> Price:
    """The price of a model under a name with what a gateway adds to it."""
    if affix.charge == "free":
        row = PriceRow(name=price.row.name, rates=FREE, source=price.row.source, note=affix.note)
        return Price(row=row, rates=FREE, notes=(affix.note,))
    low = (affix.low,) if affix.low else ()
    if affix.factors is None:
        return msgspec.structs.replace(price, low=(*price.low, *low))
    factor = next((one.times for one in affix.factors if one.fits(model)), None)
    if factor is None:
        unknown = f"the surcharge of {affix.text} is not known"
        return msgspec.structs.replace(price, notes=(*price.notes, unknown), low=(*price.low, unknown, *low))
    return msgspec.structs.replace(
        price,
        rates=price.rates.times(factor),
        long=price.long.times(factor) if price.long else None,
        regional=None,
        notes=(*price.notes, *((f"{affix.text} at {factor} times the price",) if factor != 1 else ())),
        low=(*price.low, *low),
    )


def fee(tool: str, name: str, on: date | None = None, catalog: Catalog | None = None) -> Fee | None:
    """The fee of a hosted tool under a model on a day; `None` when none is known, which is not zero.

    The first entry that fits is taken, the user's own before the bundled ones.
    """
    catalog = catalog or catalogs.default()
    found = names.find(name, catalog)
    written = name.strip().lower()
    called = (written,) if found is None else (written, found.model.name)
    vendor = found.model.vendor if found else None
    fees = (fee for fee in catalog.fees if fee.applies(tool, called, on, vendor))
    return next(fees, None)


def _price_names(name: str | Resolution, catalog: Catalog) -> list[str]:
    """Names to look for, the most particular first: as written, the model's, that of its fine-tunes."""
    if isinstance(name, str):
        written = name.strip().lower()
        found = names.find(name, catalog)
        if found is None and catalog.price_layers(written):
            return [written]
        name = found or names.resolve(name, catalog)
    return list(dict.fromkeys([name.asked.strip().lower(), name.model.name, name.price_name]))


def _utc_day(on: date | datetime) -> date:
    if not isinstance(on, datetime):
        return on
    return (on.astimezone(UTC) if on.tzinfo else on).date()


def at_tier(
    row: PriceRow, tier: str | None, region: str | None = None, *, extrapolated: bool = False, note: str = ""
) -> Price:
    """The price that a row gives in a service tier (`None`: the standard one), with what that assumes."""
    found = _in_tier(row, tier)
    free = ("free beta" if row.basis == "bundled" else "free",) if row.free else ()
    return msgspec.structs.replace(
        found,
        regional=None if region is None or row.free else row.regional,
        extrapolated=extrapolated,
        notes=(*free, *found.notes, *((note,) if note else ())),
        low=(*found.low, *((row.low,) if row.low else ())),
    )


def _in_tier(row: PriceRow, tier: str | None) -> Price:
    """The rates of a service tier."""
    if tier in STANDARD_TIERS or tier is None or row.free:
        return Price(row=row, rates=row.rates, long=row.long)
    is_halved = tier in HALVED_TIERS
    known = row.tier(tier) or row.tier(SAME_PRICE.get(tier, tier))
    if known is None and not is_halved:
        lacking = (f"{tier} tier at standard rates",)
        return Price(row=row, rates=row.rates, long=row.long, notes=lacking, low=lacking)
    long = _half(row.long) if row.long and is_halved else row.long
    if known is None:
        return Price(row=row, rates=_half(row.rates), long=long, notes=(f"{tier} assumed at half the price",))
    if known.rates is None:
        return _multiplied(row, tier, known.multiplier or Decimal(1))
    is_uncached = row.rates.cached_input is not None and known.rates.cached_input is None
    notes = (f"cached input at the {tier} input rate",) if is_uncached else ()
    return Price(row=row, rates=known.rates, long=known.long or long, notes=notes)


def _multiplied(row: PriceRow, tier: str, factor: Decimal) -> Price:
    notes = (f"{tier} has no price of its own: standard rates",) if factor == 1 else ()
    long = row.long.times(factor) if row.long else None
    return Price(row=row, rates=row.rates.times(factor), long=long, notes=notes)


def _half(rates: Rates) -> Rates:
    """Half of input and output; cached input is not known to be cheaper than that."""
    return Rates(input=rates.input * HALF, output=rates.output * HALF)
