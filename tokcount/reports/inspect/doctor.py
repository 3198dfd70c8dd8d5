"""``tokcount doctor``: is everything that counting rests on in order?"""

from __future__ import annotations

from typing import Any

from tokcount.document.blocks import Blocks, Column, Line, Table
from tokcount.document.rows import Row

MARKS = {True: "✓", False: "✗", None: "–"}


def blocks(data: dict[str, Any]) -> Blocks:
    """The verdict, then one row for each check."""
    broken = [check for check in data["checks"] if check["ok"] is False]
    names = ", ".join(check["name"] for check in broken)
    verdict = Line(f"Broken: {names}", "warning") if broken else Line("All is in order.", "strong")
    columns = (Column("check"), Column(""), Column("found"), Column("what to do"))
    table = tuple((c["name"], MARKS[c["ok"]], c["value"], c.get("remedy") or "") for c in data["checks"])
    return [verdict, Table(columns, table)]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each check: ``name, ok, value, remedy``."""
    return [dict(check) for check in data["checks"]]
