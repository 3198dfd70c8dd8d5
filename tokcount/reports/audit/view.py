"""``tokcount audit``: the page that a team passes around; sentences first, then every number they rest on."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import structs

from tokcount.document.blocks import Block, Blocks, Cell, Column, Heading, Line, Table
from tokcount.document.rows import Row, flat
from tokcount.document.values import integer
from tokcount.models.references import OWN
from tokcount.reports.audit import view_charts as audit_charts
from tokcount.reports.audit import view_findings as audit_findings
from tokcount.reports.audit import view_summary as audit_summary
from tokcount.reports.audit import view_why as audit_why
from tokcount.reports.cost import sentences
from tokcount.reports.cost import view as cost
from tokcount.reports.drift import view as drift_view
from tokcount.reports.drift.report import DriftReport
from tokcount.reports.phrases import flags, holdings, place, skipped, sureness, uncompared

MODELS_LISTED: Final = 15
WINDOW_COLUMNS: Final = (
    Column("reference"),
    Column("window", "int"),
    Column("p95 full", "share"),
    Column("fullest", "share"),
    Column("too long", "int"),
    Column("no room", "int"),
    Column("asks too much", "int"),
)
WINDOW_NOTE: Final = (
    "too long: input exceeds the model's limit; no room: input + max_tokens exceeds the window; "
    "asks too much: max_tokens exceeds the model's output limit"
)


def blocks(data: dict[str, Any]) -> Blocks:
    """Summary, holdings, drift, why, cost, windows, findings, worst records, and how the numbers were made."""
    report = msgspec.convert(data, DriftReport)
    return [
        *(Line(text, "strong") for text in audit_summary.sentences(data)),
        Heading("What the log holds"),
        Line(holdings(report)),
        *skipped(report),
        *flags(report),
        *_models(data),
        Heading("Drift"),
        *_own(data),
        drift_view.totals(report),
        *uncompared(report.uncompared.records, report.uncompared.reasons, "warning"),
        *drift_view.no_model(report),
        *audit_charts.drift(data),
        Heading("Why"),
        *audit_why.blocks(data),
        Heading("Cost"),
        *_cost(data),
        *audit_charts.over_time(data),
        Heading("Windows"),
        *_windows(data),
        Heading("Findings"),
        *audit_findings.blocks(data),
        *_worst(data),
        Heading("How the numbers were made"),
        *_made(data),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each reference: its tokens, its money and its windows."""
    money = {entry["reference"]: entry for entry in data["cost"]["references"]}
    windows = {entry["reference"]: entry for entry in data["windows"]}
    return [
        {
            **flat(entry),
            **flat(money[entry["reference"]]),
            **{
                f"window.{key}": value
                for key, value in flat(windows[entry["reference"]]).items()
                if key != "reference"
            },
        }
        for entry in data["references"]
    ]


def _models(data: dict[str, Any]) -> list[Block]:
    """Records, tokens and cost by model, where there are several."""
    listed = data["by_model"][:MODELS_LISTED]
    if len(listed) < 2:
        return []
    columns = [Column("model"), Column("records", "int")]
    for entry in data["references"]:
        columns.append(Column(entry["reference"], "int"))
        if entry["reference"] != data["baseline"]:
            columns.append(Column("drift", "percent"))
    table = tuple(_model(group, data["baseline"]) for group in listed)
    more = len(data["by_model"]) - len(listed)
    note = f"input tokens; and {integer(more)} models more, see -f json" if more else "input tokens"
    return [Table(tuple(columns), table, title="By model", note=note), *audit_charts.by_model(data, listed)]


def _own(data: dict[str, Any]) -> list[Line]:
    if data["baseline"] != OWN:
        return []
    assumed = data["made"].get("assumed_model")
    otherwise = f", {assumed} where that is not known" if assumed else ""
    return [Line(f"own: each record under the model it was sent to{otherwise}", "note")]


def _model(group: dict[str, Any], baseline: str) -> tuple[Cell, ...]:
    cells: list[Cell] = [group["model"] or "not named", group["records"]]
    for entry in group["references"]:
        cells.append(entry["input_tokens"])
        if entry["reference"] != baseline:
            cells.append(entry["drift"])
    return tuple(cells)


def _cost(data: dict[str, Any]) -> list[Block]:
    money = {**data["cost"], "period": data["period"]}
    baseline, *targets = money["references"]
    return [
        Line(sentences.baseline(baseline, money)),
        *(Line(sentences.target(entry, money)) for entry in targets),
        *sentences.monthly(money),
        cost.totals(money),
        *sentences.unpriced(money),
        *sentences.floors(money),
    ]


def _windows(data: dict[str, Any]) -> list[Block]:
    keys = ("context_window", "fill_p95", "fill_max", "too_long", "no_room", "asks_too_much")
    known = [entry for entry in data["windows"] if entry["measured"]]
    if not known:
        return [Line("No window of the references is known.", "note")]
    table = tuple((entry["reference"], *(entry[key] for key in keys)) for entry in known)
    return [Table(WINDOW_COLUMNS, table, note=WINDOW_NOTE)]


def _worst(data: dict[str, Any]) -> list[Block]:
    excerpts = [
        Line(f"{place(entry['source'], entry['line'], entry['index'])}: {entry['excerpt']}")
        for entry in data["worst"]
        if entry.get("excerpt")
    ]
    shown = [
        structs.replace(b, title="") if isinstance(b, Table) else b
        for b in drift_view.worst(msgspec.convert(data, DriftReport))
    ]
    return [Heading("Records that grow most"), *shown, *excerpts] if shown else []


def _made(data: dict[str, Any]) -> list[Block]:
    tokens = drift_view.basis_tokens(msgspec.convert(data, DriftReport))
    money = {**data["cost"], "period": data["period"]}
    return [
        Line(_counted(data)),
        sureness(tokens, data["reasons"]),
        *sentences.tokens(money),
        *sentences.prices(money),
    ]


def _counted(data: dict[str, Any]) -> str:
    engine = f" (engine {data['made']['engine']})" if data["made"]["engine"] else ""
    return (
        f"Tokens of text are those of tiktoken's encodings{engine}, framing by rules found from billed calls; "
        "each token is of one class of text, so that the parts add up to the whole."
    )
