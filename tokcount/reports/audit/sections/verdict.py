"""What an audit comes to: its title, and a card for each target with the numbers that decide."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tokcount.document.blocks import Badge, Block, Card, Cards, Fact, Measured, Title
from tokcount.document.values import integer, percent, share
from tokcount.models.references import AUTO, OWN
from tokcount.reports.audit.finding import short
from tokcount.reports.audit.report import AuditReport, FindingEntry, ModelShutdown
from tokcount.reports.cost.report import ReferenceCost
from tokcount.reports.drift.report import PricedMeasures
from tokcount.reports.phrases import counted, facts

NAMED: Final = 3
REASONS_NAMED: Final = 3
MODELS_NAMED: Final = 2


def blocks(report: AuditReport) -> list[Block]:
    """The title, and what moving to each target means."""
    cards = tuple(_card(report, entry) for entry in report.references[1:])
    return [Title(title(report), facts=facts(report)[1:]), *([Cards(cards)] if cards else [])]


def title(report: AuditReport) -> str:
    """`Moving 214 records to gpt-5.6-luna or gpt-4o`."""
    records = counted(report.records, "record", "records")
    names = [_name(report, entry.reference) for entry in report.references[1:]]
    if not names:
        return f"{records}, counted under {_baseline(report)}; no target was named"
    if len(names) > NAMED:
        return f"Moving {records} to {integer(len(names))} targets"
    return f"Moving {records} to {' or '.join(names)}"


def _baseline(report: AuditReport) -> str:
    if report.baseline != OWN:
        return report.baseline
    assumed = report.made.assumed_model
    return assumed if assumed and not any(entry.model for entry in report.models) else "their own models"


def _name(report: AuditReport, label: str) -> str:
    """A target; `auto` as `the recommended replacements (gpt-6-luna, gpt-5.6-sol)`."""
    if label != AUTO:
        return label
    names = list(dict.fromkeys(entry.replacement for entry in report.auto or () if entry.replacement))
    more = len(names) - MODELS_NAMED
    named = ", ".join(names[:MODELS_NAMED]) + (f" and {counted(more, 'other', 'others')}" if more > 0 else "")
    return f"the recommended {'replacement' if len(names) == 1 else 'replacements'} ({named or 'none known'})"


def _card(report: AuditReport, entry: PricedMeasures) -> Card:
    label = entry.reference
    cost = next(one for one in report.cost.references if one.reference == label)
    going = next(
        (one for one in report.findings if _is_about(one, label, "target_going", "target_gone")), None
    )
    text = _shutdown(going)
    facts_ = (
        _breaking(report, label),
        _cost(report, cost),
        *_still_sold(report, label),
        *_tokens(report, entry),
    )
    return Card(label, _badge(report, label, going), facts_, text)


def _is_about(finding: FindingEntry, label: str, *ids: str) -> bool:
    return finding.id in ids and any(target.reference == label for target in finding.targets)


def _shutdown(finding: FindingEntry | None) -> str:
    """`Shuts down on 2027-01-14; replacement: gpt-6-luna.`"""
    models = (
        [] if finding is None else [m for m in finding.numbers.models or () if isinstance(m, ModelShutdown)]
    )
    if not models:
        return ""
    first = models[0]
    then = f"; replacement: {' → '.join(first.replacements)}" if first.replacements else ""
    return f"{'Shut' if first.gone else 'Shuts'} down on {first.day}{then}."


def _badge(report: AuditReport, label: str, going: FindingEntry | None) -> Badge:
    breaking = next(entry for entry in report.breaking if entry.reference == label)
    window = next(entry for entry in report.windows if entry.reference == label)
    if going is not None and going.id == "target_gone":
        return Badge("fail", "shut down")
    if breaking.records:
        return Badge("fail", "requests break" if breaking.records > 1 else "1 request breaks")
    if going is not None:
        return Badge("warn", "shuts down soon")
    if breaking.judged < report.records or window.unknown or not window.measured:
        return Badge("unknown", "not fully known")
    return Badge("pass", "no request is known to break")


def _breaking(report: AuditReport, label: str) -> Fact:
    """How many requests break under a target and why; else how far that is known."""
    entry = next(entry for entry in report.breaking if entry.reference == label)
    reasons = _reasons(report, label)
    unknown = report.records - entry.judged
    if unknown:
        reasons.append(f"parameters of {integer(unknown)} not compared")
    note = f"of {integer(report.records)}" + (f": {', '.join(reasons)}" if reasons else "")
    return Fact("requests that break", Measured(entry.records, "int"), note=note)


def _reasons(report: AuditReport, label: str) -> list[str]:
    """The reasons why requests break, each with the records that it is about."""
    found = [
        f"{short(finding.id, finding.parameter)} ({integer(target.count)})"
        for finding in report.findings
        if finding.level == "breaks"
        for target in finding.targets
        if target.reference == label
    ]
    more = len(found) - REASONS_NAMED
    return (
        [*found[:REASONS_NAMED], f"{more} other {'reason' if more == 1 else 'reasons'}"]
        if more > 0
        else found
    )


def _cost(report: AuditReport, cost: ReferenceCost) -> Fact:
    if cost.compared_baseline_usd is None or cost.difference_usd is None:
        return Fact("cost", None, note="no record has a price under both")
    before = Decimal(cost.compared_baseline_usd)
    after = before + Decimal(cost.difference_usd)
    compared = cost.compared or 0
    note = f"{share(compared / report.records)} of the records priced on both sides" if report.records else ""
    at_least = "at least " if cost.floor else ""
    return Fact(
        "cost",
        Measured(str(before), "usd"),
        Measured(str(after), "usd", at_least),
        None if cost.difference_share is None else Measured(cost.difference_share, "percent"),
        note,
    )


def _still_sold(report: AuditReport, label: str) -> list[Fact]:
    """The cost of the records whose models are not shut down, where some are: old prices make every move look good."""
    gone = {
        model.model
        for finding in report.findings
        if finding.id == "log_model_gone"
        for model in finding.numbers.models or ()
        if isinstance(model, ModelShutdown)
    }
    sums = [Decimal(0), Decimal(0)]
    for group in report.by_model if gone else ():
        costs = [one.cost_usd for one in group.references if one.reference in (report.baseline, label)]
        known = [Decimal(cost) for cost in costs if cost is not None]
        if group.model not in gone and len(known) == len(sums):
            sums = [total + cost for total, cost in zip(sums, known, strict=True)]
    if not gone:
        return []
    before, after = (Measured(f"{amount:f}", "usd") for amount in sums)
    change = Measured(float(sums[1] / sums[0] - 1), "percent") if sums[0] else None
    return [Fact("of it, models still sold", before, after, change, brief=False)]


def _tokens(report: AuditReport, entry: PricedMeasures) -> list[Fact]:
    if entry.drift is None or entry.input_tokens is None or entry.difference is None:
        return [
            Fact("input tokens", None, note="no record can be compared"),
            Fact("drift of one record", None, brief=False),
        ]
    before = entry.input_tokens - entry.difference
    compared = entry.compared or 0
    over = "all records" if compared == report.records else counted(compared, "record", "records")
    spread = [f"95 % below {percent(entry.drift_p95)}"] if entry.drift_p95 is not None else []
    spread += [f"largest {percent(entry.drift_max)}"] if entry.drift_max is not None else []
    median = None if entry.drift_p50 is None else Measured(entry.drift_p50, "percent")
    return [
        Fact(
            "input tokens",
            Measured(before, "int"),
            Measured(entry.input_tokens, "int"),
            Measured(entry.drift, "percent"),
            f"over {over}",
        ),
        Fact("drift of one record", median, note=", ".join(["median", *spread]), brief=False),
    ]
