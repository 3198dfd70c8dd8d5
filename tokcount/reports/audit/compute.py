"""Audit: drift, cost, windows, attribution and findings of one log, put together into one report.

Nothing is counted anew: every number is a sum over the rows of the scan, or comes from the analysis that bears its
name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import polars as pl

from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog
from tokcount.reports.audit.attribution import attribution
from tokcount.reports.audit.distribution import histogram, timeline
from tokcount.reports.audit.finding import Case
from tokcount.reports.audit.findings import findings
from tokcount.reports.audit.windows import windows
from tokcount.reports.columns import Reference
from tokcount.reports.cost.compute import CostOptions, costs, with_costs
from tokcount.reports.drift import compute as drift
from tokcount.reports.groups import groups
from tokcount.reports.overview import SkippedSummary
from tokcount.reports.report import DictReport, Report


class AuditOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: the references, at which prices, and how many of the worst records of each target."""

    baseline: Reference
    targets: tuple[Reference, ...]
    money: CostOptions
    top: int = 10
    engine: str = ""
    """The name of the engine that counted; it is only told."""


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, options: AuditOptions, catalog: Catalog | None = None
) -> Report:
    """The audit of one row a record, as a scan with ``parts`` and ``shapes`` makes them.

    The keys of a drift report, and ``cost`` (a cost report's), ``why`` (`attribution` for each target), ``windows``,
    ``findings``, ``distribution``, ``timeline``, ``by_model`` and ``made``.
    """
    catalog = catalog or catalogs.default()
    asked = drift.DriftOptions(options.baseline, options.targets, (), options.top, options.money)
    references = asked.references
    baseline, targets = options.baseline.label, tuple(reference.label for reference in references[1:])
    by_day, by_model = (_costs_by(frame, options, catalog, key) for key in ("day", "model"))
    priced = with_costs(frame, options.money, catalog)
    case = Case(priced, baseline, targets, options.money, catalog)
    assumed = options.money.assume_model
    data: dict[str, Any] = {
        **drift.report(frame, skipped, asked, catalog).data,
        "cost": costs(frame, options.money, catalog),
        "why": [attribution(frame, baseline, label) for label in targets],
        "windows": [windows(frame, label, catalog, assumed) for label in (baseline, *targets)],
        "findings": findings(case),
        "distribution": [histogram(frame, label, baseline) for label in targets],
        "timeline": timeline(frame, references, by_day),
        "by_model": _with_costs(
            msgspec.to_builtins(groups(frame, ("model",), references, options.baseline)), by_model
        ),
        "made": {
            "engine": options.engine,
            "scanned_parts": "request_id" in frame.columns,
            "assumed_model": assumed,
        },
    }
    return DictReport("audit", data)


Place = tuple[str, int, int]
"""Source, line and index of a record."""


def places(report: Report) -> set[Place]:
    """The records that an audit names."""
    return {_place(entry) for entry in _named(report)}


def with_excerpts(report: Report, excerpts: Mapping[Place, str]) -> Report:
    """The audit with ``excerpt`` at each record that it names and that there is one of; changes the report's data."""
    for entry in _named(report):
        if (place := _place(entry)) in excerpts:
            entry["excerpt"] = excerpts[place]
    return report


def _named(report: Report) -> list[dict[str, Any]]:
    records = (entry["records"] for entry in report.data["findings"])
    return [*report.data["worst"], *(record for of_finding in records for record in of_finding)]


def _place(entry: dict[str, Any]) -> Place:
    return entry["source"], entry["line"], entry["index"]


def _costs_by(frame: pl.DataFrame, options: AuditOptions, catalog: Catalog, key: str) -> list[dict[str, Any]]:
    asked = msgspec.structs.replace(options.money, by=(key,))
    found: list[dict[str, Any]] = costs(frame, asked, catalog)["groups"]
    return found


def _with_costs(models: list[dict[str, Any]], priced: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Groups by model with the cost of each reference beside its tokens."""
    money = {
        (group["model"], cost["reference"]): cost["cost_usd"]
        for group in priced
        for cost in group["references"]
    }
    return [
        {
            **group,
            "references": [
                {**entry, "cost_usd": money.get((group["model"], entry["reference"]))}
                for entry in group["references"]
            ],
        }
        for group in models
    ]
