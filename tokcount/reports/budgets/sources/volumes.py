"""How often prompts are called, and how long their answers are: a file that drives monthly costs.

[[volume]]
source = "prompts/support/*.md"    # or tag = "support"
calls_per_month = 10_000
output_tokens = 250                # of an answer, where the log has none
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import msgspec
import polars as pl
from msgspec import Meta, structs

from tokcount import tables
from tokcount.models.references import OWN
from tokcount.reports.budgets.groups import project_name
from tokcount.reports.budgets.metric import PerRecord
from tokcount.reports.budgets.sources.selecting import selection
from tokcount.reports.columns import column
from tokcount.reports.period import MonthlyProjection
from tokcount.scanning.selection import Condition

CALLS: Final = "calls_per_month"
ANSWER: Final = "expected_output_tokens"
"""The columns that are added to a frame; null: no volume applies, or it does not name the answers."""
UNNAMED: Final = -1
ONE_OF: Final = "name either source or tag"
Number = Annotated[int, Meta(ge=0, le=10**12, description="a whole number from 0 to 10^12")]


class Volume(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The calls a month of each prompt (record) that it applies to. In names, `*` and `?` are wildcards."""

    calls_per_month: Number
    source: str | None = None
    tag: str | None = None
    output_tokens: Number | None = None

    @property
    def answer(self) -> int:
        """The output tokens of a call; `UNNAMED` if they are not known."""
        return UNNAMED if self.output_tokens is None else self.output_tokens

    @property
    def condition(self) -> Condition:
        """Which records it applies to."""
        return Condition("source" if self.tag is None else "tag", True, self.source or self.tag or "")


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of volumes; the first one that applies to a record is that of the record."""

    volume: list[Volume]


class Volumes(msgspec.Struct, frozen=True):
    """The volumes of a file, whose name reports mention."""

    name: str
    volumes: tuple[Volume, ...]

    @property
    def assumption(self) -> str:
        """What costs assume of answers."""
        return f"answers as long as in {self.name} where the log has none"

    def monthly(self, taken: PerRecord) -> PerRecord:
        """What a month of calls takes, from what one call of a record does."""
        calls, why = pl.col(CALLS), pl.lit(f"no volume in {self.name}")
        return structs.replace(
            taken,
            value=taken.value.cast(pl.Int128) * calls,
            missing=taken.missing | calls.is_null(),
            missing_reason=pl.when(calls.is_null()).then(why).otherwise(taken.missing_reason),
        )

    def projection(self, frame: pl.DataFrame) -> MonthlyProjection:
        """Values are those of a month already."""
        calls = frame[CALLS].drop_nulls()
        records = f"{len(calls):,} of {frame.height:,} records"
        basis = f"{calls.cast(pl.Int128).sum():,} calls a month of {records} ({self.name})"
        return MonthlyProjection(factor=Decimal(1), basis=basis)


def load(path: Path) -> Volumes:
    """Read a TOML or JSON file. Raises `UsageError` with all its mistakes."""
    document = tables.load(path, "volumes file")
    return Volumes(path.name, tuple(tables.convert(document, File, checks=[_mistakes]).volume))


def _mistakes(file: File) -> Iterator[tables.Mistake]:
    for place, volume in enumerate(file.volume):
        if (volume.source is None) == (volume.tag is None):
            yield tables.Mistake(("volume", place), ONE_OF)


def with_calls(frame: pl.DataFrame, volumes: Volumes | None) -> pl.DataFrame:
    """The frame with the volume of each record: `CALLS` and `ANSWER`. Sources match by their path in the folder."""
    if volumes is None:
        return frame
    names = {source: project_name(source) for source in frame["source"].unique()}
    named = frame.with_columns(pl.col("source").replace_strict(names, return_dtype=pl.String))
    applied = [(pl.when(selection([volume.condition])), volume) for volume in volumes.volumes]
    calls = [when.then(pl.lit(volume.calls_per_month, pl.Int64)) for when, volume in applied]
    answers = [when.then(pl.lit(volume.answer, pl.Int64)) for when, volume in applied]
    found = named.select(
        pl.coalesce(*calls, pl.lit(None, pl.Int64)).alias(CALLS),
        pl.coalesce(*answers, pl.lit(None, pl.Int64)).alias(ANSWER),
    )
    return frame.hstack(found.with_columns(pl.when(pl.col(ANSWER) >= 0).then(pl.col(ANSWER)).alias(ANSWER)))


def with_answers(frame: pl.DataFrame, label: str, volumes: Volumes | None) -> pl.DataFrame:
    """The frame with the expected output of records without an answer, to charge them."""
    if volumes is None:
        return frame
    names = [
        name
        for name in (column(OWN, "output_tokens"), column(label, "output_tokens"))
        if name in frame.columns
    ]
    return frame.with_columns(pl.coalesce(name, ANSWER).alias(name) for name in dict.fromkeys(names))
