"""`tokcount check`: each budget with its value, limit and margin, and the records that violate it."""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.document.blocks import Block, Blocks, CellKind, Column, Line, Table
from tokcount.document.budgets import BudgetResult, BudgetResults, Outcome, Violation
from tokcount.document.rows import Row
from tokcount.document.values import change, integer, percent, show, usd_change
from tokcount.reports.phrases import counted, holdings, place, skipped
from tokcount.reports.report import Overview

Entry = dict[str, Any]
KINDS: dict[str, CellKind] = {"tokens": "int", "records": "int", "share": "share", "usd": "usd"}
"""Unit of a budget → how its values are formatted."""
FRACTION_DIGITS = 2
COLUMNS = (Column("budget"), Column("value"), Column("limit"), Column("margin"), Column("under"))
ROW_KEYS = (
    *(
        "budget",
        "level",
        "key",
        "target",
        "unit",
        "value",
        "floor",
        "limit",
        "baseline",
        "difference",
        "margin",
    ),
    *("passed", "doubt", "rests_on", "sure"),
)


def blocks(data: dict[str, Any]) -> Blocks:
    """What the log holds, the budgets, the records that violate them, and the verdict."""
    return [
        *_log(data),
        _budgets(data["budgets"]),
        *[block for entry in data["budgets"] if not entry["passed"] for block in _broken(entry)],
        *[Line(provisional_because(entry), "warning") for entry in data["budgets"] if is_provisional(entry)],
        Line(verdict(data), "strong" if data["passed"] else "warning"),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row per budget, with the location of the worst record."""
    return [
        {
            **{key: entry.get(key) for key in ROW_KEYS},
            "worst": _place(entry["records"][0]) if entry["records"] else None,
            "records": len(entry["records"]) + entry["more"],
        }
        for entry in data["budgets"]
    ]


def results(data: dict[str, Any]) -> BudgetResults:
    """The outcome of each budget, for the formats of continuous integration."""
    return BudgetResults(verdict(data), tuple(map(_result, data["budgets"])))


def _result(entry: Entry) -> BudgetResult:
    violations = (Violation(record(r), r["source"], r["line"], r["index"]) for r in entry["records"])
    return BudgetResult(
        key=entry["key"],
        title=title(entry),
        finding=finding(entry),
        level=entry["level"],
        outcome=_outcome(entry),
        violations=tuple(violations),
        more=entry["more"],
    )


def _outcome(entry: Entry) -> Outcome:
    if entry["passed"]:
        return "provisional" if is_provisional(entry) else "passed"
    return "unknown" if entry["value"] is None or entry["limit"] is None else "broken"


def verdict(data: dict[str, Any]) -> str:
    """`1 budget broken, 1 warning, 3 passed (2 provisionally: not all of their records could be fully counted)`."""
    broken = [entry for entry in data["budgets"] if not entry["passed"]]
    failed = sum(entry["level"] == "fail" for entry in broken)
    warned = len(broken) - failed
    parts = [counted(failed, "budget", "budgets") + " broken"] if failed else []
    parts += [counted(warned, "warning", "warnings")] if warned else []
    provisional = sum(map(is_provisional, data["budgets"]))
    whose = "its" if provisional == 1 else "their"
    why = f" ({integer(provisional)} provisionally: not all of {whose} records could be fully counted)"
    return ", ".join(
        [*parts, f"{integer(len(data['budgets']) - len(broken))} passed{why if provisional else ''}"]
    )


def is_provisional(entry: Entry) -> bool:
    """Whether a budget passes, but might not if everything were known."""
    return entry["passed"] and not entry.get("sure", True)


def provisional_because(entry: Entry) -> str:
    """Why a budget passes only provisionally: `? input_tokens.max <= 8k: counted in part (3 of 1,000 records)`."""
    return f"{mark(entry)} {title(entry)}: {_reasons(entry)}"


def _reasons(entry: Entry) -> str:
    """Everything that is unknown about a value."""
    return "; ".join(filter(None, (entry["doubt"], entry.get("rests_on", ""))))


def mark(entry: Entry) -> str:
    """`✓` passed, `?` passed provisionally, `✗` broken, `!` a warning."""
    if entry["passed"]:
        return "?" if is_provisional(entry) else "✓"
    return "✗" if entry["level"] == "fail" else "!"


def amount(number: str | float | None, unit: str) -> str:
    """A value or a limit, formatted."""
    if isinstance(number, float) and unit in {"tokens", "records"}:
        number = round(number, FRACTION_DIGITS)
    return show(number, KINDS[unit])


def value(entry: Entry) -> str:
    """The value of a budget; a lower bound is `at least $41.90`."""
    shown = amount(entry["value"], entry["unit"])
    return f"at least {shown}" if entry["floor"] and entry["value"] is not None else shown


def margin(entry: Entry) -> str:
    """The distance of a value from its limit: of a share in percentage points, else relative to the limit."""
    if entry["difference"] is None:
        return ""
    if entry["unit"] == "share":
        return f"{percent(entry['difference']).removesuffix(' %')} points"
    if entry["margin"] is not None:
        return percent(entry["margin"])
    return usd_change(entry["difference"]) if entry["unit"] == "usd" else change(entry["difference"])


def finding(entry: Entry) -> str:
    """One sentence about a budget: `$41.90, limit $38.22 (+9.6 %)`."""
    if entry["value"] is None:
        return f"unknown: {entry['doubt']}"
    if entry["limit"] is None:
        return f"{value(entry)}; {entry['doubt']}"
    compared = f"{value(entry)}, limit {amount(entry['limit'], entry['unit'])} ({margin(entry)})"
    reasons = _reasons(entry)
    return f"{compared}; {reasons}" if reasons else compared


def _place(entry: Entry) -> str:
    return place(entry["source"], entry["line"], entry.get("index") or 0)


def record(entry: Entry) -> str:
    """One record that violates a budget: `prompts/support.jsonl:14 (9,120)`."""
    details = [amount(entry["value"], entry["unit"])] if entry["value"] is not None else []
    details += [entry["note"]] if entry["note"] else []
    return f"{_place(entry)} ({', '.join(details)})" if details else _place(entry)


def title(entry: Entry) -> str:
    """The budget as it was written, with its target unless it names one."""
    target = entry["target"]
    return entry["budget"] if target is None or _names_target(entry) else f"{entry['budget']} for {target}"


def _names_target(entry: Entry) -> bool:
    return f"for {entry['target']}" in " ".join(entry["budget"].replace('"', "").replace("'", "").split())


def _log(data: dict[str, Any]) -> list[Line]:
    if "kinds" not in data:
        return []
    overview = msgspec.convert(data, Overview)
    return [Line(holdings(overview), "strong"), *skipped(overview)]


def _budgets(entries: list[Entry]) -> Table:
    named = any(entry["target"] for entry in entries)
    table = tuple(
        (
            f"{mark(entry)} {entry['budget']}{'' if entry['level'] == 'fail' else ' (warn)'}",
            value(entry),
            amount(entry["limit"], entry["unit"]),
            margin(entry),
            entry["target"] or "own model",
        )
        for entry in entries
    )
    width = len(COLUMNS) if named else len(COLUMNS) - 1
    return Table(COLUMNS[:width], tuple(row[:width] for row in table))


def _broken(entry: Entry) -> list[Block]:
    """The records that violate one budget, or why there are none."""
    lines: list[Block] = []
    if _reasons(entry):
        lines.append(Line(f"{mark(entry)} {title(entry)}: {_reasons(entry)}", "warning"))
    if entry["records"]:
        heading = "record" if _reasons(entry) else f"{mark(entry)} {title(entry)}"
        columns = (Column(heading), Column("value"), Column("note"))
        table = tuple((_place(r), amount(r["value"], r["unit"]), r["note"] or "") for r in entry["records"])
        width = len(columns) if any(row[2] for row in table) else 2
        lines.append(
            Table(
                columns[:width],
                tuple(row[:width] for row in table),
                note=_result(entry).rest(len(entry["records"])),
            )
        )
    elif entry["more"]:
        records = counted(entry["more"], "record", "records")
        lines.append(
            Line(f"{mark(entry)} {title(entry)}: {records} in violation (--top N lists them)", "warning")
        )
    return lines
