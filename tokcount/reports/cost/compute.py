"""What a log cost, what it would cost on other models, and how much of the difference is tokens, how much price.

Every record is charged by itself, at the price of its day and with the long-context step of its own size; sums come
after. Over the records that are priced on both sides

    token effect = target tokens at the baseline's price - baseline tokens at the baseline's price
    price effect = target tokens at the target's price - target tokens at the baseline's price

and the difference of the two costs is their sum, to the last digit.
"""

from __future__ import annotations

import polars as pl
from msgspec import structs

from tokcount.models.catalog import Catalog, data_date, data_version
from tokcount.reports.columns import decimal_text
from tokcount.reports.cost.charges import Charges, CostOptions, charge
from tokcount.reports.cost.entries import entry, groups, uncompared
from tokcount.reports.cost.monthly import Projection, projection_of
from tokcount.reports.cost.report import COMPONENT, CostGroup, CostReport, Costs, PriceData
from tokcount.reports.overview import SkippedSummary, overview


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, options: CostOptions, catalog: Catalog | None = None
) -> CostReport:
    """The cost report over one row per record, as a scan makes them; see `charge` for the columns."""
    found = costs(charge(frame, options, catalog))
    return CostReport(
        **{**structs.asdict(overview(frame, skipped, catalog, options.assume_model)), **structs.asdict(found)}
    )


def costs(charges: Charges) -> Costs:
    """What the log costs under each label."""
    options = charges.options
    projection = _projection(charges.frame, options)
    summed = {label: charges.summed(label) for label in options.labels}
    compared = {label: charges.compared(label) for label in options.labels[1:]}
    return Costs(
        records=charges.frame.height,
        baseline=options.baseline,
        targets=list(options.labels[1:]),
        currency="USD",
        as_of=options.as_of,
        today=options.today,
        batch=options.batch,
        cached_share=None if options.cached_share is None else decimal_text(options.cached_share),
        monthly=None if projection is None else projection.monthly(),
        price_data=PriceData(data_version(), data_date()),
        assumptions=options.assumptions,
        references=[
            entry(label, rows, compared.get(label), charges, projection) for label, rows in summed.items()
        ],
        uncompared=uncompared(charges),
        by=list(options.by),
        groups=groups(charges, summed, compared, options.dimensions, components=COMPONENT in options.by),
    )


def costs_by(charges: Charges, key: str) -> list[CostGroup]:
    """The costs of groups of records, without comparing them."""
    summed = {label: charges.summed(label) for label in charges.rows}
    return groups(charges, summed, {}, (key,))


def _projection(frame: pl.DataFrame, options: CostOptions) -> Projection | None:
    """How the costs are projected to a month, if that was asked for."""
    if options.records_per_month is None and not options.monthly:
        return None
    return projection_of(frame, options.records_per_month, options.span)
