"""`Report`: what a command found, the contract that every output format renders; and the parts that reports share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tokcount.document.amounts import Usd as Usd  # noqa: PLC0414 - types of reports take it from here
from tokcount.document.amounts import as_numbers
from tokcount.document.document import SCHEMA_VERSION, Run
from tokcount.version import __version__

Count = Annotated[int, Meta(ge=0)]
"""A number of records or of tokens."""


class Report(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    """The answer of one command. The report of a command is a subclass with the command as its `tag`.

    Analysis builds it, views read its attributes, `tokcount.reports.saved.load` reads it back from JSON, and
    `tokcount.reports.schema` derives its JSON Schema. A share or a drift is a fraction; `None` means not known.
    """

    schema_version: Literal[2] = SCHEMA_VERSION
    tokcount: str = __version__
    """Version of tokcount that made the report."""
    run: Run | UnsetType = UNSET
    """When and by which command; missing where no command made it."""

    @property
    def command(self) -> str:
        """The command that made the report."""
        return str(self.__struct_config__.tag)

    def document(self) -> dict[str, Any]:
        """The JSON document: the envelope first, then the report in the order of its fields; money as `Decimal`."""
        fields: dict[str, Any] = as_numbers(msgspec.to_builtins(self), type(self))
        return {"schema_version": self.schema_version, "tokcount": self.tokcount, **fields}

    @property
    def data(self) -> dict[str, Any]:
        """The JSON document without its envelope."""
        return {key: value for key, value in self.document().items() if key not in ENVELOPE}


ENVELOPE: Final = ("schema_version", "tokcount", "command", "run")


class SkippedPlace(msgspec.Struct, frozen=True):
    """A skipped item in a report."""

    source: str
    line: Count
    reason: str
    detail: str


class SelectedRecords(msgspec.Struct, frozen=True):
    """The records that `--where`, `--since` and `--until` selected; a report is over those only."""

    conditions: str
    """The selection as it was written, such as `model = "gpt-4*", since 2024-01-01`."""
    selected: Count
    read: Count
    undated: Count
    """Records without a timestamp that a span of time left out."""


class SkippedItems(msgspec.Struct, frozen=True):
    """What was skipped and what was not selected, as reports have it."""

    skipped: Count
    skipped_reasons: dict[str, Count]
    """Reason → items."""
    skipped_at: list[SkippedPlace]
    """The first items of each reason."""
    selection: SelectedRecords | UnsetType = UNSET
    """Missing when all records were asked for."""


class ModelRecords(msgspec.Struct, frozen=True):
    """How many records name a model; `None`: they name none."""

    model: str | None
    records: Count


class AssumedModel(msgspec.Struct, frozen=True):
    """The model that records without a known one are counted and charged as, because the user says so."""

    model: str
    records: list[ModelRecords]
    """The most frequent first."""


class Replacement(msgspec.Struct, frozen=True):
    """What the reference `auto` is for the records of one model."""

    model: str | None
    """As logged; `None`: they name none."""
    replacement: str | None
    """The recommended replacement; `None`: none is known, so these records are not counted under `auto`."""
    records: Count
    source: str
    """Who recommends it; empty: not known."""
    checked: date | None
    """The day on which the source named the replacement."""


class Period(msgspec.Struct, frozen=True):
    """The first and the last timestamp (ISO 8601, UTC), and how many records have none."""

    start: str | None = msgspec.field(name="from")
    end: str | None = msgspec.field(name="to")
    undated: Count


class Overview(Report, frozen=True, kw_only=True):
    """What every report over records begins with. Numbers are records unless the name says otherwise."""

    records: Count
    skipped: Count
    skipped_reasons: dict[str, Count]
    """Reason → skipped items."""
    skipped_at: list[SkippedPlace]
    """The first skipped items of each reason."""
    selection: SelectedRecords | UnsetType = UNSET
    """Missing when all records were asked for."""
    formats: dict[str, Count]
    kinds: dict[str, Count]
    models: list[ModelRecords]
    """The most frequent first."""
    flags: dict[str, Count]
    """Flag → records that carry it."""
    period: Period
    assumed: AssumedModel | UnsetType = UNSET
    """Missing when no model had to be assumed."""
    auto: list[Replacement] | UnsetType = UNSET
    """With the target `auto`: what each model is replaced by, the most frequent first."""


class ByBasis(msgspec.Struct, frozen=True):
    """Records or tokens, by how sure their count is; the surest first."""

    exact: Count
    estimated: Count
    partial: Count

    @property
    def total(self) -> int:
        """All of them."""
        return self.exact + self.estimated + self.partial

    def items(self) -> list[tuple[str, int]]:
        """Basis and number, the surest first."""
        return [("exact", self.exact), ("estimated", self.estimated), ("partial", self.partial)]

    def __add__(self, other: ByBasis) -> ByBasis:
        return ByBasis(
            self.exact + other.exact, self.estimated + other.estimated, self.partial + other.partial
        )


class GroupKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What the records of a group have in common; a key that was not grouped by is missing, `None` is "not known"."""

    model: str | UnsetType | None = UNSET
    vendor: str | UnsetType | None = UNSET
    kind: str | UnsetType | None = UNSET
    source: str | UnsetType | None = UNSET
    day: str | UnsetType | None = UNSET
    week: str | UnsetType | None = UNSET
    month: str | UnsetType | None = UNSET
    user: str | UnsetType | None = UNSET
    script: str | UnsetType | None = UNSET
    tag: str | UnsetType | None = UNSET
    role: str | UnsetType | None = UNSET
    records: Count

    def keys(self, by: Sequence[str]) -> dict[str, str | None]:
        """The values of the dimensions in `by`, in its order."""
        return {name: getattr(self, name) for name in by}

    def name(self, by: Sequence[str]) -> str:
        """The group for people: `chat · 2023-05-01`."""
        return " · ".join(value or "not known" for value in self.keys(by).values())
