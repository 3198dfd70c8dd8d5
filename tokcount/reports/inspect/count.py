"""`tokcount count`: like `wc`, with one column per encoding or model, and the name last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

import msgspec

from tokcount.document.blocks import Bar, Block, Blocks, Cell, Column, Span, Table
from tokcount.document.rows import Row
from tokcount.document.values import integer
from tokcount.reports.inspect.count_report import Bucket, CountedInput, CountReport, Spread

BRANCH, LAST, TRUNK, GAP = "├─ ", "└─ ", "│  ", "   "


def blocks(report: CountReport) -> Blocks:
    """One row per input or group, and their total when there are several."""
    return [*_tables(report), *(block for spread in report.spread or () for block in _spread(spread))]


def rows(report: CountReport) -> list[Row]:
    """The tokens under each encoding, `bytes` and `path`, or those of each group; no total row."""
    if report.groups:
        return [
            {**group.tokens, "bytes": group.bytes, "files": group.files, "key": group.key}
            for group in report.groups
        ]
    if report.spread:
        return [
            {"column": spread.column, "texts": spread.texts, "mean": spread.mean, **spread.percentiles}
            for spread in report.spread
        ]
    return [
        {**item.tokens, "bytes": item.bytes, **_values(item), "path": item.path} for item in _shown(report)
    ]


def _shown(report: CountReport) -> list[CountedInput]:
    if report.layout != "total":
        return report.inputs
    return [CountedInput(path="total", bytes=_size(report), tokens=report.total)]


def _size(report: CountReport) -> int:
    return report.total_bytes or sum(item.bytes for item in report.inputs)


def _values(item: CountedInput) -> dict[str, int]:
    fields = {"values": item.values, "missing": item.missing}
    return {name: value for name, value in fields.items() if value is not msgspec.UNSET}


def _tables(report: CountReport) -> Iterator[Block]:
    if report.spread:
        return
    if report.groups:
        yield _table(report, "files", "key", ((g.tokens, g.bytes, g.files, g.key) for g in report.groups))
    elif report.layout == "tree":
        yield _table(report, None, "path", _tree(report.inputs))
    else:
        yield _list(report)


def _list(report: CountReport) -> Table:
    inputs = _shown(report)
    counted = "values" if any(item.values is not msgspec.UNSET for item in inputs) else None
    entries = (
        (item.tokens, item.bytes, None if item.values is msgspec.UNSET else item.values, item.path)
        for item in inputs
    )
    return _table(report, counted, "path", entries, with_total=len(inputs) > 1)


Entry = tuple[dict[str, int], int, int | None, str]
"""Tokens, bytes, a number of things, and a name."""


def _table(
    report: CountReport, counted: str | None, name: str, entries: Iterable[Entry], *, with_total: bool = False
) -> Table:
    """Numbers first, the name last: a long one does not move them, and `sort -n` sorts by the first number."""
    names = list(report.total)
    numbers = [Column(column, "int") for column in (*names, "bytes", *([counted] if counted else []))]
    listed = list(entries)
    if with_total:
        values = sum(item.values or 0 for item in report.inputs)
        listed.append((report.total, _size(report), values, "total"))
    table: list[tuple[Cell, ...]] = [
        (*(tokens.get(column) for column in names), size, *([number] if counted else []), label)
        for tokens, size, number, label in listed
    ]
    return Table((*numbers, Column(name)), tuple(table), is_unbroken=True)


class _Folder:
    """A folder of the tree: its numbers, and what is in it."""

    def __init__(self) -> None:
        self.tokens: dict[str, int] = {}
        self.bytes = 0
        self.entries: dict[str, _Folder] = {}

    def add(self, parts: tuple[str, ...], item: CountedInput) -> None:
        """Add a file to the folder and to those below it that lead to the file."""
        for name, tokens in item.tokens.items():
            self.tokens[name] = self.tokens.get(name, 0) + tokens
        self.bytes += item.bytes
        if parts:
            self.entries.setdefault(parts[0], _Folder()).add(parts[1:], item)


def _tree(inputs: list[CountedInput]) -> Iterator[Entry]:
    root = _Folder()
    for item in inputs:
        root.add(PurePath(item.path).parts, item)
    name = ""
    while len(root.entries) == 1:
        (part, root), *_ = root.entries.items()
        name = str(PurePath(name) / part)
    yield root.tokens, root.bytes, None, name or "."
    yield from _branches(root, "")


def _branches(folder: _Folder, indent: str) -> Iterator[Entry]:
    for place, (name, entry) in enumerate(folder.entries.items(), 1):
        is_last = place == len(folder.entries)
        yield entry.tokens, entry.bytes, None, indent + (LAST if is_last else BRANCH) + name
        yield from _branches(entry, indent + (GAP if is_last else TRUNK))


def _spread(spread: Spread) -> Iterator[Block]:
    columns = (Column("column"), Column(spread.unit, "int"), Column("mean", "int"))
    names = tuple(Column(name, "int") for name in spread.percentiles)
    row: tuple[Cell, ...] = (spread.column, spread.texts, round(spread.mean, 1), *spread.percentiles.values())
    yield Table((*columns, *names), (row,))
    most = max((bucket.texts for bucket in spread.buckets), default=0) or 1
    ranges = tuple(
        (_range(bucket), bucket.texts, Bar((Span(0, bucket.texts),), 0, most)) for bucket in spread.buckets
    )
    yield Table((Column("tokens"), Column(spread.unit, "int"), Column("", "bar")), ranges)


def _range(bucket: Bucket) -> str:
    if bucket.least == bucket.most:
        return integer(bucket.least)
    return f"{integer(bucket.least)}–{integer(bucket.most)}"
