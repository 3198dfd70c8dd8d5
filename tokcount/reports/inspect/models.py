"""`tokcount models`: the catalog as a table; with names, how each was resolved and its prices."""

from __future__ import annotations

from datetime import date

from tokcount.document.blocks import Block, Blocks, Cell, Column, Heading, Line, RowStyle, Table
from tokcount.document.rows import Row, flat
from tokcount.document.values import UNKNOWN, integer
from tokcount.framing.evidence import ANY, MODEL
from tokcount.reports.inspect import compatibility
from tokcount.reports.inspect.report import (
    ModelEntry,
    ModelsReport,
    PricePeriod,
    Recorded,
    Resolution,
    StaleEntries,
)
from tokcount.reports.phrases import counted

MODEL_COLUMNS = (
    Column("model"),
    Column("window", "int"),
    Column("input", "price"),
    Column("cached", "price", drop=2),
    Column("output", "price"),
    Column("until"),
    Column("replacement", drop=1),
    Column("max output", "int", drop=3),
    Column("encoding", drop=4),
    Column("family", drop=4),
)
CURRENT_COLUMNS = (
    Column("model"),
    Column("window", "int"),
    Column("input", "price"),
    Column("output", "price"),
    Column("until: replacement"),
)
"""Of the models to choose from: as many as fit a terminal of 80 columns."""
PRICE_COLUMNS = (
    Column("from"),
    Column("to"),
    Column("input", "price"),
    Column("cached", "price"),
    Column("output", "price"),
    Column("origin"),
)
STALE_COLUMNS = (
    Column("entry"),
    Column("kind"),
    Column("checked"),
    Column("days", "int"),
    Column("sources"),
)
GONE: RowStyle = "apart"
YOURS = "your own"
PER_MILLION = "prices in USD per 1,000,000 tokens"


def blocks(report: ModelsReport) -> Blocks:
    """The catalog, or an explanation of each name that was asked for."""
    if report.resolutions:
        return [block for entry in report.resolutions for block in _explanation(entry)]
    if report.stale:
        return _stale(report.stale, report.data_date)
    if report.is_current:
        heading = Heading("Models that are not shut down, by vendor")
        return [heading, *(_currents(vendor, entries) for vendor, entries in _vendors(report))]
    return [_catalog(vendor, entries, report) for vendor, entries in _vendors(report)]


def _vendors(report: ModelsReport) -> list[tuple[str, list[ModelEntry]]]:
    """The models of each vendor."""
    found: dict[str, list[ModelEntry]] = {}
    for entry in report.models or ():
        found.setdefault(entry.vendor, []).append(entry)
    return list(found.items())


def _currents(vendor: str, entries: list[ModelEntry]) -> Table:
    return Table(CURRENT_COLUMNS, tuple(map(_current, entries)), title=vendor or YOURS, note=PER_MILLION)


def _catalog(vendor: str, entries: list[ModelEntry], report: ModelsReport) -> Table:
    """All models of a vendor; those that are shut down are the last ones."""
    day = report.run.day if report.run else report.data_date
    models = sorted(entries, key=lambda entry: _is_gone(entry, day))
    gone = {number: GONE for number, entry in enumerate(models) if _is_gone(entry, day)}
    table = tuple(map(_model, models))
    return Table(MODEL_COLUMNS, table, title=vendor or YOURS, note=PER_MILLION, styles=gone)


def _is_gone(entry: ModelEntry, day: date) -> bool:
    return entry.shutdown_date is not None and entry.shutdown_date <= day


def rows(report: ModelsReport) -> list[Row]:
    """One row per model, or per price period of the names that were asked for."""
    if report.stale:
        return [{**flat(entry), "sources": " ".join(entry.sources)} for entry in report.stale.entries]
    if not report.resolutions:
        return [_model_row(entry) for entry in report.models or ()]
    return [
        {"asked": entry.asked, **_model_row(entry.model), **price}
        for entry in report.resolutions
        for price in [_price_row(price) for price in entry.prices] or [{}]
    ]


def _stale(found: StaleEntries, data_date: date) -> list[Block]:
    if not found.entries:
        limit = counted(found.older_than, "day", "days")
        return [Line(f"No entry is older than {limit}. The newest ones were checked on {data_date}.")]
    table = tuple(
        (entry.name, entry.kind, entry.checked.isoformat(), entry.days, ", ".join(entry.sources))
        for entry in found.entries
    )
    limit = counted(found.older_than, "day", "days")
    title = f"{counted(len(found.entries), 'entry', 'entries')} last checked more than {limit} ago"
    return [
        Table(STALE_COLUMNS, table, title=title),
        Heading("Sources"),
        *(Line(f"{key}: {text}", "note") for key, text in found.sources.items()),
    ]


def _model(entry: ModelEntry) -> tuple[Cell, ...]:
    price = entry.price
    return (
        entry.name,
        entry.context_window,
        price.input if price else None,
        price.cached_input if price else None,
        price.output if price else None,
        _day(entry.shutdown_date) or "",
        _chain(entry),
        entry.max_output,
        entry.encoding or UNKNOWN,
        entry.family,
    )


def _current(entry: ModelEntry) -> tuple[Cell, ...]:
    price = entry.price
    return (
        entry.name,
        entry.context_window,
        price.input if price else None,
        price.output if price else None,
        ": ".join(filter(None, (_day(entry.shutdown_date), _chain(entry)))),
    )


def _chain(entry: ModelEntry) -> str:
    """`gpt-3.5-turbo-instruct → gpt-5.6-terra`."""
    return " → ".join(entry.replacement_chain)


def _explanation(entry: Resolution) -> list[Block]:
    model = entry.model
    facts = [
        f"{model.encoding} ({model.encoding_basis})" if model.encoding else "no published tokenizer",
        f"framing {model.family}",
        f"window {_tokens(model.context_window)}",
        f"output up to {_tokens(model.max_output)}",
    ]
    how = "; ".join(entry.steps) or "listed in the catalog"
    found: list[Block] = [
        Heading(entry.asked),
        Line(f"{model.name} · {' · '.join(filter(None, (model.vendor, *facts)))}", "strong"),
        Line(f"Resolved: {how}"),
    ]
    if entry.assumed:
        found.append(
            Line(
                "The catalog does not have this version of the model; it is taken for the model itself.",
                "warning",
            )
        )
    if model.shutdown_date:
        successor = f"; replacement: {_chain(model)}" if model.replacement else ""
        own = f"; {entry.host} has a date of its own" if entry.host else ""
        found.append(Line(f"Shutdown: {model.shutdown_date}{successor}{own}", "warning"))
    charged = [Line(f"Charged: {'; '.join(entry.charged)}", "warning")] if entry.charged else []
    return [*found, *charged, *_evidence(entry), _prices(entry), *compatibility.blocks(entry.compatibility)]


def _evidence(entry: Resolution) -> list[Line]:
    """How many recordings of the model there are, and which features of its requests are confirmed."""
    if not entry.evidence:
        return []
    own = next((row for row in entry.evidence if row.feature == MODEL), None)
    if own is None or not own.confirmed:
        few = f"{integer(own.exact)} of {integer(own.recordings)}" if own else "none"
        return [Line(f"Counts are estimated. Recorded calls counted as billed: {few}.", "warning")]
    recorded = counted(own.recordings, "recorded call", "recorded calls")
    projects = counted(own.projects, "project", "projects")
    return [
        Line(f"{integer(own.exact)} of {recorded} counted as billed, from {projects}."),
        *(Line(f"Exact in {name}: {', '.join(found)}.") for name, found in _confirmed(entry.evidence)),
    ]


def _confirmed(evidence: list[Recorded]) -> list[tuple[str, list[str]]]:
    """The features that are confirmed on each endpoint, the most recorded first, without those of schemas."""
    by_endpoint: dict[str, list[str]] = {}
    for row in sorted(evidence, key=lambda row: -row.recordings):
        if row.confirmed and row.endpoint != ANY and row.since is None:
            by_endpoint.setdefault(row.endpoint, []).append(row.feature)
    return list(by_endpoint.items())


def _prices(entry: Resolution) -> Block:
    if not entry.prices:
        return Line(f"No price is known for {entry.price_name}; set one with --price.", "warning")
    table = tuple(
        (_day(p.start), _day(p.end), p.input, p.cached_input, p.output, p.origin) for p in entry.prices
    )
    return Table(PRICE_COLUMNS, table, title=f"Prices of {entry.price_name}", note=PER_MILLION)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _tokens(n: int | None) -> str:
    return UNKNOWN if n is None else integer(n)


def _model_row(model: ModelEntry) -> Row:
    return {key: value for key, value in flat(model).items() if key != "price"}


def _price_row(period: PricePeriod) -> Row:
    return {f"price.{key}": value for key, value in flat(period).items()}
