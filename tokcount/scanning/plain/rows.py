"""The rows of calls that are alike, made column by column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import NamedTuple

from tokcount.logs.record import Usage
from tokcount.scanning.columns import NOTHING_BILLED, ColumnBuilder, billed, microseconds
from tokcount.scanning.schema import BILLED_COLUMNS


class CallColumns(NamedTuple):
    """What rows of several calls with the same codes are made of, each with one item per call.

    `usage`: that of all, except for the `counts` by column.
    """

    sources: Iterable[str]
    lines: Iterable[int]
    tags: Iterable[tuple[str, ...]]
    users: Iterable[str | None]
    times: Iterable[float | None]
    messages: Iterable[int]
    identities: Iterable[int]
    usage: Usage | None
    counts: Mapping[str, Iterable[int]]


def rows_of(
    calls: CallColumns,
    columns: ColumnBuilder,
    codes: tuple[int, ...],
    basis: int,
    counts: Iterable[Iterable[int]],
) -> Iterator[tuple[int, ...]]:
    """The rows of calls with the same codes, for `ColumnBuilder.append_all`. `counts`: columns of the references."""
    return zip(
        map(columns.code_of("source"), calls.sources),
        *map(repeat, codes),
        map(columns.code_of("tags"), map(",".join, calls.tags)),
        map(columns.code_of("user"), calls.users),
        calls.lines,
        repeat(0),
        map(microseconds, calls.times),
        repeat(basis),
        calls.identities,
        calls.messages,
        *_billed(calls),
        *counts,
        strict=False,
    )


def _billed(calls: CallColumns) -> Iterator[Iterable[int]]:
    """The columns of the usage, from the number of calls on."""
    numbers = (1, *NOTHING_BILLED) if calls.usage is None else billed(calls.usage)
    for name, number in zip(("requests", *BILLED_COLUMNS), numbers, strict=True):
        yield calls.counts.get(name, repeat(number))
