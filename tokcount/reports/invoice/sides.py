"""The two sides of the comparison, each as sums by day and model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import polars as pl

from tokcount.errors import UsageError
from tokcount.models.references import OWN
from tokcount.reports.columns import decimal_text
from tokcount.reports.cost.charges import Charges
from tokcount.reports.cost.charging.amounts import UNIT, usd
from tokcount.reports.cost.charging.components import FEE, tools
from tokcount.reports.invoice.lines import MEASURES, ExportFile, InvoiceLine, Measure
from tokcount.reports.invoice.names import fee_in
from tokcount.reports.invoice.report import Amounts

Key = tuple[date, str | None]
Sums = Counter[Measure]
"""Sums of measures; money in the units of `tokcount.reports.cost.charging.amounts`."""
Days = tuple[date, date]
"""The first and the last of a span."""
UNNAMED: Final = "no model named"


class Part(msgspec.Struct, frozen=True):
    """What one side has on one day for one model; `number` of records or lines."""

    day: date
    model: str | None
    sums: Sums
    number: int
    rounding: int = 0
    """How much its amount may differ because it was rounded, in units."""
    has_price: bool = False
    """Whether any of the log's records has a price."""


class LogSide(msgspec.Struct, frozen=True):
    """The log by day and model."""

    table: pl.DataFrame
    """One row per record: `day`, `model`, the measures, and `why` its amount may be too low."""
    parts: list[Part]
    undated: int
    reasons: dict[date, Counter[str]]
    """Day → why its sums may be too low → records."""
    measures: frozenset[Measure]
    """What the log has: cached tokens are known from bills only."""


def log_side(charges: Charges, zone: ZoneInfo, *, itemised: bool = False) -> LogSide:
    """The records of a log, charged under their own models, by the days of a time zone.

    `itemised`: the fees of tools are parts of their own, and not of what the models cost.
    """
    frame, rows = charges.frame, charges.rows[OWN]
    table = _log_table(charges, zone)
    parts = [part for each in (_fees_apart(table, rows) if itemised else (table,)) for part in _parts(each)]
    dated = table.filter(pl.col("day").is_not_null())
    reasons: dict[date, Counter[str]] = defaultdict(Counter)
    low = dated.filter(pl.col("why").is_not_null()).group_by("day", "why").len()
    for day, why, number in low.iter_rows():
        reasons[day][why] = number
    has_cached = "billed_cached_tokens" in frame.columns and frame["billed_cached_tokens"].count() > 0
    measures = frozenset(name for name in MEASURES if name != "cached_tokens" or has_cached)
    return LogSide(table, parts, table.height - dated.height, reasons, measures)


def _log_table(charges: Charges, zone: ZoneInfo) -> pl.DataFrame:
    """See `LogSide.table`."""
    frame, rows = charges.frame, charges.rows[OWN]
    is_billed = rows["usage"] != "not billed"
    requests = (
        frame["requests"].fill_null(1)
        if "requests" in frame.columns
        else pl.repeat(1, len(frame), eager=True)
    )
    return pl.DataFrame(
        {
            "day": frame["timestamp"].dt.convert_time_zone(zone.key).dt.date(),
            "model": rows["model"].fill_null(UNNAMED),
            "requests": requests * is_billed.cast(pl.Int64),
            "input_tokens": rows["input"],
            "cached_tokens": rows["cached_input"],
            "output_tokens": rows["output"],
            "cost_usd": rows["cost"],
            "why": rows.select(pl.coalesce("reason", "low")).to_series(),
        }
    )


def _fees_apart(table: pl.DataFrame, rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The table of charged records without the fees of tools, then a table of the fees of each tool.

    `rows`: the charges of the same records. Those at the amount in the log have no fees of their own.
    """
    used = tools(rows)
    if not used:
        yield table
        return
    in_cost = rows["tool_cost"].fill_null(0)
    yield table.with_columns(cost_usd=table["cost_usd"] - in_cost)
    for tool in used:
        fees = rows[f"{FEE}{tool}"].zip_with(
            in_cost > 0, pl.repeat(None, rows.height, dtype=pl.Int128, eager=True)
        )
        named = table.select("day", model=pl.lit(fee_in(tool) or tool), cost_usd=fees)
        yield named.filter(pl.col("cost_usd") > 0)


def _parts(table: pl.DataFrame) -> list[Part]:
    """The sums of a table by day and model; of fees, it has amounts only and no number of records."""
    is_fees = "requests" not in table.columns
    there = [name for name in MEASURES if name in table.columns]
    sums = [pl.col(name).cast(pl.Int128).sum() for name in there]
    dated = table.filter(pl.col("day").is_not_null())
    grouped = dated.group_by("day", "model").agg(
        pl.len().alias("number"), pl.col("cost_usd").count().alias("priced"), *sums
    )
    return [
        Part(
            row["day"],
            row["model"],
            Counter({name: row[name] for name in there}),
            0 if is_fees else row["number"],
            has_price=row["priced"] > 0,
        )
        for row in grouped.iter_rows(named=True)
    ]


class InvoiceSide(msgspec.Struct, frozen=True):
    """All exports by day and model."""

    parts: list[Part]
    periods: dict[Measure, list[Days]]
    """Measure → the periods of the exports that have it."""
    by_day_only: frozenset[Measure]
    """Measures of which a line does not name what it is for."""

    def covers(self, measure: Measure, day: date) -> bool:
        """Whether the invoice has a measure for a day, be it zero."""
        return any(first <= day <= last for first, last in self.periods.get(measure, ()))

    def covers_any(self, day: date) -> bool:
        """Whether the invoice has anything for a day."""
        return any(self.covers(measure, day) for measure in self.periods)


def invoice_side(files: Sequence[ExportFile]) -> InvoiceSide:
    """All exports together. Raises `UsageError` where two of them have the same lines."""
    _check_overlaps(files)
    periods: dict[Measure, list[Days]] = defaultdict(list)
    nameless = set[Measure]()
    parts = []
    for file in files:
        for line in file.lines.values():
            part = _part(line, file.rounding)
            nameless |= {name for name in part.sums if line.name is None and part.sums[name]}
            parts.append(part)
        for name in MEASURES:
            if file.days and any(line.amount(name) is not None for line in file.lines.values()):
                periods[name].append(file.days)
    return InvoiceSide(parts, dict(periods), frozenset(nameless))


def sums_of(line: InvoiceLine) -> Sums:
    """The measures of a line; what it does not have is 0."""
    sums: Sums = Counter({name: int(line.amount(name) or 0) for name in MEASURES if name != "cost_usd"})
    if line.cost_usd is not None:
        sums["cost_usd"] = round(line.cost_usd / UNIT)
    return sums


def amounts(sums: Sums, measures: Collection[Measure]) -> Amounts:
    """Sums as a report has them; `None` for what is not among the measures."""
    whole = {name: sums[name] if name in measures else None for name in MEASURES if name != "cost_usd"}
    cost = decimal_text(usd(sums["cost_usd"])) if "cost_usd" in measures else None
    return Amounts(**whole, cost_usd=cost)


def _part(line: InvoiceLine, rounding: Decimal) -> Part:
    sums = sums_of(line)
    if line.cost_usd is None:
        return Part(line.day, line.name, sums, line.number)
    return Part(line.day, line.name, sums, line.number, max(round(rounding / UNIT), 1) * line.number)


def _check_overlaps(files: Sequence[ExportFile]) -> None:
    """Raise `UsageError` if two exports of one kind have the same sums for the same day, model and project."""
    for one, other in combinations(files, 2):
        if one.export != other.export:
            continue
        for key, line in other.lines.items():
            if one.lines.get(key) == line and any(line.amount(name) for name in MEASURES):
                raise UsageError(
                    f"{one.path} and {other.path} have the same numbers for {line.day}: each day must be in one export "
                    "only; leave one of them out."
                )


def renamed(parts: Iterable[Part], name_of: Callable[[str], str]) -> Iterator[Part]:
    """The parts under the names that `name_of` gives their models."""
    for part in parts:
        name = None if part.model is None else name_of(part.model)
        yield msgspec.structs.replace(part, model=name)
