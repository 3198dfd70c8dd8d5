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

Kind = Literal["text", "int", "change", "percent", "share", "usd", "usd_change", "bytes"]
"""How a value is shown; see `tokcount.output.values`."""

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
    kind: Kind = "text"

    @property
    def align(self) -> Literal["left", "right"]:
        """Texts stand left, numbers right."""
        return "left" if self.kind == "text" else "right"


class Table(msgspec.Struct, frozen=True):
    """Raw values under their columns; the first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    note: str = ""


Block = Line | Heading | Table
Blocks = Sequence[Block]
