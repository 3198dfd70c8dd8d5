"""``tokcount count``: like ``wc``, one column for each encoding or model."""

from __future__ import annotations

from typing import Any

from tokcount.document.blocks import Blocks, Column, Table
from tokcount.document.rows import Row


def blocks(data: dict[str, Any]) -> Blocks:
    """One row for each input, and their total where there are several."""
    names = list(data["total"])
    columns = (Column("input"), Column("bytes", "int"), *(Column(name, "int") for name in names))
    rows = [
        (item["path"], item["bytes"], *(item["tokens"].get(name) for name in names))
        for item in data["inputs"]
    ]
    if len(rows) > 1:
        rows.append(("total", sum(item["bytes"] for item in data["inputs"]), *data["total"].values()))
    return [Table(columns, tuple(rows))]


def rows(data: dict[str, Any]) -> list[Row]:
    """``path, bytes`` and the tokens under each encoding; no total row."""
    return [{"path": item["path"], "bytes": item["bytes"], **item["tokens"]} for item in data["inputs"]]
