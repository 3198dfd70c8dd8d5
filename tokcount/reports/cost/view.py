"""`tokcount cost`: what the log cost, what it would cost elsewhere and why, by group, and at which prices."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import UNSET, UnsetType

from tokcount.document.blocks import Blocks, Cell, Column, Line, Table, Title
from tokcount.document.rows import Row, flat
from tokcount.reports import replacements
from tokcount.reports.cost import sentences
from tokcount.reports.cost.report import (
    COMPONENT,
    ComponentCost,
    CostGroup,
    CostReport,
    GroupCost,
    ReferenceCost,
)
from tokcount.reports.phrases import assumed, assumptions, facts, flags, skipped, stated

MEASURES = {
    "input_cost_usd": Column("input", "usd"),
    "cached_input_cost_usd": Column("cached", "usd", drop=3),
    "output_cost_usd": Column("output", "usd"),
    "regional_cost_usd": Column("region", "usd"),
    "tool_cost_usd": Column("tools", "usd"),
    "logged_usd": Column("from the log", "usd"),
    "cost_usd": Column("total", "usd"),
    "monthly_usd": Column("per month", "usd"),
    "token_effect_usd": Column("token effect", "usd_change"),
    "price_effect_usd": Column("price effect", "usd_change"),
    "priced_share": Column("priced", "share", drop=2),
}
"""Field of a reference → its column; shown where some reference has a value for it."""
SHOWN_ANYWAY = ("input_cost_usd", "output_cost_usd", "cost_usd", "priced_share")
EFFECTS = ("token_effect_usd", "price_effect_usd")
NO_OUTPUT = "no output in the log"


def blocks(report: CostReport) -> Blocks:
    """The verdict and what it assumes, then the tables, what is not known, and where the amounts come from."""
    return [
        Title(sentences.verdict(report, totals(report)), facts=facts(report)),
        *assumptions(report.assumptions),
        *sentences.monthly(report),
        *sentences.logged(report),
        totals(report),
        *not_compared(report),
        *replacements.blocks(report),
        *_components(report),
        *_groups(report),
        *skipped(report),
        *assumed(report),
        *sentences.unpriced(report),
        *sentences.floors(report),
        *sentences.tools(report),
        *flags(report),
        Line(sentences.days(report), "note"),
        *sentences.tokens(report),
        *sentences.prices(report),
    ]


def rows(report: CostReport) -> list[Row]:
    """One row per reference; with groups, one per group and reference; by component, one for each of these."""
    by = report.dimensions
    entries: list[tuple[Row, ReferenceCost | GroupCost]] = [
        ({**group.keys(by), "records": group.records}, entry)
        for group in report.groups
        for entry in group.references
    ]
    if not by:
        entries = [({}, entry) for entry in report.references]
    if COMPONENT in report.by:
        return [
            {**keys, "reference": entry.reference, **flat(part)}
            for keys, entry in entries
            for part in entry.components or ()
        ]
    return [{**keys, **_row(report, entry)} for keys, entry in entries]


def _row(report: CostReport, entry: ReferenceCost | GroupCost) -> Row:
    return {**flat(entry), "assumptions": stated(report.assumptions, entry.reference, report.baseline)}


def totals(report: CostReport, *, effects: bool = True) -> Table:
    """The references side by side, in money; with the effects of tokens and prices on the change."""
    references = report.references
    always = SHOWN_ANYWAY + (EFFECTS if any(entry.compared for entry in references) else ())
    keys = [
        key
        for key in MEASURES
        if (key in always or any(_is_something(_cell(e, key)) for e in references))
        and (effects or key not in EFFECTS)
    ]
    columns = (Column("reference"), *(MEASURES[key] for key in keys))
    table = tuple((entry.reference, *(_cell(entry, key) for key in keys)) for entry in references)
    notes = ["cached is a part of input"] if "cached_input_cost_usd" in keys else []
    if EFFECTS[0] in keys:
        notes.append(f"effects: compared with {report.baseline}, over the records priced under both")
    return Table(columns, table, note="; ".join(notes))


def not_compared(report: CostReport) -> list[Table]:
    """What is in no total because some reference has no price for it: one row per reference and reason."""
    if not report.uncompared:
        return []
    names = [entry.reference for entry in report.references]
    known = [name for name in names if any(name in entry.cost_usd for entry in report.uncompared)]
    columns = (Column("no price under"), Column("reason"), Column("records", "int"))
    table = tuple(
        (entry.reference, entry.reason, entry.records, *(entry.cost_usd.get(name) for name in known))
        for entry in report.uncompared
    )
    title = "Not in the totals: records that only some references can price"
    return [Table((*columns, *(Column(name, "usd") for name in known)), table, title=title)]


def _cell(entry: ReferenceCost, key: str) -> Cell:
    """The value of a cell; the cost of the output is unknown where no record has one."""
    unknown = key == "output_cost_usd" and entry.low.get(NO_OUTPUT) == entry.priced
    value: Cell | UnsetType = None if unknown else getattr(entry, key)
    return None if value is UNSET else value


def _is_something(value: Cell) -> bool:
    return value is not None and Decimal(str(value)) != 0


def _components(report: CostReport) -> list[Table]:
    """What the amounts consist of: a table for each reference."""
    if COMPONENT not in report.by:
        return []
    by = report.dimensions
    keys = (Column(" · ".join(by)),) if by else ()
    columns = (Column("component"), Column("number", "int"), Column("rate", "usd"), Column("cost", "usd"))
    note = "rate: USD per 1,000,000 tokens, or for one call; empty where it is not the same for all"
    tables = []
    for entry in report.references:
        rows = tuple(_component_rows(report, entry))
        tables.append(Table((*keys, *columns), rows, title=f"Components of {entry.reference}", note=note))
    return tables


def _component_rows(report: CostReport, entry: ReferenceCost) -> Iterator[tuple[Cell, ...]]:
    parts: list[tuple[tuple[Cell, ...], ComponentCost]] = [((), part) for part in entry.components]
    if report.dimensions:
        place = [each.reference for each in report.references].index(entry.reference)
        parts = [
            ((group.name(report.dimensions),), part)
            for group in report.groups
            for part in group.references[place].components or ()
        ]
    for keys, part in parts:
        name = part.component.replace("_", " ") + (
            f" {part.unit}" if part.unit not in (None, "tokens") else ""
        )
        yield (*keys, name, part.quantity, part.rate_usd, part.cost_usd)


def _groups(report: CostReport) -> list[Table]:
    by = report.dimensions
    if not by:
        return []
    names = [entry.reference for entry in report.references]
    columns = (
        Column(" · ".join(by)),
        Column("records", "int"),
        *(Column(name, "usd") for name in names),
        Column("priced", "share"),
    )
    table = tuple(_group(group, by) for group in report.groups)
    title = f"Cost by {', '.join(by)}"
    return [Table(columns, table, title=title, note=f"priced: share of the records priced under {names[0]}")]


def _group(group: CostGroup, by: list[str]) -> tuple[Cell, ...]:
    costs = (entry.cost_usd for entry in group.references)
    return (group.name(by), group.records, *costs, group.references[0].priced_share)
