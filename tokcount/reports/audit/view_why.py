"""Where the difference of an audit comes from: by text, by role, by position; parts that add up."""

from __future__ import annotations

from typing import Any, Final

from tokcount.document.blocks import Block, Column, Line, Table
from tokcount.document.values import change, percent
from tokcount.reports.audit import view_charts
from tokcount.reports.phrases import counted, part_name

TELLING: Final = 0.005
"""Share of the baseline that a change must have to be told in the sentence."""


def blocks(data: dict[str, Any]) -> list[Block]:
    """For each target: what makes the difference in a sentence, the table by text, roles and positions."""
    found: list[Block] = []
    shown: list[dict[str, Any]] = []
    for entry in data["why"]:
        if not entry["compared"]:
            continue
        same = next((other for other in shown if other["classes"][:-1] == entry["classes"][:-1]), None)
        if same is not None:
            found.append(Line(_as_before(entry, same)))
            continue
        shown.append(entry)
        found += [Line(_sentence(entry)), _table(entry)]
        found += [Line(_parts(entry, "roles", "By role")), Line(_parts(entry, "positions", "By position"))]
    return [*found, *view_charts.by_class(data)]


def _as_before(entry: dict[str, Any], same: dict[str, Any]) -> str:
    """A target with the text tokens of another one: the same encoding."""
    difference, framing = change(entry["difference"]), change(entry["classes"][-1]["difference"])
    return f"{entry['reference']}, {difference} tokens: text as under {same['reference']}; framing {framing}."


def _sentence(entry: dict[str, Any]) -> str:
    """``gpt-4o: CJK prose −57.6 % (−2,396), …; framing +840.``"""
    least = TELLING * entry["baseline_tokens"]
    *texts, framing = entry["classes"]
    telling = sorted(
        (part for part in texts if abs(part["difference"]) >= least), key=lambda part: part["difference"]
    )
    told = [_part(part) for part in telling if part["difference"]]
    text = ", ".join(told) or "no kind of text changes much"
    around = f"; framing {change(framing['difference'])}" if framing["difference"] else "; framing stays"
    over = counted(entry["compared"], "record", "records")
    return f"{entry['reference']}, {change(entry['difference'])} tokens over {over}: {text}{around}."


def _part(part: dict[str, Any]) -> str:
    shown = f"{percent(part['drift'])} " if part["drift"] is not None else ""
    return f"{part_name(part['part'])} {shown}({change(part['difference'])})"


def _table(entry: dict[str, Any]) -> Table:
    columns = (
        Column("text"),
        Column(entry["baseline"], "int"),
        Column(entry["reference"], "int"),
        Column("difference", "change"),
        Column("drift", "percent"),
        Column("", "bar"),
    )
    largest = max(abs(part["difference"]) for part in entry["classes"]) or 1
    rows = [
        (
            part_name(part["part"]),
            part["baseline_tokens"],
            part["target_tokens"],
            part["difference"],
            part["drift"],
            abs(part["difference"]) / largest,
        )
        for part in entry["classes"]
    ]
    total = (entry["baseline_tokens"], entry["target_tokens"], entry["difference"])
    drift = entry["difference"] / entry["baseline_tokens"] if entry["baseline_tokens"] else None
    return Table(columns, (*rows, ("all input", *total, drift, None)))


def _parts(entry: dict[str, Any], key: str, title: str) -> str:
    changed = [_part(part) for part in entry[key] if part["difference"]]
    return f"{title}: {', '.join(changed) or 'no change'}."
