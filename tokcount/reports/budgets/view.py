"""``tokcount check``: each budget with its value, limit and margin, and the records that break it."""

from __future__ import annotations

from typing import Any

from tokcount.document.blocks import Block, Blocks, CellKind, Column, Line, Table
from tokcount.document.values import MINUS, change, integer, percent, show, usd_change
from tokcount.reports.phrases import counted, holdings, place, skipped
from tokcount.reports.views import Row

Entry = dict[str, Any]
KINDS: dict[str, CellKind] = {"tokens": "int", "records": "int", "share": "share", "usd": "usd"}
"""Unit of a budget → how its values are shown."""
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
    """What the log holds, the budgets, the records that break them, and the verdict."""
    return [
        *_log(data),
        _budgets(data["budgets"]),
        *[block for entry in data["budgets"] if not entry["passed"] for block in _broken(entry)],
        *[Line(unsure(entry), "warning") for entry in data["budgets"] if is_unsure(entry)],
        Line(verdict(data), "strong" if data["passed"] else "warning"),
    ]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each budget, with the place of the worst record."""
    return [
        {
            **{key: entry.get(key) for key in ROW_KEYS},
            "worst": place(entry["records"][0]) if entry["records"] else None,
            "records": len(entry["records"]) + entry["more"],
        }
        for entry in data["budgets"]
    ]


def verdict(data: dict[str, Any]) -> str:
    """``1 budget broken, 1 warning, 1 held``."""
    broken = [entry for entry in data["budgets"] if not entry["passed"]]
    failed = sum(entry["level"] == "fail" for entry in broken)
    warned = len(broken) - failed
    parts = [counted(failed, "budget", "budgets") + " broken"] if failed else []
    parts += [counted(warned, "warning", "warnings")] if warned else []
    unclear = sum(map(is_unsure, data["budgets"]))
    by = f", {integer(unclear)} of them only by what is known" if unclear else ""
    return ", ".join([*parts, f"{integer(len(data['budgets']) - len(broken))} held{by}"])


def is_unsure(entry: Entry) -> bool:
    """Whether a budget holds, but might not if everything were known."""
    return entry["passed"] and not entry.get("sure", True)


def unsure(entry: Entry) -> str:
    """Why a budget that holds might not: ``? input_tokens.max <= 8k: counted in part (3 of 1,000 records)``."""
    return f"{mark(entry)} {title(entry)}: {_doubts(entry)}"


def _doubts(entry: Entry) -> str:
    """Everything that is not known of a value."""
    return "; ".join(filter(None, (entry["doubt"], entry.get("rests_on", ""))))


def mark(entry: Entry) -> str:
    """``✓`` held, ``?`` held by what is known, ``✗`` broken, ``!`` broken and only to be warned of."""
    if entry["passed"]:
        return "?" if is_unsure(entry) else "✓"
    return "✗" if entry["level"] == "fail" else "!"


def amount(number: str | float | None, unit: str) -> str:
    """A value or a limit as people read it."""
    if isinstance(number, float) and unit in {"tokens", "records"}:
        number = round(number, FRACTION_DIGITS)
    if unit == "share" and number is not None and not 0 <= float(number) <= 1:
        return f"{float(number) * 100:,.1f} %".replace("-", MINUS)
    return show(number, KINDS[unit])


def value(entry: Entry) -> str:
    """The value of a budget; where records count for less than they are it is ``at least $41.90``."""
    shown = amount(entry["value"], entry["unit"])
    return f"at least {shown}" if entry["floor"] and entry["value"] is not None else shown


def margin(entry: Entry) -> str:
    """How far a value is from its limit: of a share in points, of anything else as a part of the limit."""
    if entry["difference"] is None:
        return ""
    if entry["unit"] == "share":
        return f"{percent(entry['difference']).removesuffix(' %')} points"
    if entry["margin"] is not None:
        return percent(entry["margin"])
    return usd_change(entry["difference"]) if entry["unit"] == "usd" else change(entry["difference"])


def finding(entry: Entry) -> str:
    """One sentence on a budget: ``$41.90, limit $38.22 (+9.6 %)``."""
    if entry["value"] is None:
        return f"not known: {entry['doubt']}"
    if entry["limit"] is None:
        return f"{value(entry)}; {entry['doubt']}"
    told = f"{value(entry)}, limit {amount(entry['limit'], entry['unit'])} ({margin(entry)})"
    doubts = _doubts(entry)
    return f"{told}; {doubts}" if doubts else told


def record(entry: Entry) -> str:
    """One record that is to blame: ``prompts/support.jsonl:14 (9,120)``."""
    told = [amount(entry["value"], entry["unit"])] if entry["value"] is not None else []
    told += [entry["note"]] if entry["note"] else []
    return f"{place(entry)} ({', '.join(told)})" if told else place(entry)


def others(entry: Entry, shown: int) -> str:
    """``and 211 more``, after the first ``shown`` records of a budget; empty when that is all."""
    more = len(entry["records"]) + entry["more"] - shown
    return f"and {integer(more)} more" if more > 0 else ""


def title(entry: Entry) -> str:
    """The budget as it was written, with the target where it does not name one itself."""
    target = entry["target"]
    return entry["budget"] if target is None or _names_target(entry) else f"{entry['budget']} for {target}"


def _names_target(entry: Entry) -> bool:
    return f"for {entry['target']}" in " ".join(entry["budget"].replace('"', "").replace("'", "").split())


def _log(data: dict[str, Any]) -> list[Line]:
    if "kinds" not in data:
        return []
    return [Line(holdings(data), "strong"), *skipped(data)]


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
    """The records of one broken budget, or why there are none."""
    lines: list[Block] = []
    if _doubts(entry):
        lines.append(Line(f"{mark(entry)} {title(entry)}: {_doubts(entry)}", "warning"))
    if entry["records"]:
        heading = "record" if _doubts(entry) else f"{mark(entry)} {title(entry)}"
        columns = (Column(heading), Column("value"), Column("note"))
        table = tuple((place(r), amount(r["value"], r["unit"]), r["note"] or "") for r in entry["records"])
        width = len(columns) if any(row[2] for row in table) else 2
        lines.append(
            Table(
                columns[:width],
                tuple(row[:width] for row in table),
                note=others(entry, len(entry["records"])),
            )
        )
    elif entry["more"]:
        records = counted(entry["more"], "record", "records")
        lines.append(
            Line(f"{mark(entry)} {title(entry)}: {records} to blame (--top N names them)", "warning")
        )
    return lines
