"""What moving a log does to its bill: what tokens and prices contribute, and which models of the log it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tokcount.document.blocks import Bar, Block, Cell, Column, Line, RowStyle, Span, Table
from tokcount.document.values import integer
from tokcount.reports.audit.report import AuditReport, ModelGroup, ModelMeasures
from tokcount.reports.cost import sentences
from tokcount.reports.cost import view as cost_view
from tokcount.reports.cost.report import CostReport, ReferenceCost

MODELS_LISTED: Final = 15


def blocks(report: CostReport) -> list[Block]:
    """The totals, what of them is an amount in the log, what tokens and prices contribute, and what is in no total."""
    return [
        *sentences.monthly(report),
        *sentences.logged(report),
        cost_view.totals(report, effects=False),
        *_steps(report),
        *cost_view.not_compared(report),
        Line(sentences.days(report), "note"),
    ]


def _steps(report: CostReport) -> list[Block]:
    """From the baseline to each target by way of tokens and prices, as a waterfall."""
    compared = [entry for entry in report.references[1:] if _is_compared(entry)]
    if not compared:
        return []
    amounts = [Decimal(entry.compared_baseline_usd or 0) for entry in compared]
    largest = float(max(amounts + [_after(entry) for entry in compared]))
    rows = [
        row
        for tone, entry in enumerate(report.references)
        if entry in compared
        for row in _waterfall(entry, report.baseline, tone, largest)
    ]
    columns = (Column("step"), Column("USD", "bar", drop=1), Column("amount", "usd_change"))
    title = "What tokens and prices contribute"
    note = f"by tokens: the target's tokens at the prices of {report.baseline}; by prices: the rest"
    return [Table(columns, tuple(rows), title=title, note=note)]


def _is_compared(entry: ReferenceCost) -> bool:
    return None not in (entry.compared_baseline_usd, entry.token_effect_usd, entry.price_effect_usd)


def _after(entry: ReferenceCost) -> Decimal:
    return Decimal(entry.compared_baseline_usd or 0) + Decimal(entry.difference_usd or 0)


def _waterfall(entry: ReferenceCost, baseline: str, tone: int, largest: float) -> Iterator[tuple[Cell, ...]]:
    name = entry.reference
    start = float(entry.compared_baseline_usd or 0)
    between = start + float(entry.token_effect_usd or 0)
    end = float(_after(entry))
    low, high = min(0.0, between), max(largest, between)
    steps = (
        (f"{name}: by tokens", Span(start, between, tone), entry.token_effect_usd),
        (f"{name}: by prices", Span(between, end, tone), entry.price_effect_usd),
        (f"{name}: change from {baseline}", Span(start, end, tone), entry.difference_usd),
    )
    for label, span, amount in steps:
        yield label, Bar((span,), low, high), amount


def by_model(report: AuditReport) -> list[Block]:
    """Records, tokens and cost by model of the log, where there are several."""
    listed = report.by_model[:MODELS_LISTED]
    if len(listed) < 2:
        return []
    columns = [Column("model"), Column("records", "int")]
    for entry in report.references:
        columns.append(Column(entry.reference, "int", group=entry.reference))
        if entry.reference != report.baseline:
            columns.append(Column("drift", "percent", below=True, group=entry.reference))
    priced = [entry.reference for entry in report.cost.references if entry.cost_usd is not None]
    columns += [Column(f"cost, {name}", "usd", drop=1) for name in priced]
    rows = [_model(group, report.baseline, priced) for group in listed]
    rest = len(report.by_model) - len(listed)
    styles: dict[int, RowStyle] = {}
    note = "input tokens; cost over the records priced under all references"
    note += f"; {integer(rest)} more models, see -f json" if rest else ""
    return [Table(tuple(columns), tuple(rows), note=note, styles=styles)]


def _model(group: ModelGroup, baseline: str, priced: list[str]) -> tuple[Cell, ...]:
    cells: list[Cell] = [group.model or "not named", group.records]
    for entry in group.references:
        cells.append(entry.input_tokens)
        if entry.reference != baseline:
            cells.append(entry.drift)
    costs: dict[str, ModelMeasures] = {entry.reference: entry for entry in group.references}
    return (*cells, *(costs[name].cost_usd for name in priced))
