"""The report of `tokcount models`: the catalog, or how names are resolved in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import structs

from tokcount.framing.evidence import bundled
from tokcount.framing.families import FAMILIES
from tokcount.models import model as names
from tokcount.models import price_rows, pricing
from tokcount.models.catalog import Catalog, data_date, data_version, sources
from tokcount.models.compatibility import OPENAI, compatibility_of
from tokcount.models.lifecycle import is_current, replacement_chain
from tokcount.models.model import Model
from tokcount.models.price_rows import PriceRow
from tokcount.models.resolve import find, resolve
from tokcount.reports.inspect.compatibility import taken
from tokcount.reports.inspect.report import (
    ModelEntry,
    ModelsReport,
    PricePeriod,
    Rates,
    Recorded,
    Resolution,
    StaleEntries,
    StaleEntry,
    TierRates,
)

VERSION: Final = re.compile(r"gpt-(\d+(?:\.\d+)*)")


def catalog_report(catalog: Catalog, today: date, *, current: bool = False) -> ModelsReport:
    """The catalog by vendor, OpenAI first: the models that are not shut down first, the newest generation first.

    `current`: only models that are not shut down and have a price.
    """
    models = _by_vendor(catalog)
    alive = [model for model in models if is_current(model, today)]
    if current:
        listed = [model for model in alive if catalog.price_layers(model.name)]
    else:
        listed = [*alive, *(model for model in models if not is_current(model, today))]
    return ModelsReport(
        data_version=data_version(),
        data_date=data_date(),
        models=[_entry(model, catalog, model.name) for model in listed],
        is_current=current,
    )


def _by_vendor(catalog: Catalog) -> list[Model]:
    """All models, those of a vendor together, its newest ones first."""
    vendors: dict[str, list[Model]] = {}
    for model in catalog.models.values():
        vendors.setdefault(model.vendor, []).append(model)
    return [
        model
        for vendor, models in vendors.items()
        for model in sorted(
            models if vendor == OPENAI else reversed(models),
            key=lambda model: _generation(model.name),
            reverse=True,
        )
    ]


def _generation(name: str) -> tuple[int, ...]:
    """The version in a model's name: `gpt-5.6-sol` is (5, 6). Names without one come last."""
    found = VERSION.match(name)
    return tuple(map(int, found[1].split("."))) if found else ()


def names_report(names: Sequence[str], catalog: Catalog) -> ModelsReport:
    """How names are resolved; those that are not known are listed."""
    known = [name for name in names if find(name, catalog)]
    return ModelsReport(
        data_version=data_version(),
        data_date=data_date(),
        resolutions=[_resolution(name, catalog) for name in known],
        unknown=[name for name in names if name not in known],
    )


def _resolution(name: str, catalog: Catalog) -> Resolution:
    found = resolve(name, catalog)
    layers = catalog.price_layers(found.price_name)
    return Resolution(
        asked=name,
        model=_entry(found.model, catalog, found.price_name),
        steps=list(found.steps),
        assumed=found.assumed,
        price_name=found.price_name,
        prices=[_period(row) for layer in layers[:1] for row in layer],
        host=found.host,
        charged=_charged(found, catalog),
        evidence=_evidence(found.model),
        compatibility=taken(compatibility_of(found.model, catalog)),
    )


def _charged(found: names.Resolution, catalog: Catalog) -> list[str]:
    """What is in a name besides the model and matters for its price, and why a call costs more than its price."""
    price = pricing.price(found, data_date(), None, catalog)
    if price is not None:
        return list(dict.fromkeys((*(price.notes if found.affixes else ()), *price.low)))
    elsewhere = pricing.billed_elsewhere(found.asked, catalog)
    return [f"{elsewhere}, not at these prices"] if elsewhere else []


def stale_report(catalog: Catalog, today: date, older_than: int) -> ModelsReport:
    """The bundled entries that were last compared with their sources more than some days ago."""
    dated = [
        *((one.name, "model", one.checked, one.source) for one in catalog.models.values()),
        *((one.name, "fine-tune", one.checked, one.source) for one in catalog.fine_tunes.values()),
        *((one.tool, "fee", one.checked, one.source) for one in catalog.fees),
    ]
    entries = [
        StaleEntry(name=name, kind=kind, checked=day, days=(today - day).days, sources=source.split())
        for name, kind, day, source in dated
        if day and (today - day).days > older_than
    ]
    entries.sort(key=lambda entry: entry.checked)
    known = sources()
    named = dict.fromkeys(key for entry in entries for key in entry.sources)
    return ModelsReport(
        data_version=data_version(),
        data_date=data_date(),
        stale=StaleEntries(
            older_than=older_than, entries=entries, sources={key: known.get(key, key) for key in named}
        ),
    )


def _evidence(model: Model) -> list[Recorded]:
    family = FAMILIES[model.family]
    rows = bundled().about(family, model.name) if family.framed else []
    return [Recorded(**structs.asdict(row), confirmed=row.confirms) for row in rows]


def _entry(model: Model, catalog: Catalog, price_name: str) -> ModelEntry:
    layers = catalog.price_layers(price_name)
    return ModelEntry(
        name=model.name,
        vendor=model.vendor,
        encoding=model.encoding,
        encoding_basis=model.encoding_basis,
        family=model.family,
        endpoint=model.endpoint,
        context_window=model.context_window,
        max_input=model.max_input,
        max_output=model.max_output,
        shutdown_date=model.shutdown_date,
        replacement=model.replacement,
        replacement_chain=list(replacement_chain(model, catalog)),
        source=model.source,
        price=_rates(price_rows.current(layers[0], data_date()).rates) if layers else None,
    )


def _period(row: PriceRow) -> PricePeriod:
    batch = row.tier("batch")
    known = batch.rates if batch else None
    return PricePeriod(
        **structs.asdict(_rates(row.rates)),
        start=row.start,
        end=row.end,
        batch_input=_text(known.input) if known else None,
        batch_output=_text(known.output) if known else None,
        tiers=[_tier(tier) for tier in row.tiers],
        regional=_text(row.regional),
        long_threshold=row.long_threshold,
        long=_rates(row.long) if row.long else None,
        verified=row.verified,
        origin=row.basis if row.basis != "bundled" else "verified" if row.verified else "unverified",
        source=row.source,
        note=row.note,
    )


def _tier(tier: price_rows.Tier) -> TierRates:
    return TierRates(
        name=tier.name,
        multiplier=_text(tier.multiplier),
        rates=_rates(tier.rates) if tier.rates else None,
        long=_rates(tier.long) if tier.long else None,
    )


def _rates(rates: price_rows.Rates) -> Rates:
    return Rates(**{name: _text(getattr(rates, name)) for name in price_rows.RATES})


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
