"""`tokcount check`: each budget with its value, limit and margin, and the records that violate it."""

from __future__ import annotations

from tokcount.document.blocks import Block, Blocks, Cell, CellKind, Column, Line, Measured, Table
from tokcount.document.budgets import BudgetResult, BudgetResults, Outcome, Violation
from tokcount.document.rows import Row, flat
from tokcount.document.values import integer, show
from tokcount.reports import replacements
from tokcount.reports.budgets.report import CheckedBudget, CheckReport, ViolatingRecord
from tokcount.reports.phrases import assumptions, counted, holdings, location, skipped

NOT_IN_ROWS = ("metric", "aggregate", "more")
KINDS: dict[str, CellKind] = {"tokens": "int", "records": "int", "share": "share", "usd": "usd"}
"""Unit of a budget → how its values are formatted."""
COLUMNS = (Column("budget"), Column("value"), Column("limit"), Column("margin"), Column("under"))


def blocks(report: CheckReport) -> Blocks:
    """What the log holds, the budgets, the records that violate them, and the verdict."""
    return [
        Line(holdings(report), "strong"),
        *skipped(report),
        _budgets(report.budgets),
        *replacements.blocks(report),
        *[block for entry in report.budgets if not entry.passed for block in _broken(entry)],
        *[Line(provisional_because(entry), "warning") for entry in report.budgets if entry.is_provisional],
        *[line for text in _assumed(report) for line in assumptions([text])],
        Line(verdict(report), "strong" if report.passed else "warning"),
    ]


def rows(report: CheckReport) -> list[Row]:
    """One row per budget, with the location of the worst record and the number of records."""
    return [
        {
            **{key: value for key, value in flat(entry).items() if key not in NOT_IN_ROWS},
            "worst": location(entry.records[0]) if entry.records else None,
            "records": len(entry.records) + entry.more,
        }
        for entry in report.budgets
    ]


def _assumed(report: CheckReport) -> list[str]:
    return list(dict.fromkeys(entry.assumptions for entry in report.budgets if entry.assumptions))


def results(report: CheckReport) -> BudgetResults:
    """The outcome of each budget, for the formats of continuous integration."""
    return BudgetResults(verdict(report), tuple(map(_result, report.budgets)))


def _result(entry: CheckedBudget) -> BudgetResult:
    violations = (Violation(record(r), r.source, r.line, r.index) for r in entry.records)
    return BudgetResult(
        key=entry.key,
        title=title(entry),
        finding=finding(entry),
        level=entry.level,
        outcome=_outcome(entry),
        violations=tuple(violations),
        more=entry.more,
    )


def _outcome(entry: CheckedBudget) -> Outcome:
    if entry.passed:
        return "provisional" if entry.is_provisional else "passed"
    return "unknown" if entry.value is None or entry.limit is None else "broken"


def verdict(report: CheckReport) -> str:
    """`1 budget broken, 1 warning, 3 passed (2 provisionally: not all of their records could be fully counted)`."""
    broken = [entry for entry in report.budgets if not entry.passed]
    failed = sum(entry.level == "fail" for entry in broken)
    warned = len(broken) - failed
    parts = [counted(failed, "budget", "budgets") + " broken"] if failed else []
    parts += [counted(warned, "warning", "warnings")] if warned else []
    provisional = sum(entry.is_provisional for entry in report.budgets)
    whose = "its" if provisional == 1 else "their"
    why = f" ({integer(provisional)} provisionally: not all of {whose} records could be fully counted)"
    return ", ".join(
        [*parts, f"{integer(len(report.budgets) - len(broken))} passed{why if provisional else ''}"]
    )


def provisional_because(entry: CheckedBudget) -> str:
    """Why a budget passes only provisionally: `? input_tokens.max <= 8k: counted in part (3 of 1,000 records)`."""
    return f"{mark(entry)} {title(entry)}: {_reasons(entry)}"


def _reasons(entry: CheckedBudget) -> str:
    """Everything that is unknown about a value."""
    return "; ".join(filter(None, (entry.reason, entry.undercounted)))


def mark(entry: CheckedBudget) -> str:
    """`✓` passed, `?` passed provisionally, `✗` broken, `!` a warning."""
    if entry.passed:
        return "?" if entry.is_provisional else "✓"
    return "✗" if entry.level == "fail" else "!"


def value(entry: CheckedBudget) -> Measured:
    """The value of a budget; a lower bound is `at least $41.90`."""
    return Measured(entry.value, KINDS[entry.unit], "at least " if entry.is_floor else "")


def limit(entry: CheckedBudget) -> Measured:
    """The limit of a budget."""
    return Measured(entry.limit, KINDS[entry.unit])


def margin(entry: CheckedBudget) -> Cell:
    """The distance of a value from its limit: of a share in percentage points, else relative to the limit."""
    if entry.difference is None:
        return ""
    if entry.unit == "share":
        return Measured(entry.difference, "points")
    if entry.margin is not None:
        return Measured(entry.margin, "percent")
    return Measured(entry.difference, "usd_change" if entry.unit == "usd" else "change")


def finding(entry: CheckedBudget) -> str:
    """One sentence about a budget: `$41.90, limit $38.22 (+9.6 %)`."""
    if entry.value is None:
        return f"unknown: {entry.reason}"
    if entry.limit is None:
        return f"{_text(value(entry))}; {entry.reason}"
    compared = f"{_text(value(entry))}, limit {_text(limit(entry))} ({_text(margin(entry))})"
    reasons = _reasons(entry)
    return f"{compared}; {reasons}" if reasons else compared


def record(violating: ViolatingRecord) -> str:
    """One record that violates a budget: `prompts/support.jsonl:14 (9,120)`."""
    details = [_text(_violation(violating))] if violating.value is not None else []
    details += [violating.note] if violating.note else []
    place = location(violating)
    return f"{place} ({', '.join(details)})" if details else place


def _violation(violating: ViolatingRecord) -> Measured:
    return Measured(violating.value, KINDS[violating.unit])


def _text(cell: Cell) -> str:
    return show(cell, "text")


def title(entry: CheckedBudget) -> str:
    """The budget as it was written, with its target unless it names one."""
    target = entry.target
    return entry.budget if target is None or _names_target(entry) else f"{entry.budget} for {target}"


def _names_target(entry: CheckedBudget) -> bool:
    return f"for {entry.target}" in " ".join(entry.budget.replace('"', "").replace("'", "").split())


def _budgets(entries: list[CheckedBudget]) -> Table:
    named = any(entry.target for entry in entries)
    table = tuple(
        (
            f"{mark(entry)} {entry.budget}{'' if entry.level == 'fail' else ' (warn)'}",
            value(entry),
            limit(entry),
            margin(entry),
            entry.target or "own model",
        )
        for entry in entries
    )
    width = len(COLUMNS) if named else len(COLUMNS) - 1
    return Table(COLUMNS[:width], tuple(row[:width] for row in table))


def _broken(entry: CheckedBudget) -> list[Block]:
    """The records that violate one budget, or why there are none."""
    lines: list[Block] = []
    if _reasons(entry):
        lines.append(Line(f"{mark(entry)} {title(entry)}: {_reasons(entry)}", "warning"))
    if entry.records:
        heading = "record" if _reasons(entry) else f"{mark(entry)} {title(entry)}"
        columns = (Column(heading), Column("value"), Column("note"))
        table = tuple((location(r), _violation(r), r.note or "") for r in entry.records)
        width = len(columns) if any(row[2] for row in table) else 2
        lines.append(
            Table(
                columns[:width],
                tuple(row[:width] for row in table),
                note=_result(entry).rest(len(entry.records)),
            )
        )
    elif entry.more:
        records = counted(entry.more, "record", "records")
        lines.append(
            Line(f"{mark(entry)} {title(entry)}: {records} in violation (--top N lists them)", "warning")
        )
    return lines
