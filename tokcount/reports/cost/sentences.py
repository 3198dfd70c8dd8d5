"""The sentences of a cost report: amounts with their days, what is missing from them, and where they come from."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from tokcount.document.blocks import Line, Table
from tokcount.document.values import fixed_usd, integer, percent, places_in, usd
from tokcount.models.references import OWN, PER_RECORD
from tokcount.reports.cost.report import (
    AppliedPrice,
    ComponentCost,
    CostReport,
    ReferenceCost,
    UnpricedRecords,
)
from tokcount.reports.phrases import counted, tally
from tokcount.reports.report import Period

PRICES_NAMED = 4
TARGETS_NAMED = 3
STORING = "file_search"
"""The hosted tool that also pays for storage."""
UNPRICED_NAMED = 5
FILLED_IN_BY = {
    "no model named": "--assume-model",
    "unknown model": "--alias, --price or --prices",
    "no price known": "--price or --prices",
    "no amount in the log": "--cost-from auto",
}
"""Reason for a missing price → the options that help."""


def verdict(report: CostReport, totals: Table) -> str:
    """`The log cost $0.2417; gpt-5.6-luna $0.0112 (−95.4 %)`, in the decimals of the totals."""
    places = places_in([totals])
    first, *targets = report.references
    if first.cost_usd is None:
        subject = f"The cost of {counted(report.records, 'record', 'records')} is not known"
    else:
        verb = "cost" if report.baseline == OWN else f"costs, under {report.baseline},"
        subject = f"The log {verb} {_fixed(first, first.cost_usd, places)}"
    named = [_change(entry, places) for entry in targets[:TARGETS_NAMED]]
    more = len(targets) - TARGETS_NAMED
    rest = [counted(more, "other target", "other targets")] if more > 0 else []
    return "; ".join([subject, *([", ".join([*named, *rest])] if named else [])])


def _change(entry: ReferenceCost, places: int) -> str:
    if entry.cost_usd is None:
        return f"{entry.reference} not known"
    ratio = f" ({percent(entry.difference_share)})" if entry.difference_share is not None else ""
    return f"{entry.reference} {_fixed(entry, entry.cost_usd, places)}{ratio}"


def _fixed(entry: ReferenceCost, cost_usd: str, places: int) -> str:
    return ("at least " if entry.floor else "") + fixed_usd(cost_usd, places)


def logged(report: CostReport) -> list[Line]:
    """How much of the log's cost is not at a price but the amount that the log has."""
    entry = report.references[0]
    if entry.logged is UNSET or entry.logged_usd is UNSET:
        return []
    records = counted(entry.logged, "record", "records")
    return [Line(f"{usd(entry.logged_usd)} is the amount in the log for {records}.")]


def _amount(entry: ReferenceCost, cost_usd: str) -> str:
    return f"at least {usd(cost_usd)}" if entry.floor else usd(cost_usd)


def days(report: CostReport) -> str:
    """At which prices the amounts are: `own at the prices of each record's day; targets at those of 2026-11-22`."""
    tier = " for batches" if report.batch else ""
    if report.as_of:
        return f"At the prices of {report.as_of}{tier}."
    today = f"the prices of {report.today}{tier}"
    if report.baseline != OWN:
        return f"At {today}."
    own = f"own at {_own_days(report.period, report.records)}{tier}"
    return f"{own}; targets at {today}." if report.references[1:] else f"{own}."


def _own_days(period: Period, records: int) -> str:
    if period.undated == records:
        return "the latest known prices of its models"
    undated = (
        f", {integer(period.undated)} undated records at the latest known ones" if period.undated else ""
    )
    return f"the prices of each record's day{undated}"


def monthly(report: CostReport) -> list[Line]:
    """The projection to a month, or why there is none."""
    if report.monthly is None:
        return []
    if report.monthly.factor is None:
        return [Line(f"Cannot project to a month: {report.monthly.basis}.", "warning")]
    amounts = ", ".join(
        f"{entry.reference} {_amount(entry, entry.monthly_usd)}"
        for entry in report.references
        if entry.monthly_usd is not None
    )
    if not amounts:
        return []
    found = [Line(f"Projected to a month ({report.monthly.basis}): {amounts}.")]
    return [*found, *projection_warning(report.monthly.warning)]


def projection_warning(text: str | UnsetType) -> list[Line]:
    """What little a projection rests on, as a sentence; nothing without a text."""
    return [Line(f"{text[0].upper()}{text[1:]}.", "warning")] if text else []


def unpriced(report: CostReport) -> list[Line]:
    """How many records have no price, of which models, and which options help."""
    lines = _by_text((entry.reference, _without_price(entry, report.records)) for entry in report.references)
    return [Line(f"Unpriced under {names}: {text}", "warning") for text, names in lines]


def _without_price(entry: ReferenceCost, records: int) -> str:
    if not entry.unpriced:
        return ""
    listed = [_unpriced_model(row, entry.reference) for row in entry.unpriced]
    more = len(listed) - UNPRICED_NAMED
    named = ", ".join(listed[:UNPRICED_NAMED]) + (
        f" and {counted(more, 'other', 'others')}" if more > 0 else ""
    )
    missing = records - entry.priced
    options = dict.fromkeys(FILLED_IN_BY[row.reason] for row in entry.unpriced if row.reason in FILLED_IN_BY)
    remedy = f"; see {', '.join(options)}" if options else ""
    return f"{integer(missing)} of {counted(records, 'record', 'records')}: {named}{remedy}"


def _unpriced_model(row: UnpricedRecords, reference: str) -> str:
    """`5 my-model (unknown model)`; the reason alone where the name of a model adds nothing."""
    if reference not in PER_RECORD or row.model is None:
        return f"{integer(row.records)} {row.reason}"
    return f"{integer(row.records)} {row.model} ({row.reason})"


def floors(report: CostReport) -> list[Line]:
    """The records that are charged too little because their tokens are not all known."""
    lines = _by_text((entry.reference, _missing_charges(entry)) for entry in report.references)
    return [Line(f"Lower bound for {names}: {text}", "warning") for text, names in lines]


def _missing_charges(entry: ReferenceCost) -> str:
    """`3 records are missing charges (no output in the log)`."""
    return ", ".join(
        f"{counted(n, 'record is', 'records are')} missing charges ({reason})"
        for reason, n in entry.low.items()
    )


def tools(report: CostReport) -> list[Line]:
    """Which hosted tools were paid for, and at which fee."""
    lines = _by_text((entry.reference, _fees(entry)) for entry in report.references)
    found = [Line(f"Fees of hosted tools under {names}: {text}.", "note") for text, names in lines]
    if any(part.component == STORING for entry in report.references for part in entry.components):
        found.append(Line("The storage of vector stores is charged by the day and not included.", "note"))
    return found


def _fees(entry: ReferenceCost) -> str:
    """`2 web_search calls at $0.01, 1 image_generation call (fee not known)`; empty without any."""
    return ", ".join(
        f"{integer(part.quantity)} {part.component} {part.unit if part.quantity > 1 else part.unit[:-1]}{_each(part)}"
        for part in entry.components
        if part.unit in ("calls", "containers") and part.quantity
    )


def _each(part: ComponentCost) -> str:
    if part.cost_usd is None:
        return " (fee not known)"
    return f" at {usd(part.rate_usd)}" if part.rate_usd is not None else f" for {usd(part.cost_usd)}"


def tokens(report: CostReport) -> list[Line]:
    """How many records are charged by billed and by counted tokens, and how sure the counts are."""
    lines = _by_text((entry.reference, _usage(entry)) for entry in report.references)
    sources = "; ".join(f"{names} {text}" for text, names in lines)
    return [Line(f"Records by source of their tokens: {sources}.", "note")] if sources else []


def _usage(entry: ReferenceCost) -> str:
    basis = f" ({tally(entry.basis)})" if entry.basis else ""
    return tally(entry.usage) + basis


def _by_text(texts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Texts, each with all references that it applies to; empty ones are left out."""
    found: dict[str, list[str]] = {}
    for name, text in texts:
        if text:
            found.setdefault(text, []).append(name)
    return [(text, ", ".join(names)) for text, names in found.items()]


def prices(report: CostReport) -> list[Line]:
    """The price rows that were used, with the version of the data they come from."""
    lines = []
    for entry in report.references:
        used = list(dict.fromkeys(map(_price, entry.prices)))
        more = len(used) - PRICES_NAMED
        named = "; ".join(used[:PRICES_NAMED])
        rest = f"; and {counted(more, 'other row', 'other rows')}, see -f json" if more > 0 else ""
        if used:
            version = f"tokcount {report.price_data.version}"
            lines.append(Line(f"Prices of {entry.reference}: {version}, {named}{rest}.", "note"))
    return lines


def _price(price: AppliedPrice) -> str:
    notes = f" ({', '.join(price.notes)})" if price.notes else ""
    return f"{price.origin}{notes}"
