"""How a check words its findings: the verdict, what is known of a budget, and the records that violate it."""

from __future__ import annotations

from decimal import Decimal

from tokcount.document.blocks import MARKS, Cell, CellKind, Level, Measured
from tokcount.document.budgets import Outcome
from tokcount.document.values import integer, share, show
from tokcount.reports.budgets.baseline import json_value
from tokcount.reports.budgets.metric import Unit
from tokcount.reports.budgets.report import Amount, CheckedBudget, CheckReport, ViolatingRecord
from tokcount.reports.phrases import counted, location

KINDS: dict[str, CellKind] = {"tokens": "int", "records": "int", "share": "share", "usd": "usd"}
"""Unit of a budget → how its values are formatted."""


def outcome(entry: CheckedBudget) -> Outcome:
    """Whether a budget passed, and if not, whether it is known to be beyond its limit."""
    if entry.passed:
        return "provisional" if entry.is_provisional else "passed"
    return "broken" if entry.exceeded else "unknown"


def verdict(report: CheckReport) -> str:
    """`1 budget broken, 1 warning, 3 passed (2 provisionally: not all of their records could be fully counted)`."""
    broken = [entry for entry in report.budgets if not entry.passed]
    failed = sum(entry.level == "fail" for entry in broken)
    warned = len(broken) - failed
    parts = [counted(failed, "budget", "budgets") + " broken"] if failed else []
    parts += [counted(warned, "warning", "warnings")] if warned else []
    new = sum(entry.is_new for entry in report.budgets)
    provisional = sum(entry.is_provisional for entry in report.budgets) - new
    whose = "its" if provisional == 1 else "their"
    why = f" ({integer(provisional)} provisionally: not all of {whose} records could be fully counted)"
    passed = f"{integer(len(report.budgets) - len(broken) - new)} passed{why if provisional else ''}"
    return ", ".join([*parts, passed, *([f"{integer(new)} not judged"] if new else [])])


def provisional_because(entry: CheckedBudget) -> str:
    """Why a budget passes only provisionally: `? input_tokens.max <= 8k: counted in part (3 of 1,000 records)`."""
    return f"{mark(entry)} {title(entry)}: {reasons(entry)}"


def reasons(entry: CheckedBudget) -> str:
    """Everything that is unknown about a value, first whether that is too much."""
    is_judged = entry.value is not None and entry.limit is not None
    is_too_much = is_judged and not entry.passed and not entry.exceeded
    too_much = f"{share(entry.unknown)} is not known, more than --max-unknown allows" if is_too_much else ""
    return "; ".join(filter(None, (too_much, entry.reason, entry.undercounted)))


def mark(entry: CheckedBudget) -> str:
    """`✓` passed, `?` passed provisionally, `✗` broken, `!` a warning."""
    return MARKS[level(entry)]


def level(entry: CheckedBudget) -> Level:
    """How serious the outcome of a budget is."""
    if entry.passed:
        return "unknown" if entry.is_provisional else "pass"
    return "fail" if entry.level == "fail" else "warn"


def value(entry: CheckedBudget) -> Measured:
    """The value of a budget; a lower bound is `at least $41.90`."""
    return Measured(entry.value, KINDS[entry.unit], "at least " if entry.is_floor else "")


def limit(entry: CheckedBudget) -> Measured:
    """The limit of a budget."""
    return Measured(entry.limit, KINDS[entry.unit])


def margin(entry: CheckedBudget) -> Cell:
    """The distance of a value from its limit: of a share in percentage points, else relative to the limit."""
    if entry.difference is None:
        return None
    if entry.unit == "share":
        return Measured(entry.difference, "points")
    if entry.margin is not None:
        return Measured(entry.margin, "percent")
    return Measured(entry.difference, "usd_change" if entry.unit == "usd" else "change")


def change(before: Amount, now: Amount, unit: Unit) -> Cell:
    """From one value to another: of shares in percentage points, else relative, or absolute from 0."""
    if before is None or now is None:
        return None
    added = Decimal(str(now)) - Decimal(str(before))
    if unit == "share":
        return Measured(float(added), "points")
    if Decimal(str(before)) != 0:
        return Measured(float(added / abs(Decimal(str(before)))), "percent")
    return Measured(json_value(added, unit), "usd_change" if unit == "usd" else "change")


def allowed(entry: CheckedBudget) -> str:
    """What a budget allows: `allowed +10 %` of the baseline, else `limit 8,000`."""
    return f"allowed {entry.allowed}" if entry.allowed else f"limit {text_of(limit(entry))}"


def finding(entry: CheckedBudget) -> str:
    """One sentence about a budget: `359 → 398, +10.9 %, allowed +10 %`, or `$41.90, limit $38.22 (+9.6 %)`."""
    if entry.value is None:
        return f"unknown: {entry.reason}"
    if entry.limit is None:
        return f"{text_of(value(entry))}; {entry.reason}"
    if entry.baseline is None:
        compared = f"{text_of(value(entry))}, limit {text_of(limit(entry))} ({text_of(margin(entry))})"
    else:
        before = show(entry.baseline, KINDS[entry.unit])
        changed = text_of(change(entry.baseline, entry.value, entry.unit))
        compared = f"{before} → {text_of(value(entry))}, {changed}, {allowed(entry)}"
    return "; ".join(filter(None, (compared, reasons(entry))))


def record(violating: ViolatingRecord) -> str:
    """One record or file that violates a budget: `a.jsonl:14 (9,120)`, or `a.md:1 (72, baseline 28, +157.1 %)`."""
    place, found = location(violating), detail(violating)
    return f"{place} ({found})" if found else place


def detail(violating: ViolatingRecord) -> str:
    """Its value, and what else there is to report about it."""
    value = text_of(violation(violating)) if violating.value is not None else ""
    return ", ".join(filter(None, (value, note(violating))))


def note(violating: ViolatingRecord) -> str:
    """What else there is to report about a record or file: its change against the baseline."""
    unit = violating.unit
    if violating.baseline is None:
        return violating.note or ""
    changed = text_of(change(violating.baseline, violating.value, unit))
    return ", ".join(
        filter(None, (violating.note, f"baseline {show(violating.baseline, KINDS[unit])}", changed))
    )


def violation(violating: ViolatingRecord) -> Measured:
    """The value of a record or file that violates a budget."""
    return Measured(violating.value, KINDS[violating.unit])


def text_of(cell: Cell) -> str:
    """A cell in a sentence."""
    return show(cell, "text")


def title(entry: CheckedBudget) -> str:
    """The budget as it was written, with its target unless it names one."""
    target = entry.target
    text = entry.budget if target is None or _names_target(entry) else f"{entry.budget} for {target}"
    return text if entry.report is None else f"{text} in {entry.report}"


def _names_target(entry: CheckedBudget) -> bool:
    return f"for {entry.target}" in " ".join(entry.budget.replace('"', "").replace("'", "").split())
