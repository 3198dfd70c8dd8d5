"""``tokcount config``: what is set, to what, and by whom."""

from __future__ import annotations

from typing import Any

from tokcount.document.blocks import Block, Blocks, Cell, Column, Line, Table
from tokcount.document.rows import Row

DEFAULT = "default"
COLUMNS = (Column("setting"), Column("value"), Column("from"))


def blocks(data: dict[str, Any]) -> Blocks:
    """The file, what is set, and the names of what is not."""
    file = data["file"]
    chosen = [setting for setting in data["settings"] if setting["origin"] != DEFAULT]
    unset = [setting["key"] for setting in data["settings"] if setting["origin"] == DEFAULT]
    found: list[Block] = [Line(f"Configuration: {file}" if file else "No configuration file.", "strong")]
    if chosen:
        table = tuple((setting["key"], _text(setting["value"]), setting["origin"]) for setting in chosen)
        found.append(Table(COLUMNS, table))
    else:
        found.append(Line("Everything is at its default."))
    return [*found, Line(f"At their defaults: {', '.join(unset)}", "note")]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each setting: ``key, value, origin``; several values stand in one cell, with ``; `` between."""
    return [{**setting, "value": _text(setting["value"])} for setting in data["settings"]]


def _text(value: Any) -> Cell:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value if value is None or isinstance(value, (str, bool)) else str(value)
