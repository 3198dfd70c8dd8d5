"""`tokcount check`: each budget with its value, limit and margin, and the records that violate it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Final

from tokcount.document.blocks import (
    Badge,
    Block,
    Blocks,
    Cell,
    Column,
    Line,
    Measured,
    Table,
    Title,
)
from tokcount.document.budgets import BudgetResult, BudgetResults, Outcome, Violation
from tokcount.document.rows import Row, flat
from tokcount.reports import replacements
from tokcount.reports.budgets.groups import LEAST
from tokcount.reports.budgets.metric import Unit
from tokcount.reports.budgets.report import (
    CheckedBudget,
    CheckReport,
    GroupValue,
)
from tokcount.reports.budgets.wording import (
    KINDS,
    change,
    detail,
    finding,
    level,
    limit,
    margin,
    mark,
    note,
    outcome,
    provisional_because,
    reasons,
    record,
    title,
    value,
    verdict,
    violation,
)
from tokcount.reports.phrases import assumed, counted, holdings, location, skipped

NOT_IN_ROWS = ("metric", "aggregate", "more")
COLUMNS = ("budget", "value", "limit", "margin", "under")
COMPARED = ("budget", "baseline", "now", "change", "allowed", "under")
"""The columns where some budget has a value in the baseline."""
STATES: Final[dict[Outcome, str]] = {
    "passed": "passed",
    "provisional": "provisional",
    "broken": "broken",
    "unknown": "not known",
}
BLAMED_NAMED: Final = 3
"""Files in a sentence on a broken budget."""
MONTHLY: Final = "cost.per_month"
GROUPS_NAMED: Final = 20
"""Files that changed in a report for people; all are in the JSON report."""


def blocks(report: CheckReport) -> Blocks:
    """The verdict, the budgets, what grew and which records violate them, and what is not known."""
    broken = [entry for entry in report.budgets if not entry.passed]
    return [
        Title(verdict(report), badge(report), (holdings(report),)),
        *skipped(report),
        *assumed(report),
        _budgets(report.budgets),
        *replacements.blocks(report),
        *[block for entry in broken for block in _broken(entry)],
        *_grown(broken, report.budgets),
        *[Line(provisional_because(entry), "warning") for entry in report.budgets if entry.is_provisional],
        *_made(report),
    ]


def badge(report: CheckReport) -> Badge:
    """Whether the run fails, and otherwise what there is to look at."""
    if not report.passed:
        return Badge("fail", "FAILED")
    if not all(entry.passed for entry in report.budgets):
        return Badge("warn", "PASSED")
    return Badge("unknown" if any(entry.is_provisional for entry in report.budgets) else "pass", "PASSED")


def _made(report: CheckReport) -> list[Line]:
    """What the numbers assume."""
    costs = [Line(f"Costs assume {text}.", "note") for text in _assumed(report)]
    return [*costs, *_made_from(report)]


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


def _made_from(report: CheckReport) -> list[Line]:
    """What values are made from that are not of every record at its price."""
    found = {entry.key: entry.made_from for entry in report.budgets if entry.made_from}
    return [Line(f"{key}: {text}.", "note") for key, text in found.items()]


def results(report: CheckReport) -> BudgetResults:
    """The outcome of each budget, for the formats of continuous integration."""
    broken = [entry for entry in report.budgets if not entry.passed]
    made = [holdings(report), *(line.text for line in (*skipped(report), *assumed(report), *_made(report)))]
    return BudgetResults(
        verdict=verdict(report),
        budgets=tuple(map(_result, report.budgets)),
        passed=report.passed,
        reasons=tuple(_reason_of(entry) for entry in broken),
        table=_budgets(report.budgets),
        grown=tuple(_grown(broken, report.budgets)),
        doubts=_doubts([entry for entry in report.budgets if reasons(entry)]),
        made=tuple(made),
    )


def _reason_of(entry: CheckedBudget) -> str:
    """What broke a budget, in a sentence: its value, and the files that grew."""
    grown = [f"{name}: {detail(record)}" for record in entry.records if (name := record.group)]
    return f"{title(entry)}: {finding(entry)}" + (f". {'; '.join(grown[:BLAMED_NAMED])}" if grown else "")


def _doubts(entries: list[CheckedBudget]) -> Table:
    """What is not known about the values of budgets."""
    columns = (Column("state"), Column("budget"), Column("why"))
    rows = tuple((STATES[outcome(entry)], title(entry), reasons(entry)) for entry in entries)
    return Table(columns, rows)


def _result(entry: CheckedBudget) -> BudgetResult:
    violations = (Violation(record(r), detail(r), r.source, r.line, r.index) for r in entry.records)
    return BudgetResult(
        key=entry.key,
        title=title(entry),
        finding=finding(entry),
        level=entry.level,
        outcome=outcome(entry),
        violations=tuple(violations),
        more=entry.more,
    )


def _budgets(entries: list[CheckedBudget]) -> Table:
    compared = any(entry.baseline is not None for entry in entries)
    name, *numbers, under = COMPARED if compared else COLUMNS
    last = len(numbers) - 1  # what is allowed is in the budget too, and a margin follows from the other two
    measured = (Column(number, "int", drop=int(place == last)) for place, number in enumerate(numbers))
    columns = (Column(name), *measured, Column(under))
    rows = tuple((*_row(entry, compared=compared), entry.target or "own model") for entry in entries)
    width = len(columns) if any(entry.target for entry in entries) else len(columns) - 1
    return Table(columns[:width], tuple(row[:width] for row in rows))


def _row(entry: CheckedBudget, *, compared: bool) -> tuple[Cell, ...]:
    where = "" if entry.report is None else f" in {entry.report}"
    name = Badge(level(entry), f"{entry.budget}{where}{'' if entry.level == 'fail' else ' (warn)'}")
    if not compared:
        return name, value(entry), limit(entry), margin(entry)
    before = Measured(entry.baseline, KINDS[entry.unit])
    return name, before, value(entry), change(entry.baseline, entry.value, entry.unit), limit(entry)


def _grown(broken: list[CheckedBudget], budgets: list[CheckedBudget]) -> Iterator[Table]:
    """How the value of each file or tag changed against the baseline, once for each thing that was measured.

    Where a budget of `budgets` measures the costs of a month, other values have them in their last column instead of a
    table of their own.
    """
    found = _by_group(broken)
    months = {
        entry.target: entry
        for entry in budgets
        if entry.key == _monthly_key(entry.target) and not entry.report
    }
    for (key, what), entries in found.items():
        first = entries[0]
        month = months.get(first.target) if what == "file" else None
        others = [each[0] for (_, kind), each in found.items() if each is not entries and kind == "file"]
        if first.key == _monthly_key(first.target) and any(each.target == first.target for each in others):
            continue
        if table := _changes(key, what, entries, None if first.key == _monthly_key(first.target) else month):
            yield table


def _monthly_key(target: str | None) -> str:
    """The key of the costs of a month of all records under a target."""
    return f"{MONTHLY} for {target}" if target else MONTHLY


def _changes(key: str, what: str, entries: list[CheckedBudget], month: CheckedBudget | None) -> Table | None:
    """The files or tags whose value changed; `None` if there are none."""
    found, unit = entries[0].groups, entries[0].unit
    changed = [group for group in found if group.value != group.baseline]
    if not changed:
        return None
    blamed = {record.group for entry in (*entries, *([month] if month else [])) for record in entry.records}
    costs = {group.name: group for group in month.groups} if month else {}
    shown = changed[:GROUPS_NAMED]
    rows = [(*_group_row(group, unit, blamed), _added(group, costs.get(group.name))) for group in shown]
    rest = "unchanged" if len(changed) <= GROUPS_NAMED else "more"
    note = f"{counted(len(found) - len(rows), what, f'{what}s')} {rest}" if len(rows) < len(found) else ""
    numbers = (Column(number, "int") for number in ("baseline", "now", "change"))
    columns = (Column(key), *numbers, Column(""), Column("a month", "usd_change"))
    width = len(columns) if any(row[-1] for row in rows) else len(columns) - 1
    return Table(columns[:width], tuple(row[:width] for row in rows), note=note)


def _added(group: GroupValue, cost: GroupValue | None) -> str | None:
    """What a file adds to the costs of a month; `None`: that is not known, now or in the baseline."""
    pairs = () if cost is None else ((cost.value, group.value), (cost.baseline, group.baseline))
    if cost is None or any(amount is None and value is not None for amount, value in pairs):
        return None
    return format(Decimal(str(cost.value or 0)) - Decimal(str(cost.baseline or 0)), "f")


def _by_group(broken: list[CheckedBudget]) -> dict[tuple[str, str], list[CheckedBudget]]:
    """What was measured and what for, a file or a tag → its budgets; only where some of them are in the baseline."""
    found: dict[tuple[str, str], list[CheckedBudget]] = {}
    for entry in broken:
        if len(entry.groups) >= LEAST and any(_is_compared(group) for group in entry.groups):
            key = entry.key.removesuffix(f" each {entry.each}")
            found.setdefault((key, "tag" if entry.each == "tag" else "file"), []).append(entry)
    return found


def _is_compared(group: GroupValue) -> bool:
    return group.value is not None and group.baseline is not None


def _group_row(group: GroupValue, unit: Unit, blamed: Collection[str | None]) -> tuple[Cell, ...]:
    state = "new" if group.baseline is None else "removed" if group.value is None else ""
    before, now = (Measured(amount, KINDS[unit]) for amount in (group.baseline, group.value))
    name: Cell = Badge("fail", group.name) if group.name in blamed else f"  {group.name}"
    return name, before, now, change(group.baseline, group.value, unit), state


def _broken(entry: CheckedBudget) -> list[Block]:
    """The records that violate one budget, or why there are none."""
    lines: list[Block] = []
    if reasons(entry):
        lines.append(Line(f"{mark(entry)} {title(entry)}: {finding(entry)}", "warning"))
    is_in_groups = any(record.group is not None for record in entry.records) and bool(
        list(_grown([entry], []))
    )
    if entry.records and not is_in_groups:
        heading = "record" if reasons(entry) else f"{mark(entry)} {title(entry)}"
        columns = (Column(heading), Column("value", "int"), Column("note"))
        table = tuple((location(r), violation(r), note(r)) for r in entry.records)
        width = len(columns) if any(row[2] for row in table) else 2
        lines.append(
            Table(
                columns[:width],
                tuple(row[:width] for row in table),
                note=_result(entry).rest(len(entry.records)),
            )
        )
    elif entry.more and not entry.records:
        records = counted(entry.more, "record", "records")
        lines.append(
            Line(f"{mark(entry)} {title(entry)}: {records} in violation (--top N lists them)", "warning")
        )
    return lines
