"""Compact columns of counted records: what workers send back and what the frame is built from.

One row a record, a few bytes a cell: token counts as 32-bit integers, words as codes into small tables. A block of
columns never holds text of a prompt.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

import msgspec

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
BASIS_WORDS = ("exact", "estimated", "partial")


class Words(msgspec.Struct):
    """Words in order of appearance, each with a small number."""

    words: list[str] = []
    codes: dict[str, int] = {}

    def code(self, word: str | None) -> int:
        """The number of a word, a new one for a new word; `NO_WORD` for none."""
        if word is None:
            return NO_WORD
        code = self.codes.get(word)
        if code is None:
            code = self.codes[word] = len(self.words)
            self.words.append(word)
        return code


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

    def __len__(self) -> int:
        return len(self.line)

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
        columns["requests"] = _series("requests", self.requests, pl.Int64)
        columns["basis"] = _word_series("basis", list(BASIS_WORDS), self.basis)
        for name, values in self.billed.items():
            columns[name] = _nullable(_series(name, values, pl.Int64), NULL_BILLED)
        for name, values in {**self.counts, **self.by_role}.items():
            columns[name] = _nullable(_series(name, values, pl.Int32), NULL).cast(pl.Int64)
        for reference, values in self.reference_basis.items():
            columns[f"{reference}:basis"] = _word_series(f"{reference}:basis", list(BASIS_WORDS), values)
        return pl.DataFrame(columns)


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
