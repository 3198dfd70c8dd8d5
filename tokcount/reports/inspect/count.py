"""`tokcount count`: like `wc`, with one column per encoding or model."""

from __future__ import annotations

from tokcount.document.blocks import Blocks, Column, Table
from tokcount.document.rows import Row
from tokcount.reports.inspect.report import CountReport


def blocks(report: CountReport) -> Blocks:
    """One row per input, and their total when there are several."""
    names = list(report.total)
    columns = (Column("input"), Column("bytes", "int"), *(Column(name, "int") for name in names))
    table = [(item.path, item.bytes, *(item.tokens.get(name) for name in names)) for item in report.inputs]
    if len(table) > 1:
        table.append(("total", sum(item.bytes for item in report.inputs), *report.total.values()))
    return [Table(columns, tuple(table))]


def rows(report: CountReport) -> list[Row]:
    """`path, bytes` and the tokens under each encoding; no total row."""
    return [{"path": item.path, "bytes": item.bytes, **item.tokens} for item in report.inputs]
