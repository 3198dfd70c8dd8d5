"""Audit: drift, cost, windows, attribution and findings of one log, put together into one report.

Nothing is counted again: every number is a sum over the rows of the scan, or comes from the analysis of that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec
import polars as pl
from msgspec import UNSET, structs

from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog
from tokcount.reports.audit.attribution import attribution
from tokcount.reports.audit.distribution import histogram, timeline
from tokcount.reports.audit.finding import Case, breaking, entries
from tokcount.reports.audit.findings import findings
from tokcount.reports.audit.report import AuditReport, Made, ModelGroup, ModelMeasures, NamedRecord
from tokcount.reports.audit.windows import windows
from tokcount.reports.columns import NamedReference
from tokcount.reports.cost.charges import CostOptions, charge
from tokcount.reports.cost.compute import costs, costs_by
from tokcount.reports.cost.report import CostGroup
from tokcount.reports.drift import compute as drift
from tokcount.reports.drift.report import DriftGroup, GrowingRecord
from tokcount.reports.groups import groups
from tokcount.reports.measures import same_records
from tokcount.reports.overview import SkippedSummary

R = TypeVar("R", bound=GrowingRecord | NamedRecord)


class AuditOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: the references, at which prices, and how many of the worst records of each target."""

    baseline: NamedReference
    targets: tuple[NamedReference, ...]
    money: CostOptions
    top: int = 10
    engine: str = ""
    """The name of the engine that counted, for the report."""


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, options: AuditOptions, catalog: Catalog | None = None
) -> AuditReport:
    """The audit of one row per record, as a scan with `parts` and `shapes` makes them."""
    catalog = catalog or catalogs.default()
    assumed = options.money.assume_model
    asked = drift.DriftOptions(options.baseline, options.targets, (), options.top, options.money, assumed)
    references = asked.references
    baseline, targets = options.baseline.label, tuple(reference.label for reference in references[1:])
    charges = charge(frame, options.money, catalog)
    by_day, by_model = (costs_by(charges, key) for key in ("day", "model"))
    in_money = costs(charges)
    drifted = drift.report_of(frame, charges, skipped, asked, catalog)
    case = Case(charges.with_costs(), baseline, targets, options.money, catalog)
    del charges  # several columns of each record and reference
    compared = same_records(frame, references)
    found = findings(case)
    return AuditReport(
        **structs.asdict(drifted),
        cost=in_money,
        why=[attribution(compared, baseline, label) for label in targets],
        windows=[windows(frame, label, catalog, assumed) for label in (baseline, *targets)],
        findings=entries(found, case),
        breaking=breaking(found, case),
        distribution=[histogram(compared, label, baseline) for label in targets],
        timeline=timeline(compared, references, by_day),
        by_model=_with_costs(groups(compared, ("model",), references, options.baseline), by_model),
        made=Made(options.engine, "request_id" in frame.columns, assumed),
    )


Place = tuple[str, int, int]
"""Source, line and index of a record."""


def places(report: AuditReport) -> set[Place]:
    """The records that an audit names."""
    named = {_place(record) for finding in report.findings for record in finding.records}
    return named | {_place(record) for record in report.worst}


def with_excerpts(report: AuditReport, excerpts: Mapping[Place, str]) -> AuditReport:
    """The audit with an excerpt of each record that it names and that there is one of."""

    def shown(record: R) -> R:
        return structs.replace(record, excerpt=excerpts.get(_place(record), UNSET))

    found = [
        structs.replace(finding, records=[shown(record) for record in finding.records])
        for finding in report.findings
    ]
    return structs.replace(report, worst=[shown(record) for record in report.worst], findings=found)


def _place(record: GrowingRecord | NamedRecord) -> Place:
    return record.source, record.line, record.index


def _with_costs(models: Iterable[DriftGroup], priced: Iterable[CostGroup]) -> list[ModelGroup]:
    """Groups by model with the cost of each reference."""
    money = {(group.model, cost.reference): cost.cost_usd for group in priced for cost in group.references}
    return [
        ModelGroup(
            None if group.model is UNSET else group.model,
            group.records,
            [
                ModelMeasures(**structs.asdict(entry), cost_usd=money.get((group.model, entry.reference)))
                for entry in group.references
            ],
        )
        for group in models
    ]
