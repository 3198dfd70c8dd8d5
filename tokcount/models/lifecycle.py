"""When models are shut down, and what their vendor recommends instead."""

from __future__ import annotations

from datetime import date, timedelta

from tokcount.models import catalog as catalogs
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import Model

WARN_AHEAD = timedelta(days=180)
"""A target that is shut down within this time gets a warning."""
MOVE_AHEAD = timedelta(days=90)
"""A model that is shut down within this time is recommended only when there is no other."""

NOTICES = "deprecations-"
"""How the keys of the sources begin that are notices of shutdowns; a date follows."""


def replacement_chain(model: Model | str, catalog: Catalog | None = None) -> tuple[str, ...]:
    """The recommended replacements of a model, each the replacement of the one before.

    >>> replacement_chain("text-davinci-003")
    ('gpt-3.5-turbo-instruct', 'gpt-5.6-terra')
    """
    catalog = catalog or catalogs.default()
    current = _model(model, catalog)
    chain: list[str] = []
    while current.replacement and current.replacement not in chain:
        chain.append(current.replacement)
        current = _model(current.replacement, catalog)
    return tuple(chain)


def first_day(name: str) -> date | None:
    """The day from which the bundled prices of a model are known to hold: it cannot have been called before.

    `None`: not known, because the model is unknown or the beginning of its first price is.
    """
    found = names.find(name)
    starts = [row.start for row in catalogs.default().price_rows(found.price_name)] if found else []
    return min((start for start in starts if start), default=None) if None not in starts else None


def shutdown_warning(
    model: Model | str, today: date, catalog: Catalog | None = None, host: str = ""
) -> str | None:
    """One line when a model is shut down, or will be within `WARN_AHEAD`; otherwise `None`.

    `host`: who serves the model, if not its vendor.
    """
    catalog = catalog or catalogs.default()
    model = _model(model, catalog)
    day = model.shutdown_date
    if day is None or day - today > WARN_AHEAD:
        return None
    chain = replacement_chain(model, catalog)
    instead = f"; replacement: {' → '.join(chain)}" if chain else "; no replacement is named"
    as_of = f" (as of {model.replacement_as_of})" if chain and model.replacement_as_of else ""
    as_of += f"; {host} has a date of its own" if host else ""
    if day <= today:
        return f"{model.name} was shut down on {day}{instead}{as_of}"
    days = (day - today).days
    return f"{model.name} shuts down on {day}, in {days} {'day' if days == 1 else 'days'}{instead}{as_of}"


def recommended(model: Model | str, today: date, catalog: Catalog | None = None) -> Model | None:
    """The recommended replacement to move to: the first of the chain that stays for at least `MOVE_AHEAD`.

    When all of them are shut down sooner, it is the last one still available; `None` when none is left.
    """
    catalog = catalog or catalogs.default()
    chain = [_model(name, catalog) for name in replacement_chain(model, catalog)]
    staying = next((one for one in chain if _is_available(one, today, MOVE_AHEAD)), None)
    if staying is not None:
        return staying
    available = [one for one in chain if _is_available(one, today)]
    return available[-1] if available else None


def recommendation(model: Model | str, replacement: str, catalog: Catalog | None = None) -> Model:
    """The model of the chain whose vendor names `replacement` next: its `source` and `replacement_as_of` say where."""
    catalog = catalog or catalogs.default()
    names = (_model(model, catalog).name, *replacement_chain(model, catalog))
    chain = [_model(name, catalog) for name in names]
    return next((one for one in chain if one.replacement == replacement), chain[0])


def source_of(model: Model) -> str:
    """Where the recommendation of a model is from: the newest notice of its vendor, else all that is known of it."""
    keys = model.source.split()
    notices = sorted(key for key in keys if key.startswith(NOTICES))
    known = catalogs.sources()
    return "; ".join(known.get(key, key) for key in notices[-1:] or keys)


def is_current(model: Model, today: date) -> bool:
    """Whether a model is not shut down on that day."""
    return _is_available(model, today)


def _is_available(model: Model, day: date, ahead: timedelta = timedelta()) -> bool:
    """Whether a model is still there on a day, and for more than some days `ahead`."""
    return model.shutdown_date is None or model.shutdown_date - day > ahead


def _model(model: Model | str, catalog: Catalog) -> Model:
    return names.resolve(model, catalog).model if isinstance(model, str) else model
