"""`tokcount drift`: what the log holds, the references side by side, groups, and the records that grow most."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Table, Title
from tokcount.document.rows import Row, flat
from tokcount.document.values import integer, percent, share, usd
from tokcount.models.references import OWN
from tokcount.reports import replacements
from tokcount.reports.drift.report import DriftReport, GrowingRecord, Measures
from tokcount.reports.phrases import (
    assumed,
    assumptions,
    counted,
    facts,
    flags,
    location,
    skipped,
    stated,
    sureness,
    uncompared,
)
from tokcount.reports.report import ByBasis

TARGETS_NAMED = 3
MEASURES = {
    "content_tokens": Column("content", "int"),
    "framing_tokens": Column("framing", "int"),
    "hidden_tokens": Column("hidden", "int"),
    "input_tokens": Column("input", "int"),
    "output_tokens": Column("output", "int", drop=4),
    "drift": Column("drift", "percent"),
    "drift_p50": Column("p50", "percent", drop=2),
    "drift_p95": Column("p95", "percent"),
    "drift_max": Column("max", "percent", drop=1),
    "cost_usd": Column("cost", "usd"),
}
"""Field of a reference → its column; `hidden`, `output` and `cost` only where there is some."""


def blocks(report: DriftReport) -> Blocks:
    """The verdict, then the tables, what is not compared or not read, and how sure the numbers are."""
    return [
        Title(title(report), facts=facts(report)),
        totals(report),
        *replacements.blocks(report),
        *costs(report),
        *_groups(report),
        *worst(report),
        *not_compared(report),
        *no_model(report),
        *skipped(report),
        *assumed(report),
        *flags(report),
        sureness(basis_tokens(report), report.reasons),
    ]


def rows(report: DriftReport) -> list[Row]:
    """One row per reference; with groups, one per group and reference."""
    if not report.by:
        assumed = report.prices.assumptions if report.prices else []
        return [
            {
                **flat(entry),
                "assumptions": stated(assumed if entry.cost_usd else [], entry.reference, report.baseline),
            }
            for entry in report.references
        ]
    return [
        {**group.keys(report.by), "records": group.records, **flat(reference)}
        for group in report.groups
        for reference in group.references
    ]


def basis_tokens(report: DriftReport) -> ByBasis:
    """The input tokens of all references together, by basis."""
    return reduce(add, (entry.basis_tokens for entry in report.references))


def basis(tokens: ByBasis) -> str:
    """`exact`, or the share of the surest basis there is: `exact 99.4 %`, `estimated`."""
    for word, n in tokens.items():
        if n:
            return word if n == tokens.total else f"{word} {share(n / tokens.total)}"
    return "none"


def not_compared(report: DriftReport) -> list[Block]:
    """The records that are left out of the totals: one row per reason, with their tokens where those are known."""
    found = report.uncompared
    if not found.left_out:
        return list(uncompared(found.records, found.reasons, "warning"))
    known = [
        name for name in _labels(report) if any(entry.input_tokens.get(name) for entry in found.left_out)
    ]
    columns = (Column("reason"), Column("records", "int"), *(Column(name, "int") for name in known))
    tokens = {entry.reason: entry.input_tokens for entry in found.left_out}
    table = tuple(
        (reason, n, *(tokens.get(reason, {}).get(name) for name in known))
        for reason, n in found.reasons.items()
    )
    title = f"Not compared: {counted(found.records, 'record', 'records')}"
    return [Table(columns, table, title=title, note="input tokens under the references that can count them")]


def _labels(report: DriftReport) -> list[str]:
    return [entry.reference for entry in report.references]


def no_model(report: DriftReport) -> list[Line]:
    """What to do about records that have no baseline because their model is not known."""
    if report.baseline != OWN or not any("model" in reason for reason in report.uncompared.reasons):
        return []
    options = (
        "--alias NAME=MODEL says which model a name is, --assume-model MODEL counts them as calls of a model, "
        "--from REF gives all records one baseline."
    )
    return [Line(f"Without a known model there is no baseline: {options}", "note")]


def title(report: DriftReport) -> str:
    """`Input −7.9 % under gpt-5.6-luna: 24,624 → 22,686 tokens over 214 records`."""
    compared = [entry for entry in report.references[1:] if entry.drift is not None]
    if not compared:
        what = "no record can be compared" if report.references[1:] else "no target was named"
        return f"{counted(report.records, 'record', 'records')}, {what}"
    if len(compared) > 1:
        named = [f"{percent(entry.drift or 0)} under {entry.reference}" for entry in compared[:TARGETS_NAMED]]
        more = len(compared) - len(named)
        rest = [counted(more, "other target", "other targets")] if more else []
        return f"Input tokens: {', '.join([*named, *rest])}"
    (entry,) = compared
    after = entry.input_tokens or 0
    over = counted(entry.compared or 0, "record", "records")
    tokens = f"{integer(after - (entry.difference or 0))} → {integer(after)} tokens over {over}"
    return f"Input {percent(entry.drift or 0)} under {entry.reference}: {tokens}"


def totals(report: DriftReport, *, with_cost: bool = True) -> Table:
    """The references side by side."""
    optional = ("hidden_tokens", "output_tokens")
    left_out = {key for key in optional if not any(getattr(entry, key) for entry in report.references)}
    has_cost = with_cost and _has_costs(report) and _in_one_row(report)
    if not has_cost:
        left_out.add("cost_usd")
    keys = [key for key in MEASURES if key not in left_out]
    columns = (Column("reference"), *(MEASURES[key] for key in keys), Column("basis", drop=3))
    table = [
        (entry.reference, *(getattr(entry, key) for key in keys), basis(entry.basis_tokens))
        for entry in report.references
    ]
    return Table(
        columns, tuple(table), note=_note(report) + ("; cost: see tokcount cost" if has_cost else "")
    )


def _note(report: DriftReport) -> str:
    note = f"drift: input tokens against {report.baseline}; p50, p95 and max are of single records"
    empty = max(entry.zero_baseline or 0 for entry in report.references)
    if empty:
        note += f", without {counted(empty, 'record', 'records')} of 0 tokens"
    return note


def _has_costs(report: DriftReport) -> bool:
    """Whether the baseline and at least one target are priced."""
    baseline, *targets = (entry.cost_usd is not None for entry in report.references)
    return baseline and any(targets)


def _in_one_row(report: DriftReport) -> bool:
    """Whether costs and tokens are over the same records."""
    return report.prices is not None and report.prices.same_records


def costs(report: DriftReport) -> list[Line]:
    """The costs where they are over other records than the tokens, which are lower bounds, and what they assume."""
    if report.prices is None or not _has_costs(report):
        return []
    lines = [] if report.prices.same_records else [Line(_costs_apart(report))]
    floors = [entry.reference for entry in report.references if entry.cost_floor]
    if floors:
        text = f"The cost is at least that under {', '.join(floors)}: not all of it is known."
        lines.append(Line(text, "warning"))
    if report.prices.logged:
        records = counted(report.prices.logged, "record", "records")
        lines.append(Line(f"The own cost of {records} is the amount in the log.", "note"))
    return [*lines, *assumptions(report.prices.assumptions)]


def _costs_apart(report: DriftReport) -> str:
    priced = [entry for entry in report.references if entry.cost_usd is not None]
    amounts = ", ".join(f"{entry.reference} {usd(entry.cost_usd or 0)}" for entry in priced)
    records = counted(priced[0].charged, "record", "records")
    return f"Cost, over the {records} with a price under all references: {amounts}; see tokcount cost."


def _groups(report: DriftReport) -> list[Table]:
    if not report.by:
        return []
    columns = [Column(" · ".join(report.by)), Column("records", "int"), *drift_columns(report)]
    table = tuple(
        (group.name(report.by), group.records, *drift_cells(group.references, report.baseline))
        for group in report.groups
    )
    return [Table(tuple(columns), table, title="Input tokens by group")]


def drift_columns(report: DriftReport) -> list[Column]:
    """Input tokens under each reference, and the drift of each target."""
    columns = []
    for entry in report.references:
        columns.append(Column(entry.reference, "int"))
        if entry.reference != report.baseline:
            columns.append(Column("drift", "percent"))
    return columns


def drift_cells(references: Iterable[Measures], baseline: str) -> list[Cell]:
    """The cells below `drift_columns`."""
    cells: list[Cell] = []
    for entry in references:
        cells.append(entry.input_tokens)
        if entry.reference != baseline:
            cells.append(entry.drift)
    return cells


def worst(report: DriftReport) -> list[Block]:
    """One table of the records that grow, over all targets, and a line for each target under which none does."""
    growing = {entry.reference for entry in report.worst}
    targets = [
        entry.reference
        for entry in report.references[1:]
        if entry.compared and entry.drift_max is not None and entry.drift_max <= 0
    ]
    found: list[Block] = [
        Line(f"No record has more input tokens under {target} than under {report.baseline}.")
        for target in targets
        if target not in growing
    ]
    if not report.worst:
        return found
    return [_growing(report), *found]


def _growing(report: DriftReport) -> Table:
    """One row for each record, with the tokens added under each target; ×3: so many requests are the same."""
    targets = list(dict.fromkeys(record.reference for record in report.worst))
    records: dict[str, dict[str, GrowingRecord]] = {}
    for entry in report.worst:
        records.setdefault(location(entry), {})[entry.reference] = entry
    repeated = any(entry.alike > 1 for entry in report.worst)
    columns = [Column("record", "code", long=True), Column("baseline", "int")]
    if repeated:
        columns.insert(1, Column("alike", drop=1))
    for target in targets:
        columns += [
            Column(target, "change", group=target),
            Column("drift", "percent", below=True, group=target),
        ]
    rows = [_growing_row(place, found, targets, repeated=repeated) for place, found in records.items()]
    note = "tokens added under each target; alike: records of the same model with the same tokens"
    note = note if repeated else note.partition(";")[0]
    return Table(tuple(columns), tuple(rows), title="Records that grow most", note=note)


def _growing_row(
    place: str, found: dict[str, GrowingRecord], targets: Iterable[str], *, repeated: bool
) -> tuple[Cell, ...]:
    first = next(iter(found.values()))
    alike = max(record.alike for record in found.values())
    cells: list[Cell] = [place, *([f"×{integer(alike)}"] if repeated else []), first.baseline_tokens]
    for target in targets:
        record = found.get(target)
        cells += [record.difference, record.drift] if record else [None, None]
    return tuple(cells)
