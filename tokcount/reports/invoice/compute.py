"""A log against an invoice: what both sides have for each day and model, and where they differ."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import structs

from tokcount.errors import UsageError
from tokcount.models.catalog import Catalog
from tokcount.reports.columns import decimal_text
from tokcount.reports.cost.charges import Charges
from tokcount.reports.cost.charging.amounts import usd
from tokcount.reports.invoice.findings import findings
from tokcount.reports.invoice.lines import MEASURES, ExportFile, Measure
from tokcount.reports.invoice.names import merged, one_name
from tokcount.reports.invoice.owners import owner_totals
from tokcount.reports.invoice.report import (
    ComparedName,
    DayModel,
    InvoiceFile,
    InvoiceReport,
    NotCompared,
    Side,
    Status,
)
from tokcount.reports.invoice.sides import (
    InvoiceSide,
    Key,
    LogSide,
    Part,
    Sums,
    amounts,
    invoice_side,
    log_side,
    renamed,
)
from tokcount.reports.overview import SkippedSummary, overview
from tokcount.reports.period import ALL_TIME, Span
from tokcount.scanning.selection import Selection

LAST_INSTANT: Final = 1e-6
"""Before the end of a span, in seconds."""
RELATIVE_ROUNDING: Final = 10**9
"""An amount differs by more than one part in this, or it is the same: exports hold binary fractions."""


class Tolerance(msgspec.Struct, frozen=True):
    """How large the gross difference of a measure may be: a share of the invoice, or an amount of money."""

    text: str
    share: Decimal | None = None
    usd: Decimal | None = None


class Pair(msgspec.Struct):
    """Both sides of a day and model. `rounding`: how much the amounts may differ and are still the same, in units."""

    log: Sums
    invoice: Sums
    measures: set[Measure]
    rounding: int = 0
    has_price: bool = False
    """Some record of the log has a price."""

    def difference(self, measure: Measure) -> int:
        """Log - invoice; 0 where that is only rounding."""
        found = self.log[measure] - self.invoice[measure]
        if measure != "cost_usd":
            return found
        return 0 if abs(found) <= self.rounding + abs(self.invoice[measure]) // RELATIVE_ROUNDING else found


def report(
    charges: Charges,
    skipped: SkippedSummary,
    files: Sequence[ExportFile],
    zone: ZoneInfo,
    tolerance: Tolerance | None = None,
    catalog: Catalog | None = None,
    span: Span = ALL_TIME,
) -> InvoiceReport:
    """The report over one row per record, charged under its own model, and the lines of exports.

    `span`: the first and the last day of the records that were selected; other lines of the exports are left out.

    Raises `UsageError` if two exports have the same lines, if they have nothing that a log has, and for a tolerance in
    dollars if they have no amounts in dollars.
    """
    log = log_side(charges, zone, itemised=any(file.itemised for file in files))
    invoice = invoice_side(files)
    measures = _measures(log, invoice, files, tolerance)
    kept_log = [part for part in log.parts if invoice.covers_any(part.day)]
    kept_invoice = [part for part in invoice.parts if _lies_in(part.day, span)]
    names = _names(kept_log, kept_invoice, catalog)
    pairs = _pairs(
        renamed(kept_log, names.__getitem__), renamed(kept_invoice, names.__getitem__), invoice, measures
    )
    cells = [_cell(key, pair, measures) for key, pair in sorted(pairs.items(), key=_by_day_and_model)]
    days = [cell.day for cell in cells]
    return InvoiceReport(
        **structs.asdict(overview(charges.frame, skipped, catalog)),
        exports=[_file(file) for file in files],
        timezone=zone.key,
        start=min(days, default=None),
        end=max(days, default=None),
        compared=len(cells),
        differing=sum(cell.status != "equal" for cell in cells),
        **_totals(pairs.values(), measures, tolerance),
        rounding_usd=decimal_text(max(file.rounding for file in files)) if "cost_usd" in measures else None,
        lower_bound=_reasons(log, {part.day for part in kept_log}),
        findings=findings(cells),
        not_compared=_not_compared(log, invoice, span),
        names=_other_names(names),
        owners=owner_totals(log.table, charges.frame, files, set(days), measures),
        cells=cells,
    )


def _measures(
    log: LogSide, invoice: InvoiceSide, files: Sequence[ExportFile], tolerance: Tolerance | None
) -> list[Measure]:
    """What both sides have. Raises `UsageError` if that is nothing, or not what a tolerance is for."""
    measures = [name for name in MEASURES if name in log.measures and name in invoice.periods]
    if not measures:
        raise UsageError(f"{files[0].path}: no requests, tokens or amounts in US dollars to compare with.")
    if tolerance and tolerance.usd is not None and "cost_usd" not in measures:
        raise UsageError(
            f"--tolerance {tolerance.text}: the exports have no amounts in US dollars; give a share, such as 1%."
        )
    return measures


def _totals(
    pairs: Collection[Pair], measures: Sequence[Measure], tolerance: Tolerance | None
) -> dict[str, Any]:
    """The fields of `InvoiceReport` with sums, and whether they are within the tolerance."""
    log, invoice = (_summed([getattr(pair, side) for pair in pairs], measures) for side in ("log", "invoice"))
    gross = {name: sum(abs(pair.difference(name)) for pair in pairs) for name in measures}
    passed = bool(pairs) and tolerance is not None and _is_within(tolerance, gross, invoice)
    difference: Sums = Counter({name: log[name] - invoice[name] for name in measures})
    return {
        "log": amounts(log, measures),
        "invoice": amounts(invoice, measures),
        "difference": amounts(difference, measures),
        "gross_difference": amounts(Counter(gross), measures),
        "tolerance": None if tolerance is None else tolerance.text,
        "passed": None if tolerance is None else passed,
    }


def days_of(selection: Selection | None, zone: ZoneInfo) -> Span:
    """The first and the last day of a selection in a time zone; `None`: it is open to that side."""
    if selection is None:
        return ALL_TIME
    last = None if selection.before is None else selection.before - LAST_INSTANT
    first, end = (
        None if time is None else datetime.fromtimestamp(time, zone) for time in (selection.since, last)
    )
    return first and first.date(), end and end.date()


def _names(log: Iterable[Part], invoice: Iterable[Part], catalog: Catalog | None) -> dict[str, str]:
    """Name as written → the name that it is compared under."""
    sides = [{part.model for part in side if part.model is not None} for side in (log, invoice)]
    plain = {name: one_name(name, catalog) for names in sides for name in names}
    again = merged(*([plain[name] for name in names] for names in sides))
    return {name: again.get(found, found) for name, found in plain.items()}


def _other_names(names: Mapping[str, str]) -> list[ComparedName]:
    """The models that are compared under another name than their own without the prefix of a gateway."""
    return [
        ComparedName(name, other)
        for name, other in sorted(names.items())
        if name.lower().rpartition("/")[2] != other
    ]


def _pairs(
    log: Iterable[Part], invoice: Iterable[Part], known: InvoiceSide, measures: Sequence[Measure]
) -> dict[Key, Pair]:
    """Both sides by day and model; a measure that the invoice has by day only is under no model."""
    found: dict[Key, Pair] = defaultdict(lambda: Pair(Counter(), Counter(), set()))
    for side, parts in (("log", log), ("invoice", invoice)):
        for part in parts:
            for measure in measures:
                if not (known.covers(measure, part.day) and part.sums[measure]):
                    continue
                pair = found[part.day, None if measure in known.by_day_only else part.model]
                getattr(pair, side)[measure] += part.sums[measure]
                pair.rounding += part.rounding if measure == "cost_usd" else 0
                pair.has_price |= part.has_price
    for (day, model), pair in found.items():
        pair.measures |= {
            name
            for name in measures
            if known.covers(name, day) and (name in known.by_day_only) == (model is None)
        }
    return dict(found)


def _by_day_and_model(item: tuple[Key, Pair]) -> tuple[date, str]:
    (day, model), _ = item
    return day, model or ""


def _cell(key: Key, pair: Pair, measures: Sequence[Measure]) -> DayModel:
    day, model = key
    have = [name for name in measures if name in pair.measures]
    known = [name for name in have if name != "cost_usd" or pair.has_price or not any(pair.log.values())]
    return DayModel(
        day=day,
        model=model,
        status=_status(pair, have),
        log=amounts(pair.log, known),
        invoice=amounts(pair.invoice, have),
        difference=amounts(Counter({name: pair.difference(name) for name in known}), known),
    )


def _status(pair: Pair, measures: Sequence[Measure]) -> Status:
    different = [name for name in measures if pair.difference(name)]
    if not different:
        return "equal"
    if not any(pair.invoice[name] for name in measures):
        return "only in the log"
    if not any(pair.log[name] for name in measures):
        return "only in the invoice"
    has_counts = any(pair.log[name] for name in measures if name != "cost_usd")
    return "price differs" if different == ["cost_usd"] and has_counts else "differs"


def _summed(sides: Iterable[Sums], measures: Sequence[Measure]) -> Sums:
    found: Sums = Counter()
    for sums in sides:
        for name in measures:
            found[name] += sums[name]
    return found


def _is_within(tolerance: Tolerance, gross: dict[Measure, int], invoice: Sums) -> bool:
    """Whether no gross difference is larger than the tolerance."""
    if tolerance.usd is not None:
        return usd(gross["cost_usd"]) <= tolerance.usd
    share = tolerance.share or Decimal(0)
    return all(found <= share * abs(invoice[name]) for name, found in gross.items())


def _reasons(log: LogSide, days: Iterable[date]) -> dict[str, int]:
    """Why the sums of the compared days may be too low → records, the most frequent first."""
    found: Counter[str] = Counter()
    for day in days:
        found.update(log.reasons.get(day, {}))
    return dict(found.most_common())


def _file(file: ExportFile) -> InvoiceFile:
    first, last = file.days or (None, None)
    currencies = sorted({line.currency for line in file.lines.values()})
    return InvoiceFile(
        path=file.path,
        export=file.export,
        lines=file.number,
        other_lines=file.others,
        start=first,
        end=last,
        currency=", ".join(currencies) or "USD",
        is_cut=file.is_cut,
    )


def _lies_in(day: date, span: Span) -> bool:
    first, last = span
    return (first is None or day >= first) and (last is None or day <= last)


def _not_compared(log: LogSide, invoice: InvoiceSide, span: Span) -> list[NotCompared]:
    """The records outside the period of the invoice, and the lines of days that were not asked for."""
    outside = [part for part in log.parts if not invoice.covers_any(part.day)]
    unasked = [part for part in invoice.parts if any(part.sums.values()) and not _lies_in(part.day, span)]
    found = [
        *_left_out("log", "not in the period of the invoice", outside),
        *_left_out("invoice", "not in the period that was asked for", unasked),
    ]
    if log.undated:
        found.append(NotCompared(side="log", reason="without a timestamp", number=log.undated))
    return found


def _left_out(side: Side, reason: str, parts: Sequence[Part]) -> list[NotCompared]:
    if not parts:
        return []
    days = [part.day for part in parts]
    number = sum(part.number for part in parts)
    return [NotCompared(side=side, reason=reason, number=number, start=min(days), end=max(days))]
