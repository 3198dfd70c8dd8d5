"""Compact columns of counted records: what workers send back and what the frame is built from.

One row a record: numbers, and words as codes into small tables, packed some thousand rows at a time: a row takes
about forty bytes. A block of columns never holds text of a prompt.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from tokcount.framing.layout import BASIS_ORDER, Basis
from tokcount.logs.record import Record, Usage

if TYPE_CHECKING:
    import polars as pl


class SparseColumns:
    """Numbers by column name and row; a column begins with its first number, and what was not set is 0.

    Names that end in ``_id`` hold 64 bits, all others 32.
    """

    def __init__(self) -> None:
        self.columns: dict[str, array[int]] = {}

    def put(self, row: int, name: str, value: int) -> None:
        """Set a number. Rows of a column are set in order."""
        column = self.columns.get(name)
        if column is None:
            column = self.columns[name] = array("q" if name.endswith("_id") else "i")
        if len(column) < row:
            _fill(column, row)
        column.append(value)

    def series(self, name: str, rows: int) -> pl.Series:
        """One column with ``rows`` rows, also when it was never begun."""
        import polars as pl

        column = self.columns.get(name, array("i"))
        _fill(column, rows)
        dtype = pl.Int64 if name.endswith("_id") else pl.Int32
        return pl.Series(name, memoryview(column) if rows else [], dtype=dtype)


def _fill(column: array[int], rows: int) -> None:
    column.frombytes(bytes((rows - len(column)) * column.itemsize))


NULL: Final = -(2**31)
"""A missing token count; framing may be negative, so 0 and -1 are taken."""
NULL_BILLED: Final = -1
NO_WORD: Final = -1

WORD_COLUMNS = (
    "source",
    "format",
    "kind",
    "model",
    "tier",
    "flags",
    "tags",
    "reason",
    "shape",
    "script",
    "user",
    "bill_note",
)
BILLED_COLUMNS = (
    "billed_input_tokens",
    "billed_output_tokens",
    "billed_cached_tokens",
    "billed_reasoning_tokens",
    "billed_audio_tokens",
    "billed_cache_write_tokens",
    "billed_audio_output_tokens",
)
PLACE_COLUMNS = ("line", "index", "identity", "messages", "basis", "requests")
REFERENCE_COLUMNS = ("content_tokens", "framing_tokens", "output_tokens")
TIMESTAMP: Final = "timestamp"
SETTLE_AT: Final = 200_000
"""Numbers in the flat array before they are packed: 1.6 MB, some thousand rows."""
_REMEMBERED: Final = 4_096
_NOTHING_BILLED = (NULL_BILLED,) * len(BILLED_COLUMNS)


class Words(msgspec.Struct):
    """Words in order of appearance, each with a small number; lone surrogates in them become ``?``."""

    words: list[str] = []
    codes: dict[str, int] = {}

    def code(self, word: str | None) -> int:
        """The number of a word, a new one for a new word; `NO_WORD` for none."""
        if word is None:
            return NO_WORD
        code = self.codes.get(word)
        if code is None:
            code = self.codes[word] = len(self.words)
            self.words.append(word.encode("utf-8", "replace").decode())
        return code


class RecordDoubts(msgspec.Struct):
    """What counting one record found out besides numbers: the worst basis, why, and flags of its texts."""

    basis: int = 0
    least_basis: int = 0
    """What flags of the record do not let the basis of any count be better than."""
    reasons: dict[str, None] = {}
    flags: tuple[str, ...] = ()

    def flag(self, *, special: bool, repaired: bool) -> None:
        """The texts hold what looks like a special token, or were repaired."""
        flags = {*self.flags, *(("special_token_text",) * special), *(("surrogate_repaired",) * repaired)}
        self.flags = tuple(sorted(flags))

    def doubt(self, basis: Basis, reason: str) -> None:
        """No count of this record is better than ``basis``."""
        self.least_basis = max(self.least_basis, BASIS_ORDER.index(basis))
        self.worsen(basis, (reason,))

    def worsen(self, basis: Basis, reasons: Iterable[str]) -> None:
        """Keep the worse basis and all reasons, in order of appearance."""
        self.basis = max(self.basis, BASIS_ORDER.index(basis))
        self.reasons.update(dict.fromkeys(reasons))


class Cell(msgspec.Struct):
    """The counts of one record under one reference; `NULL` where it cannot be counted."""

    content: int = NULL
    framing: int = NULL
    output: int = NULL
    basis: int = NO_WORD
    by_role: dict[str, int] | None = None


class Columns:
    """Rows of counted records under a fixed list of references, column by column."""

    def __init__(self, references: tuple[str, ...], roles: tuple[str, ...] = ()) -> None:
        self.references = references
        self.role_names = roles
        self.words = {name: Words() for name in WORD_COLUMNS}
        self.types = _types(references, roles)
        self.sparse = SparseColumns()
        self._packed: dict[str, list[bytes]] = {name: [] for name in (TIMESTAMP, *self.types)}
        self._rows = 0
        self._fresh = array("q")
        self._times = array("d")
        self._coded: dict[tuple[object, ...], tuple[int, ...]] = {}

    def __len__(self) -> int:
        return self._rows

    def append(
        self,
        record: Record,
        cells: Sequence[Cell],
        notes: RecordDoubts,
        *,
        shape: str | None,
        script: str | None,
        bill_note: str | None = None,
    ) -> None:
        """Add the row of one record: ``cells`` in the order of the references.

        All numbers of a row go into one flat array at once, which `settle` packs as columns many rows at a time:
        an append to each of some forty arrays would cost more than counting a record whose texts are known.
        """
        self._rows += 1
        self._times.append(math.nan if record.timestamp is None else record.timestamp)
        usage = record.usage
        row = [
            *self._codes(record, notes, (shape, script, record.user, bill_note)),
            record.line,
            record.index,
            _identity(record),
            _messages(record),
            notes.basis,
            1 if usage is None else usage.requests,
            *(_NOTHING_BILLED if usage is None else _billed(usage)),
        ]
        for cell in cells:
            row += (cell.content, cell.framing, cell.output)
            if self.role_names:
                row += [NULL if cell.by_role is None else cell.by_role[role] for role in self.role_names]
            row.append(cell.basis)
        fresh = self._fresh
        fresh.extend(row)
        if len(fresh) > SETTLE_AT:
            self.settle()

    def settle(self) -> None:
        """Pack the rows of the flat array, column by column."""
        width = len(self.types)
        for place, (name, typecode) in enumerate(self.types.items()):
            self._pack(name, array(typecode, self._fresh[place::width]))
        self._pack(TIMESTAMP, self._times)
        self._fresh, self._times = array("q"), array("d")

    def _pack(self, name: str, values: array[int] | array[float]) -> None:
        if values:
            self._packed[name].append(zlib.compress(values.tobytes(), 1))

    def values(self, name: str) -> array[int] | array[float]:
        """The numbers of one column, one a row, or the codes of its words; `TIMESTAMP` in seconds, NaN without one.

        Of columns that are `finished`.
        """
        values: array[int] | array[float] = array("d" if name == TIMESTAMP else self.types[name])
        for packed in self._packed[name]:
            values.frombytes(zlib.decompress(packed))
        return values

    def finished(self) -> Columns:
        """Itself, settled and without what only appending needs: ready to be sent to another process."""
        self.settle()
        self._coded.clear()
        return self

    def _codes(self, record: Record, notes: RecordDoubts, last: tuple[str | None, ...]) -> tuple[int, ...]:
        """The codes of a row's words; a combination that was seen before is one look-up."""
        model = record.served_model or record.model
        key = (
            *(record.source, record.format, record.kind, model, record.tier),
            *(record.flags, notes.flags, record.tags, tuple(notes.reasons), last),
        )
        coded = self._coded.get(key)
        if coded is None:
            if len(self._coded) >= _REMEMBERED:
                self._coded.clear()
            coded = self._coded[key] = self._encode(record, notes, (model, record.tier), last)
        return coded

    def _encode(
        self, record: Record, notes: RecordDoubts, named: tuple[str | None, ...], last: tuple[str | None, ...]
    ) -> tuple[int, ...]:
        words = (
            *(record.source, record.format, record.kind, *named),
            "|".join(sorted({*record.flags, *notes.flags})),
            ",".join(record.tags),
            "; ".join(notes.reasons) or None,
            *last,
        )
        return tuple(self.words[name].code(word) for name, word in zip(WORD_COLUMNS, words, strict=True))


def _types(references: Iterable[str], roles: Iterable[str]) -> dict[str, str]:
    """The columns of a row in order, each with the type of its numbers in an `array`."""
    types = dict.fromkeys(WORD_COLUMNS, "i") | dict.fromkeys((*PLACE_COLUMNS, *BILLED_COLUMNS), "q")
    for reference in references:
        for name in (*REFERENCE_COLUMNS, *map(_by_role, roles)):
            types[f"{reference}:{name}"] = "i"
        types[f"{reference}:basis"] = "b"
    return types


def _billed(usage: Usage) -> tuple[int, ...]:
    logged = (
        usage.input,
        usage.output,
        usage.cached_input,
        usage.reasoning,
        usage.audio_input,
        usage.cache_write,
        usage.audio_output,
    )
    return tuple(NULL_BILLED if value is None else value for value in logged)


def _messages(record: Record) -> int:
    """Elements of the message list of a request; 0 without one."""
    messages = record.request.get("messages") if record.request is not None else None
    return len(messages) if isinstance(messages, list) else 0


def _identity(record: Record) -> int:
    """64 bits that are the same for the same format and call id, 0 without an id."""
    if not record.id:
        return 0
    digest = hashlib.blake2b(f"{record.format}\0{record.id}".encode("utf-8", "replace"), digest_size=8)
    return int.from_bytes(digest.digest(), "little", signed=True)


def _by_role(role: str) -> str:
    return f"content_tokens[{role}]"
