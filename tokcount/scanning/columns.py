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
)
REFERENCE_COLUMNS = ("content_tokens", "framing_tokens", "output_tokens")
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
    reasons: dict[str, None] = {}
    flags: tuple[str, ...] = ()

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
    """Rows of counted records under a fixed list of references, column by column.

    ``lines`` is filled in by whoever read the block: how many lines it spans, to place the next one.
    """

    def __init__(self, references: tuple[str, ...], roles: tuple[str, ...] = ()) -> None:
        self.references = references
        self.words = {name: Words() for name in WORD_COLUMNS}
        self.codes = {name: array("i") for name in WORD_COLUMNS}
        self.line = array("q")
        self.index = array("i")
        self.timestamp = array("d")
        self.identity = array("q")
        self.requests = array("q")
        self.messages = array("i")
        self.billed = {name: array("q") for name in BILLED_COLUMNS}
        self.basis = array("b")
        self.counts = {
            f"{reference}:{name}": array("i") for reference in references for name in REFERENCE_COLUMNS
        }
        self.reference_basis = {reference: array("b") for reference in references}
        self.role_names = roles
        self.by_role = {
            f"{reference}:content_tokens[{role}]": array("i") for reference in references for role in roles
        }

        self._word_columns = [(self.words[name], self.codes[name]) for name in WORD_COLUMNS]
        self._billed_columns = list(self.billed.values())
        self._reference_columns = {
            reference: (
                *(self.counts[f"{reference}:{name}"] for name in REFERENCE_COLUMNS),
                self.reference_basis[reference],
            )
            for reference in references
        }

    def __len__(self) -> int:
        return len(self.line)

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
        """Add the row of one record: ``cells`` in the order of the references."""
        self.line.append(record.line)
        self.index.append(record.index)
        self.timestamp.append(math.nan if record.timestamp is None else record.timestamp)
        self.identity.append(_identity(record))
        self.messages.append(_messages(record))
        self._append_words(record, notes, (shape, script, record.user, bill_note))
        self._append_usage(record.usage)
        self.basis.append(notes.basis)
        for reference, cell in zip(self.references, cells, strict=True):
            self._append_cell(reference, cell)

    def _append_words(self, record: Record, notes: Notes, last: tuple[str | None, ...]) -> None:
        flags = record.flags if not notes.flags else tuple(sorted({*record.flags, *notes.flags}))
        row = (
            record.source,
            record.format,
            record.kind,
            record.served_model or record.model,
            record.tier,
            "|".join(flags),
            ",".join(record.tags),
            "; ".join(notes.reasons) or None,
            *last,
        )
        for (words, codes), word in zip(self._word_columns, row, strict=True):
            codes.append(words.code(word))

    def _append_usage(self, usage: Usage | None) -> None:
        self.requests.append(1 if usage is None else usage.requests)
        values = _NOTHING_BILLED if usage is None else _billed(usage)
        for column, value in zip(self._billed_columns, values, strict=True):
            column.append(value)

    def _append_cell(self, reference: str, cell: Cell) -> None:
        content, framing, output, basis = self._reference_columns[reference]
        content.append(cell.content)
        framing.append(cell.framing)
        output.append(cell.output)
        basis.append(cell.basis)
        for role in self.role_names:
            value = NULL if cell.by_role is None else cell.by_role[role]
            self.by_role[f"{reference}:content_tokens[{role}]"].append(value)

    def frame(self, line_offset: int = 0) -> pl.DataFrame:
        """The block as a polars frame, lines moved by ``line_offset``."""
        import polars as pl

        columns: dict[str, pl.Series] = {
            name: _word_series(name, self.words[name].words, self.codes[name]) for name in WORD_COLUMNS
        }
        columns["line"] = _series("line", self.line, pl.Int64) + line_offset
        columns["index"] = _series("index", self.index, pl.Int32)
        columns["timestamp"] = _timestamps(self.timestamp)
        columns["identity"] = _series("identity", self.identity, pl.Int64)
        columns["messages"] = _series("messages", self.messages, pl.Int32)
        columns["requests"] = _series("requests", self.requests, pl.Int64)
        columns["basis"] = _word_series("basis", list(BASIS_ORDER), self.basis)
        for name, values in self.billed.items():
            columns[name] = _nullable(_series(name, values, pl.Int64), NULL_BILLED)
        for name, values in {**self.counts, **self.by_role}.items():
            columns[name] = _nullable(_series(name, values, pl.Int32), NULL).cast(pl.Int64)
        for reference, values in self.reference_basis.items():
            columns[f"{reference}:basis"] = _word_series(f"{reference}:basis", list(BASIS_ORDER), values)
        return pl.DataFrame(columns)


def _billed(usage: Usage) -> tuple[int, ...]:
    logged = (
        usage.input,
        usage.output,
        usage.cached_input,
        usage.reasoning,
        usage.audio_input,
        usage.cache_write,
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


def _series(name: str, values: array[int] | array[float], dtype: type[pl.DataType]) -> pl.Series:
    import polars as pl

    return pl.Series(name, memoryview(values) if len(values) else [], dtype=dtype)


def _nullable(series: pl.Series, null: int) -> pl.Series:
    return series.set(series == null, None)


def _timestamps(seconds: array[float]) -> pl.Series:
    import polars as pl

    series = _series("timestamp", seconds, pl.Float64).fill_nan(None)
    return (series * 1e6).round().cast(pl.Int64).cast(pl.Datetime("us", "UTC"))


def _word_series(name: str, words: list[str], codes: array[int]) -> pl.Series:
    import polars as pl

    table = pl.Series(name, words, dtype=pl.String)
    places = _nullable(_series(name, codes, pl.Int32), NO_WORD)
    return table.gather(places).rename(name)
