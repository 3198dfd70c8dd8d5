"""The projection of costs to a month."""

from __future__ import annotations

import msgspec
import polars as pl
from msgspec import UNSET

from tokcount.reports.columns import decimal_text
from tokcount.reports.cost.charging.amounts import usd
from tokcount.reports.cost.report import Monthly
from tokcount.reports.period import MonthlyProjection, Span, monthly_projection


class Projection(msgspec.Struct, frozen=True):
    """How costs are projected to a month; `records`: for each record, whether the projection is made from it."""

    found: MonthlyProjection
    records: pl.Series

    def amount(self, costs: pl.Series) -> str | None:
        """The monthly amount of one cost per record; `None` if it is not known."""
        known = costs.filter(self.records).drop_nulls()
        monthly = self.found.monthly(usd(int(known.sum()))) if len(known) else None
        return None if monthly is None else decimal_text(monthly)

    def monthly(self) -> Monthly:
        """What a report shows of the projection."""
        found = self.found
        return Monthly(
            basis=found.basis,
            factor=None if found.factor is None else str(round(found.factor, 6)),
            records=0 if found.factor is None else int(self.records.sum()),
            start=found.first,
            end=found.last,
            days=found.days,
            months=list(found.months),
            warning=found.warning or UNSET,
            doubt=found.doubt or UNSET,
        )


def projection_of(frame: pl.DataFrame, records_per_month: int | None, span: Span) -> Projection:
    """The projection of a log, by a monthly number of records if it is given, else by its months or days."""
    found = monthly_projection(frame, records_per_month, span)
    return Projection(found, frame.select("timestamp", "model").with_columns(used=found.records())["used"])
