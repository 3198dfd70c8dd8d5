"""The building blocks of a report for people: lines, headings, tables and charts, without any layout.

A view decides *what* is in a report; a renderer decides how it looks on a terminal, in Markdown or in HTML. Texts are
plain: views never escape or decorate anything, every renderer does that for its own format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

CellKind = Literal["text", "int", "change", "percent", "points", "share", "usd", "usd_change", "bytes", "bar"]
"""How a value is shown; see `tokcount.document.values`. A `bar` is a length between 0 and 1."""


class Measured(msgspec.Struct, frozen=True):
    """A value with a kind of its own, in a column whose rows measure different things."""

    value: str | int | float | None
    kind: CellKind
    prefix: str = ""
    """Words before the value, for people: `at least `."""


Raw = str | int | float | bool | None
Cell = Raw | Measured
"""A raw value; `None` means "not known" and is shown as a dash."""

Tone = Literal["plain", "strong", "note", "warning"]


class Line(msgspec.Struct, frozen=True):
    """One or more sentences on a line of their own."""

    text: str
    tone: Tone = "plain"


class Heading(msgspec.Struct, frozen=True):
    """The title of the blocks that follow."""

    text: str


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its label, and how its values are shown."""

    label: str
    kind: CellKind = "text"

    @property
    def align(self) -> Literal["left", "right"]:
        """Texts are aligned left, numbers right."""
        return "left" if self.kind in ("text", "bar") else "right"


class Table(msgspec.Struct, frozen=True):
    """Rows of raw values; the first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    note: str = ""


class Series(msgspec.Struct, frozen=True):
    """One number per label of the chart; `None` means "not known"."""

    name: str
    values: tuple[float | None, ...]


class Chart(msgspec.Struct, frozen=True):
    """Bars of parts, columns of a distribution, or lines over time.

    `description` describes in a sentence what the chart shows, for people who cannot see it. `in_table`: a table of the
    report has the same numbers with bars, so formats without images leave the chart out.
    """

    title: str
    description: str
    kind: Literal["bars", "columns", "lines"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: CellKind = "int"
    in_table: bool = False


Block = Line | Heading | Table | Chart
Blocks = Sequence[Block]
