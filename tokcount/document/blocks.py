"""The building blocks of a report for people: lines, headings and tables, without any layout.

A view says *what* stands in a report; a renderer decides how it looks on a terminal, in Markdown or in HTML.
Texts are plain: no view escapes or decorates anything, every renderer does so for its own format.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Cell = str | int | float | bool | None
"""A raw value; ``None`` is "not known" and shown as a dash."""

CellKind = Literal["text", "int", "change", "percent", "share", "usd", "usd_change", "bytes", "bar"]
"""How a value is shown; see `tokcount.document.values`. A ``bar`` is a length between 0 and 1."""

Tone = Literal["plain", "strong", "note", "warning"]


class Line(msgspec.Struct, frozen=True):
    """A sentence, or a few, on their own line."""

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
        """Texts stand left, numbers right."""
        return "left" if self.kind in ("text", "bar") else "right"


class Table(msgspec.Struct, frozen=True):
    """Raw values under their columns; the first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    note: str = ""


class Series(msgspec.Struct, frozen=True):
    """Numbers of one thing, one for each label of its chart; ``None`` is "not known"."""

    name: str
    values: tuple[float | None, ...]


class Chart(msgspec.Struct, frozen=True):
    """Numbers that say more as a picture: bars of parts, columns of a distribution, or lines over time.

    ``description`` says in a sentence what is to be seen, for those who do not see it. ``in_table``: a table beside it
    has the same numbers with bars, so where there are no pictures it is left out.
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
