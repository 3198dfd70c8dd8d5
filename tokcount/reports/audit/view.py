"""`tokcount audit`: the page that a team shares: what breaks, what it costs, how sure that is, and what to do."""

from __future__ import annotations

from typing import Final

from msgspec import structs

from tokcount.document.blocks import Block, Blocks, Column, Heading, Line, Table
from tokcount.document.rows import Row, flat
from tokcount.models.references import OWN
from tokcount.reports import replacements
from tokcount.reports.audit.report import AuditReport, WindowFit
from tokcount.reports.audit.sections import charts, cost, findings, made, unknown, verdict, why
from tokcount.reports.cost.report import CostReport
from tokcount.reports.drift import view as drift_view
from tokcount.reports.phrases import assumptions, location, selected, stated
from tokcount.reports.report import Overview

WINDOW_COLUMNS: Final = {
    "context_window": Column("window", "int"),
    "fill_p95": Column("p95 full", "share"),
    "fill_max": Column("fullest", "share"),
    "too_long": Column("too long", "int"),
    "no_room": Column("no room", "int"),
    "asks_too_much": Column("above limit", "int"),
    "unknown": Column("not known", "int"),
}
WINDOW_NOTE: Final = (
    "too long: the input exceeds the model's limit; no room: input + max_tokens exceeds the window; "
    "above limit: max_tokens exceeds the model's output limit; not known: whether the request fits"
)
SAME: Final = ("reference", "cost_usd", "priced", "charged", "floor")
"""Fields of a reference's cost that are among its tokens too, `floor` as `cost_floor`."""


def blocks(report: AuditReport) -> Blocks:
    """The verdict first, then findings, then from the size of the change to its cause, its money and its limits."""
    costs = cost_report(report)
    return [
        *verdict.blocks(report),
        *assumptions(report.cost.assumptions),
        *selected(report),
        Heading("Findings"),
        *findings.blocks(report),
        Heading("Drift"),
        *_own(report),
        drift_view.totals(report, with_cost=False),
        *replacements.blocks(report),
        *drift_view.not_compared(report),
        *drift_view.no_model(report),
        *charts.drift(report),
        *_section("Why the input changes", why.blocks(report)),
        *_section("By role and position", why.by_place(report), brief=False),
        Heading("Cost"),
        *cost.blocks(costs),
        *_section("Cost over time", charts.over_time(report), brief=False),
        *_section("By model of the log", cost.by_model(report), brief=False),
        Heading("Windows and limits", brief=any(_is_broken(entry) for entry in report.windows)),
        *_windows(report),
        *_section("Records that grow most", _worst(report)),
        Heading("What is not known"),
        *unknown.blocks(report),
        Heading("How the numbers were made", brief=False),
        *made.blocks(report, costs),
    ]


def _section(title: str, found: Blocks, *, brief: bool = True) -> list[Block]:
    """Blocks below a heading; nothing without blocks."""
    return [Heading(title, brief=brief), *found] if found else []


def rows(report: AuditReport) -> list[Row]:
    """One row per reference: its tokens, its money and its windows, each figure once."""
    money = {entry.reference: entry for entry in report.cost.references}
    windows = {entry.reference: entry for entry in report.windows}
    return [
        {
            **flat(entry),
            **{
                _cost_key(key): value
                for key, value in flat(money[entry.reference]).items()
                if key not in SAME
            },
            **{
                f"window.{key}": value
                for key, value in flat(windows[entry.reference]).items()
                if key != "reference"
            },
            "assumptions": stated(report.cost.assumptions, entry.reference, report.baseline),
        }
        for entry in report.references
    ]


def _cost_key(key: str) -> str:
    """The name of a field of a reference's cost where its tokens have a field of the same name."""
    if key.endswith("_tokens"):
        return f"charged_{key}"
    return f"cost_{key}" if key == "compared" or key.startswith("basis.") else key


def cost_report(report: AuditReport) -> CostReport:
    """The cost section of an audit as a report of its own."""
    overview = {name: getattr(report, name) for name in Overview.__struct_fields__}
    return CostReport(**{**overview, **structs.asdict(report.cost)})


def _own(report: AuditReport) -> list[Line]:
    if report.baseline != OWN:
        return []
    assumed = report.made.assumed_model
    otherwise = f", {assumed} where that is unknown" if assumed else ""
    return [Line(f"own: each record under the model it was sent to{otherwise}", "note")]


def _is_broken(entry: WindowFit) -> bool:
    return bool(entry.too_long or entry.no_room or entry.asks_too_much)


def _windows(report: AuditReport) -> list[Block]:
    known = [entry for entry in report.windows if entry.measured]
    if not known:
        return [Line("The windows of the references are unknown.", "note")]
    has_unknown = any(entry.unknown for entry in report.windows)
    keys = [key for key in WINDOW_COLUMNS if key != "unknown" or has_unknown]
    columns = (Column("reference"), *(WINDOW_COLUMNS[key] for key in keys))
    table = tuple((entry.reference, *(getattr(entry, key) for key in keys)) for entry in known)
    note = WINDOW_NOTE if has_unknown else WINDOW_NOTE.rpartition(";")[0]
    return [Table(columns, table, note=note)]


def _worst(report: AuditReport) -> list[Block]:
    places = {location(entry): entry.excerpt for entry in report.worst if entry.excerpt}
    excerpts = [Line(f"{place}: {excerpt}") for place, excerpt in places.items()]
    shown = [structs.replace(b, title="") if isinstance(b, Table) else b for b in drift_view.worst(report)]
    return [*shown, *excerpts]
