"""`tokcount audit`: the page that a team shares; sentences first, then all numbers behind them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import structs

from tokcount.document.blocks import Block, Blocks, Cell, Column, Heading, Line, Table
from tokcount.document.rows import Row, flat
from tokcount.document.values import change, integer, percent, share, usd
from tokcount.models.references import AUTO, OWN
from tokcount.reports import replacements
from tokcount.reports.audit import view_charts, view_findings, view_why
from tokcount.reports.audit.finding import short
from tokcount.reports.audit.report import AuditReport, ModelGroup
from tokcount.reports.cost import sentences
from tokcount.reports.cost import view as cost_view
from tokcount.reports.cost.report import CostReport
from tokcount.reports.drift import view as drift_view
from tokcount.reports.drift.report import PricedMeasures
from tokcount.reports.phrases import (
    assumed,
    assumptions,
    counted,
    flags,
    holdings,
    location,
    skipped,
    stated,
    sureness,
)
from tokcount.reports.report import Overview

MODELS_LISTED: Final = 15
MODELS_NAMED: Final = 2
WINDOW_COLUMNS: Final[tuple[Column, ...]] = (
    Column("reference"),
    Column("window", "int"),
    Column("p95 full", "share"),
    Column("fullest", "share"),
    Column("too long", "int"),
    Column("no room", "int"),
    Column("above limit", "int"),
)
WINDOW_NOTE: Final = (
    "too long: the input exceeds the model's limit; no room: input + max_tokens exceeds the window; "
    "above limit: max_tokens exceeds the model's output limit"
)
SAME: Final = ("reference", "cost_usd", "priced", "charged", "floor")
"""Fields of a reference's cost that are among its tokens too, `floor` as `cost_floor`."""
REASONS_NAMED: Final = 4
GAPS: Final = {
    "media_not_counted": "with media not counted",
    "truncated": "cut short by the log",
    "no_text": "without text",
}
"""Finding of the log → what its records are."""


def _why(report: AuditReport) -> Blocks:
    """Why the counts differ; nothing where nothing could be compared."""
    found = list(view_why.blocks(report))
    return [Heading("Why"), *found] if found else []


def blocks(report: AuditReport) -> Blocks:
    """Summary, contents, drift, why, cost, windows, findings, worst records, and how the numbers were made."""
    return [
        *(Line(text, "strong") for text in summary(report)),
        *assumptions(report.cost.assumptions),
        Heading("What the log holds"),
        Line(holdings(report)),
        *skipped(report),
        *flags(report),
        *assumed(report),
        *_models(report),
        Heading("Drift"),
        *_own(report),
        drift_view.totals(report),
        *replacements.blocks(report),
        *drift_view.not_compared(report),
        *drift_view.no_model(report),
        *view_charts.drift(report),
        *_why(report),
        Heading("Cost"),
        *_cost(cost_report(report)),
        *view_charts.over_time(report),
        Heading("Windows"),
        *_windows(report),
        Heading("Findings"),
        *view_findings.blocks(report),
        *_worst(report),
        Heading("How the numbers were made"),
        *_made(report),
    ]


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


def summary(report: AuditReport) -> list[str]:
    """What moving the log to each target means, in one sentence per target."""
    if len(report.references) < 2:
        return [f"{_records(report)}, counted under {_baseline(report)}; no target was named."]
    return [_sentence(report, entry) for entry in report.references[1:]]


def _sentence(report: AuditReport, entry: PricedMeasures) -> str:
    label = entry.reference
    target = _replacements(report) if label == AUTO else label
    these = "this" if report.records == 1 else "these"
    subject = f"Moving {these} {_records(report)} from {_baseline(report)} to {target}"
    if entry.drift is None:
        return f"{subject}: no record can be compared."
    changes = [f"{percent(entry.drift)} input tokens", *_framing(report, label), *_money(report, label)]
    outcome = "; ".join([*_breaking(report, label), *_gaps(report)])
    compared = entry.compared or 0
    over = f" ({counted(compared, 'record', 'records')} compared)" if compared < report.records else ""
    return f"{subject}: {', '.join(changes)}{over}" + (f"; {outcome}." if outcome else ".")


def _replacements(report: AuditReport) -> str:
    """`the recommended replacements (gpt-6-luna, gpt-5.6-sol)`."""
    names = list(dict.fromkeys(entry.replacement for entry in report.auto or () if entry.replacement))
    more = len(names) - MODELS_NAMED
    named = ", ".join(names[:MODELS_NAMED]) + (f" and {counted(more, 'other', 'others')}" if more > 0 else "")
    noun = "replacement" if len(names) == 1 else "replacements"
    return f"the recommended {noun} ({named})" if names else "the recommended replacements"


def _records(report: AuditReport) -> str:
    kinds = [kind for kind, n in report.kinds.items() if n]
    noun = f"{kinds[0]} record" if len(kinds) == 1 else "record"
    return counted(report.records, noun, f"{noun}s")


def _baseline(report: AuditReport) -> str:
    if report.baseline != OWN:
        return report.baseline
    names = [entry.model for entry in report.models if entry.model]
    if not names:
        return report.made.assumed_model or "models that are not named"
    more = len(names) - MODELS_NAMED
    return f"{names[0]} and {more + 1} other models" if more > 0 else " and ".join(names)


def _framing(report: AuditReport, label: str) -> list[str]:
    """The change of framing per record that both sides can count."""
    why = next(why for why in report.why if why.reference == label)
    difference = why.classes[-1].difference
    if not difference or not why.compared:
        return []
    each = round(difference / why.compared, 1)
    return [f"{change(int(each) if each == int(each) else each)} framing tokens per record"]


def _money(report: AuditReport, label: str) -> list[str]:
    entry = next(entry for entry in report.cost.references if entry.reference == label)
    if entry.difference_share is None or entry.compared_baseline_usd is None or entry.difference_usd is None:
        return []
    before = Decimal(entry.compared_baseline_usd)
    amounts = f"{usd(str(before))} → {usd(str(before + Decimal(entry.difference_usd)))}"
    of_some = " where both have prices" if (entry.compared or 0) < report.records else ""
    return [f"{percent(entry.difference_share)} cost{of_some} ({amounts})"]


def _breaking(report: AuditReport, label: str) -> list[str]:
    """How many requests break under a target and why; else how far that is known."""
    entry = next(entry for entry in report.breaking if entry.reference == label)
    if not entry.records:
        return _fits(report, label, entry.judged)
    total = counted(report.records, "request", "requests")
    part = f" ({share(entry.cost_share)} of the cost)" if entry.cost_share is not None else ""
    verb = "breaks" if entry.records == 1 else "break"
    return [f"{integer(entry.records)} of {total} {verb}{part}: {', '.join(_why_breaking(report, label))}"]


def _why_breaking(report: AuditReport, label: str) -> list[str]:
    """The reasons why requests break, each with the records that it is about."""
    found = []
    for finding in report.findings:
        count = next((target.count for target in finding.targets if target.reference == label), 0)
        if count and finding.level == "breaks":
            found.append(f"{short(finding.id, finding.parameter)} ({integer(count)})")
    more = len(found) - REASONS_NAMED
    return (
        [*found[:REASONS_NAMED], f"{more} other {'reason' if more == 1 else 'reasons'}"]
        if more > 0
        else found
    )


def _fits(report: AuditReport, label: str, judged: int) -> list[str]:
    """What is known of requests of which none is known to break."""
    entry = next(entry for entry in report.windows if entry.reference == label)
    requests = counted(report.records, "request", "requests")
    compared = (
        f"; parameters of {integer(judged)} of {requests} compared" if judged else "; parameters not compared"
    )
    if judged == report.records:
        compared = ""
    if not entry.measured:
        return [compared.removeprefix("; ")] if judged and compared else []
    if entry.unknown:
        known = integer(report.records - entry.unknown)
        return [f"{known} of {requests} fit, {integer(entry.unknown)} not known{compared}"]
    return [f"every request fits the window{compared}" if compared else "no request is known to break"]


def _gaps(report: AuditReport) -> list[str]:
    return [
        f"{counted(entry.count, 'record', 'records')} {GAPS[entry.id]}"
        for entry in report.findings
        if entry.id in GAPS
    ]


def _models(report: AuditReport) -> list[Block]:
    """Records and tokens by model, where there are several."""
    listed = report.by_model[:MODELS_LISTED]
    if len(listed) < 2:
        return []
    columns = (Column("model"), Column("records", "int"), *drift_view.drift_columns(report))
    table = tuple(_model(group, report.baseline) for group in listed)
    more = len(report.by_model) - len(listed)
    note = f"input tokens; {integer(more)} more models, see -f json" if more else "input tokens"
    return [Table(columns, table, title="By model", note=note)]


def _model(group: ModelGroup, baseline: str) -> tuple[Cell, ...]:
    return (group.model or "not named", group.records, *drift_view.drift_cells(group.references, baseline))


def _own(report: AuditReport) -> list[Line]:
    if report.baseline != OWN:
        return []
    assumed = report.made.assumed_model
    otherwise = f", {assumed} where that is unknown" if assumed else ""
    return [Line(f"own: each record under the model it was sent to{otherwise}", "note")]


def _cost(report: CostReport) -> list[Block]:
    baseline, *targets = report.references
    return [
        Line(sentences.baseline(baseline, report)),
        *(Line(sentences.target(entry, report)) for entry in targets),
        *sentences.monthly(report),
        cost_view.totals(report),
        *cost_view.not_compared(report),
        *sentences.unpriced(report),
        *sentences.floors(report),
    ]


def _windows(report: AuditReport) -> list[Block]:
    keys = ["context_window", "fill_p95", "fill_max", "too_long", "no_room", "asks_too_much"]
    columns, note = WINDOW_COLUMNS, WINDOW_NOTE
    if any(entry.unknown for entry in report.windows):
        keys.append("unknown")
        columns, note = (*columns, Column("not known", "int")), f"{note}; not known: whether the request fits"
    known = [entry for entry in report.windows if entry.measured]
    if not known:
        return [Line("The windows of the references are unknown.", "note")]
    table = tuple((entry.reference, *(getattr(entry, key) for key in keys)) for entry in known)
    return [Table(columns, table, note=note)]


def _worst(report: AuditReport) -> list[Block]:
    excerpts = [Line(f"{location(entry)}: {entry.excerpt}") for entry in report.worst if entry.excerpt]
    shown = [structs.replace(b, title="") if isinstance(b, Table) else b for b in drift_view.worst(report)]
    return [Heading("Records that grow most"), *shown, *excerpts] if shown else []


def _made(report: AuditReport) -> list[Block]:
    costs = cost_report(report)
    engine = f" (engine {report.made.engine})" if report.made.engine else ""
    return [
        Line(
            f"Tokens of text are those of tiktoken's encodings{engine}; framing follows rules found from billed "
            "calls. Each token belongs to one kind of text, so the parts add up to the whole."
        ),
        sureness(drift_view.basis_tokens(report), report.reasons),
        *sentences.tokens(costs),
        *sentences.prices(costs),
    ]
