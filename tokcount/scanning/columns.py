"""Compact columns of counted records: what workers send back and what the frame is built from.

One row per record: numbers, and strings as codes into small tables. Some thousand rows at a time are packed into the
narrowest arrays that hold them, about forty bytes per row. Columns never hold text of a prompt.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

import msgspec

from tokcount.logs.record import Record, Usage
from tokcount.scanning.copies import identity
from tokcount.scanning.doubts import RecordDoubts
from tokcount.scanning.features.hosted import CONTAINER_ID, container_id, hosted_calls
from tokcount.scanning.schema import (
    BILLED_COLUMNS,
    ESTIMATES,
    MISSING,
    MONEY_DECIMALS,
    RECORD_COLUMNS,
    TEXT_COLUMNS,
    column,
)

NO_CODE: Final = -1
"""The code of a missing string and of a missing basis."""
NOT_BILLED: Final = -1
_MISSING: Final = {known.name: known.missing for known in RECORD_COLUMNS}
_OF_ONE: Final = ("tags", "user")
"""Columns of strings with many values, as the source, which is the first; those of the others vary together."""
_ROW: Final = (
    *(name for name in TEXT_COLUMNS if name not in _OF_ONE),
    *_OF_ONE,
    *(known.name for known in RECORD_COLUMNS if known.dtype != "text"),
)
"""The columns of a record in the order in which a row is put together."""
_NO_TIME: Final = _MISSING["timestamp"] or 0
PACK_AT: Final = 200_000
"""Numbers in the flat array before they are packed: 1.6 MB, some thousand rows."""
_COUNTED: Final = ("content_tokens", "framing_tokens", "output_tokens", *ESTIMATES)
_COMBINATIONS: Final = 4_096
"""Combinations of strings whose codes are remembered."""
_MOST_MONEY: Final = 2**63 - 1
NOTHING_BILLED: Final = (NOT_BILLED,) * len(BILLED_COLUMNS)


class Run(NamedTuple):
    """The same number in `rows` rows."""

    value: int
    rows: int


Packed: TypeAlias = "array[int] | Run"
"""Consecutive numbers of one column."""


class StringTable(msgspec.Struct):
    """Strings in order of appearance, each with a small number; lone surrogates in them become `?`."""

    strings: list[str] = []
    codes: dict[str, int] = {}

    def code(self, string: str | None) -> int:
        """The number of a string, a new one for a new string; `NO_CODE` for none."""
        if string is None:
            return NO_CODE
        code = self.codes.get(string)
        if code is None:
            code = self.codes[string] = len(self.strings)
            self.strings.append(string if string.isascii() else string.encode("utf-8", "replace").decode())
        return code


class Columns(msgspec.Struct):
    """Finished rows under a fixed list of references, column by column.

    `packed`: column → its numbers, or the codes of its `strings`. `extra`: columns of numbers that single reports ask
    for; one that no record of these rows has is not there.
    """

    references: tuple[str, ...] = ()
    rows: int = 0
    missing: dict[str, int | None] = {}
    """Column → the number that stands for "not known" in it."""
    strings: dict[str, list[str]] = {}
    packed: dict[str, list[Packed]] = {}
    extra: dict[str, list[Packed]] = {}

    def __len__(self) -> int:
        return self.rows

    def values(self, name: str) -> list[int]:
        """The numbers of a column, or the codes of its strings, one per row."""
        found: list[int] = []
        for part in self.packed[name]:
            found += [part.value] * part.rows if isinstance(part, Run) else part.tolist()
        return found


class ColumnBuilder:
    """Takes the counts of one record after the other."""

    def __init__(self, references: tuple[str, ...], roles: tuple[str, ...] = ()) -> None:
        self._references = references
        self._missing = {name: _MISSING[name] for name in _ROW} | _reference_columns(references, roles)
        self._tables = {name: StringTable() for name in TEXT_COLUMNS}
        self._sources = self._tables["source"]
        self._tags, self._users = (self._tables[name] for name in _OF_ONE)
        self._packed: dict[str, list[Packed]] = {name: [] for name in self._missing}
        self._extra: dict[str, array[int]] = {}
        self._rows = 0
        self._fresh = array("q")
        self._coded: dict[tuple[object, ...], tuple[int, ...]] = {}

    def put(self, name: str, value: int) -> None:
        """Set a number of the record that is appended next in an extra column, which is 0 where it is not set."""
        self.put_all({name: value})

    def put_all(self, numbers: Mapping[str, int]) -> None:
        """Set several numbers of the record that is appended next, by column: see `put`."""
        rows = self._rows
        for name, number in numbers.items():
            values = self._extra.get(name)
            if values is None:
                values = self._extra[name] = array("q")
            if len(values) < rows:
                _fill(values, rows)
            values.append(number)

    def append(self, record: Record, codes: tuple[int, ...], basis: int, counts: Iterable[int]) -> None:
        """Add the row of one record.

        `codes`: as returned for it, or for one with the same strings. `counts`: the numbers of the references, in the
        order of their columns. All numbers of a row go into one flat array at once, which is packed as columns many
        rows at a time: an append to each of some forty arrays would cost more than counting a record whose texts are
        known.
        """
        if record.kind == "responses" and (container := container_id(record)) != 0:
            self.put(CONTAINER_ID, container)
        self._rows += 1
        usage, tags = record.usage, record.tags
        self._fresh.fromlist(
            [
                self._sources.code(record.source),
                *codes,
                self._tags.code(",".join(tags) if tags else ""),
                self._users.code(record.user),
                record.line,
                record.index,
                microseconds(record.timestamp),
                basis,
                identity(record),
                _messages(record),
                *((1, *NOTHING_BILLED) if usage is None else billed(usage)),
                *counts,
            ]
        )
        if len(self._fresh) > PACK_AT:
            self._pack()

    def append_all(self, rows: Sequence[Iterable[int]]) -> None:
        """Add rows whose numbers are in the order in which `append` has them."""
        if not rows:
            return
        self._rows += len(rows)
        self._fresh.fromlist(list(chain.from_iterable(rows)))
        if len(self._fresh) > PACK_AT:
            self._pack()

    def code_of(self, name: str) -> Callable[[str | None], int]:
        """The codes of the strings of a column."""
        return self._tables[name].code

    def finish(self) -> Columns:
        """All rows; nothing can be added afterwards."""
        self._pack()
        for values in self._extra.values():
            _fill(values, self._rows)
        return Columns(
            self._references,
            self._rows,
            self._missing,
            {name: table.strings for name, table in self._tables.items()},
            self._packed,
            {name: [_narrowed(values)] for name, values in self._extra.items()},
        )

    def _pack(self) -> None:
        """Pack the rows of the flat array, column by column."""
        fresh, width = self._fresh, len(self._missing)
        if fresh:
            for place, parts in enumerate(self._packed.values()):
                parts.append(_narrowed(fresh[place::width]))
        self._fresh = array("q")

    def codes(
        self,
        record: Record,
        doubts: RecordDoubts,
        *,
        shape: str | None = None,
        script: str | None = None,
        replacement: str | None = None,
        verdicts: str | None = None,
    ) -> tuple[int, ...]:
        """The codes of the strings that vary together; a combination that was seen before is one look-up."""
        features = (shape, script, replacement, verdicts)
        model = record.served_model or record.model
        tool_calls = hosted_calls(record)
        key = (
            *(record.format, record.kind, model, record.tier, record.region, tool_calls),
            *(record.flags, doubts.flags, tuple(doubts.reasons), features),
        )
        coded = self._coded.get(key)
        if coded is None:
            if len(self._coded) >= _COMBINATIONS:
                self._coded.clear()
            strings = (
                *(record.format, record.kind, model),
                "; ".join(doubts.reasons) or None,
                "|".join(sorted({*record.flags, *doubts.flags})),
                *(record.tier, record.region, tool_calls),
                *features,
            )
            tables = [self._tables[name] for name in _ROW[1 : 1 + len(strings)]]
            coded = tuple([table.code(string) for table, string in zip(tables, strings, strict=True)])
            self._coded[key] = coded
        return coded


def _reference_columns(references: Iterable[str], roles: Sequence[str]) -> dict[str, int | None]:
    """The columns of the references in the order of a row, each with its number for "not known"."""
    columns: dict[str, int | None] = {}
    for label in references:
        names = [column(label, name) for name in _COUNTED]
        names += [column(label, "content_tokens", role) for role in roles]
        columns |= {**dict.fromkeys(names, MISSING), column(label, "basis"): NO_CODE}
    return columns


def _narrowed(values: array[int]) -> Packed:
    """The numbers in the narrowest form that holds them."""
    if values == values[:1] * len(values):
        return Run(values[0], len(values))
    for typecode in "bhi":
        try:
            return array(typecode, values)
        except OverflowError:
            continue
    return values


def microseconds(time: float | None) -> int:
    """A time as the column has it."""
    return _NO_TIME if time is None else round(time * 1e6)


def _fill(values: array[int], rows: int) -> None:
    values.frombytes(bytes((rows - len(values)) * values.itemsize))


def billed(usage: Usage) -> list[int]:
    """The calls behind a usage, and its numbers in the order of their columns."""
    logged = (
        usage.requests,
        usage.input,
        usage.output,
        usage.cached_input,
        usage.reasoning,
        usage.audio_input,
        usage.cache_write,
        usage.audio_output,
        usage.cache_write_long,
        usage.image_input,
        usage.image_output,
        usage.rejected_prediction,
        None if usage.cost_usd is None else units(usage.cost_usd),
    )
    return [NOT_BILLED if value is None else value for value in logged]


def units(amount: str) -> int | None:
    """An amount in the log in units of money; `None` for a negative one, and for more than a column holds."""
    units = round(Decimal(amount).scaleb(MONEY_DECIMALS))
    return units if 0 <= units <= _MOST_MONEY else None


def _messages(record: Record) -> int:
    """Elements of the message list of a request; 0 without one."""
    messages = record.request.get("messages") if record.request is not None else None
    return len(messages) if isinstance(messages, list) else 0
