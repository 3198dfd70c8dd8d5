"""``tokcount drift``: what the log holds, the references side by side, groups, and the records that grow most."""

from __future__ import annotations

from typing import Any

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Table
from tokcount.document.values import share
from tokcount.models.references import OWN
from tokcount.reports.phrases import counted, flags, holdings, place, skipped, sureness, uncompared
from tokcount.reports.views import Row, flat

MEASURES = {
    "content_tokens": Column("content", "int"),
    "framing_tokens": Column("framing", "int"),
    "input_tokens": Column("input", "int"),
    "output_tokens": Column("output", "int"),
    "drift": Column("drift", "percent"),
    "drift_p50": Column("p50", "percent"),
    "drift_p95": Column("p95", "percent"),
    "drift_max": Column("max", "percent"),
    "cost_usd": Column("cost", "usd"),
}
"""JSON key of a reference → its column; ``output`` and ``cost`` only where there is some."""


def blocks(data: dict[str, Any]) -> Blocks:
    """Sentences first, then the tables, then how sure it is."""
    references = data["references"]
    tokens = {
        word: sum(r["basis_tokens"][word] for r in references) for word in references[0]["basis_tokens"]
    }
    return [
        Line(holdings(data), "strong"),
        *skipped(data),
        *flags(data),
        totals(data),
        *uncompared(data["uncompared"], "warning"),
        *no_model(data),
        *_floors(data),
        *_groups(data),
        *worst(data),
        sureness(tokens, data["reasons"]),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each reference; with groups, one for each group and reference."""
    if not data["by"]:
        return [flat(reference) for reference in data["references"]]
    return [
        {**{name: group[name] for name in data["by"]}, "records": group["records"], **flat(reference)}
        for group in data["groups"]
        for reference in group["references"]
    ]


def basis(tokens: dict[str, int]) -> str:
    """``exact``, or the share of the surest basis there is: ``exact 99.4 %``, ``estimated``."""
    total = sum(tokens.values())
    for word, n in tokens.items():
        if n:
            return word if n == total else f"{word} {share(n / total)}"
    return "none"


def no_model(data: dict[str, Any]) -> list[Line]:
    """What to do about records that have no baseline because their model is not known."""
    if data["baseline"] != OWN or not any("model" in reason for reason in data["uncompared"]["reasons"]):
        return []
    told = "--assume-model MODEL counts them as calls of a model, --from REF gives all records one baseline."
    return [Line(f"Without a known model there is no baseline: {told}", "note")]


def totals(data: dict[str, Any]) -> Table:
    """The references side by side."""
    references = data["references"]
    hidden = set() if any(entry["output_tokens"] for entry in references) else {"output_tokens"}
    if not _has_costs(data):
        hidden.add("cost_usd")
    keys = [key for key in MEASURES if key not in hidden]
    columns = (Column("reference"), *(MEASURES[key] for key in keys), Column("basis"))
    table = [(e["reference"], *(e[key] for key in keys), basis(e["basis_tokens"])) for e in references]
    return Table(columns, tuple(table), note=_note(data))


def _note(data: dict[str, Any]) -> str:
    note = f"drift: input tokens against {data['baseline']}; p50, p95 and max are of single records"
    empty = max(entry["zero_baseline"] or 0 for entry in data["references"])
    if empty:
        note += f", without {counted(empty, 'record', 'records')} of 0 tokens"
    return f"{note}; cost: see tokcount cost" if _has_costs(data) else note


def _has_costs(data: dict[str, Any]) -> bool:
    """Is the baseline priced, and some target?"""
    baseline, *targets = (entry["cost_usd"] is not None for entry in data["references"])
    return baseline and any(targets)


def _floors(data: dict[str, Any]) -> list[Line]:
    """Of which references the cost is less than the true one."""
    if not _has_costs(data):
        return []
    floors = [entry["reference"] for entry in data["references"] if entry["cost_floor"]]
    text = f"The cost is at least that under {', '.join(floors)}: not all of it is known."
    return [Line(text, "warning")] if floors else []


def _groups(data: dict[str, Any]) -> list[Table]:
    if not data["by"]:
        return []
    columns = [Column(" · ".join(data["by"])), Column("records", "int")]
    for entry in data["references"]:
        columns.append(Column(entry["reference"], "int"))
        if entry["reference"] != data["baseline"]:
            columns.append(Column("drift", "percent"))
    return [
        Table(
            tuple(columns),
            tuple(_group(data, group) for group in data["groups"]),
            title="Input tokens by group",
        )
    ]


def _group(data: dict[str, Any], group: dict[str, Any]) -> tuple[Cell, ...]:
    cells: list[Cell] = [" · ".join(group[name] or "not known" for name in data["by"]), group["records"]]
    for entry in group["references"]:
        cells.append(entry["input_tokens"])
        if entry["reference"] != data["baseline"]:
            cells.append(entry["drift"])
    return tuple(cells)


def worst(data: dict[str, Any]) -> list[Block]:
    """One table of the records that grow, over all targets, and a line for each target under which none does."""
    growing = {entry["reference"] for entry in data["worst"]}
    targets = [
        entry["reference"]
        for entry in data["references"][1:]
        if entry["compared"] and entry["drift_max"] is not None and entry["drift_max"] <= 0
    ]
    found: list[Block] = [
        Line(f"No record has more input tokens under {target} than under {data['baseline']}.")
        for target in targets
        if target not in growing
    ]
    if not data["worst"]:
        return found
    columns = (
        Column("record"),
        Column("under"),
        Column("baseline", "int"),
        Column("target", "int"),
        Column("more", "int"),
        Column("drift", "percent"),
    )
    keys = ("reference", "baseline_tokens", "target_tokens", "difference", "drift")
    table = tuple((place(entry), *(entry[key] for key in keys)) for entry in data["worst"])
    return [Table(columns, table, title="Records that grow most, by input tokens added"), *found]
