"""Compact columns of counted records: what workers send back and what the frame is built from.

One row a record, a few bytes a cell: token counts as 32-bit integers, words as codes into small tables. A block of
columns never holds text of a prompt.
"""

from __future__ import annotations

import hashlib
import math
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from tokcount.counting.layout import BASIS_ORDER, Basis
from tokcount.logs.record import Record, Usage
from tokcount.scanning.sparse import SparseColumns

if TYPE_CHECKING:
    import polars as pl

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
SETTLE_AT: Final = 200_000
"""Numbers in the flat array before they are moved into columns: 1.6 MB."""
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


class Notes(msgspec.Struct):
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
        self.columns = {
            **{name: array("i") for name in WORD_COLUMNS},
            **{name: array("q") for name in PLACE_COLUMNS},
            **{name: array("q") for name in BILLED_COLUMNS},
        }
        for reference in references:
            for name in (*REFERENCE_COLUMNS, *map(_by_role, roles)):
                self.columns[f"{reference}:{name}"] = array("i")
            self.columns[f"{reference}:basis"] = array("b")
        self.timestamp = array("d")
        self.sparse = SparseColumns()
        self._fresh = array("q")
        self._coded: dict[tuple[object, ...], tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.timestamp)

    def append(
        self,
        record: Record,
        cells: Sequence[Cell],
        notes: Notes,
        *,
        shape: str | None,
        script: str | None,
        bill_note: str | None = None,
    ) -> None:
        """Add the row of one record: ``cells`` in the order of the references.

        All numbers of a row go into one flat array at once, which `settle` turns into columns many rows at a time:
        an append to each of some forty arrays would cost more than counting a record whose texts are known.
        """
        self.timestamp.append(math.nan if record.timestamp is None else record.timestamp)
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
        """Move the rows of the flat array into the columns."""
        width = len(self.columns)
        for place, column in enumerate(self.columns.values()):
            column.extend(array(column.typecode, self._fresh[place::width]))
        self._fresh = array("q")

    def finished(self) -> Columns:
        """Itself, settled and without what only appending needs: ready to be sent to another process."""
        self.settle()
        self._coded.clear()
        return self

    def _codes(self, record: Record, notes: Notes, last: tuple[str | None, ...]) -> tuple[int, ...]:
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
        self, record: Record, notes: Notes, named: tuple[str | None, ...], last: tuple[str | None, ...]
    ) -> tuple[int, ...]:
        words = (
            *(record.source, record.format, record.kind, *named),
            "|".join(sorted({*record.flags, *notes.flags})),
            ",".join(record.tags),
            "; ".join(notes.reasons) or None,
            *last,
        )
        return tuple(self.words[name].code(word) for name, word in zip(WORD_COLUMNS, words, strict=True))

    def frame(self, line_offset: int = 0, sparse: Iterable[str] = ()) -> pl.DataFrame:
        """The block as a polars frame, lines moved by ``line_offset``, with the ``sparse`` columns of all blocks."""
        import polars as pl

        self.settle()
        columns: dict[str, pl.Series] = {"timestamp": _timestamps(self.timestamp)}
        for name, values in self.columns.items():
            if name in self.words:
                columns[name] = _word_series(name, self.words[name].words, values)
            elif name.endswith("basis"):
                columns[name] = _word_series(name, list(BASIS_ORDER), values)
            elif name in PLACE_COLUMNS:
                columns[name] = _series(name, values, pl.Int64)
            else:
                null = NULL_BILLED if name in BILLED_COLUMNS else NULL
                columns[name] = _nullable(_series(name, values).cast(pl.Int64), null)
        columns["line"] += line_offset
        columns.update(self.sparse.series(len(self), sparse))
        return pl.DataFrame(columns)


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


def _series(
    name: str, values: array[int] | array[float], dtype: type[pl.DataType] | None = None
) -> pl.Series:
    import polars as pl

    types = {"b": pl.Int8, "i": pl.Int32, "q": pl.Int64, "d": pl.Float64}
    return pl.Series(name, memoryview(values) if len(values) else [], dtype=dtype or types[values.typecode])


def _nullable(series: pl.Series, null: int) -> pl.Series:
    return series.set(series == null, None)


def _timestamps(seconds: array[float]) -> pl.Series:
    import polars as pl

    series = _series("timestamp", seconds, pl.Float64).fill_nan(None)
    return (series * 1e6).round().cast(pl.Int64).cast(pl.Datetime("us", "UTC"))


def _word_series(name: str, words: list[str], codes: array[int]) -> pl.Series:
    import polars as pl

    table = pl.Series(name, words, dtype=pl.String)
    places = _nullable(_series(name, codes).cast(pl.Int32), NO_WORD)
    return table.gather(places).rename(name)
