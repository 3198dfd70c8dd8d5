"""The building blocks of a report for people: its title, lines, headings, tables and charts, without any layout.

A view decides *what* is in a report; a renderer decides how it looks on a terminal, in Markdown or in HTML. Texts are
plain: views never escape or decorate anything, every renderer does that for its own format.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

CellKind = Literal[
    "text",
    "code",
    "int",
    "change",
    "percent",
    "points",
    "share",
    "usd",
    "usd_change",
    "price",
    "bytes",
    "bar",
]
"""How a value is shown; see `tokcount.document.values`.

`code`: a text that is typed or that names a place. `usd` and `usd_change` are amounts, which have one number of
decimals in a report; `price` is exact.
"""
Level = Literal["fail", "cost", "warn", "unknown", "pass"]
"""How serious something is: it fails, it costs money, it is worth a look, it is not known, it is as it should be."""
MARKS: Final[Mapping[Level, str]] = {"fail": "✗", "cost": "$", "warn": "!", "unknown": "?", "pass": "✓"}
"""The sign of a level, so that none is shown by its colour alone."""


class Measured(msgspec.Struct, frozen=True):
    """A value with a kind of its own, in a column whose rows measure different things."""

    value: str | int | float | None
    kind: CellKind
    prefix: str = ""
    """Words before the value, for people: `at least `."""


class Badge(msgspec.Struct, frozen=True):
    """A word or two with a level."""

    level: Level
    text: str


class Span(msgspec.Struct, frozen=True):
    """A part of a bar. `tone` is the number of its series; 0 is the baseline, -1 what exceeds a limit."""

    start: float
    end: float
    tone: int = 0


class Bar(msgspec.Struct, frozen=True):
    """Lengths on a scale that the bars of a column share; the numbers are in other cells of the row."""

    spans: tuple[Span, ...]
    low: float
    high: float
    marks: tuple[float, ...] = ()
    """Places that are marked, such as a limit."""


class Places(msgspec.Struct, frozen=True):
    """Records, the first of them by location."""

    named: tuple[str, ...]
    more: int = 0


Raw = str | int | float | bool | None
Cell = Raw | Measured | Badge | Bar | Places
"""A value; `None` means "not known" and is shown as a dash."""

Tone = Literal["plain", "strong", "note", "warning"]


class Title(msgspec.Struct, frozen=True):
    """The first block of a report: what was found, in one sentence, and facts about the log below it."""

    text: str
    badge: Badge | None = None
    facts: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """One or more sentences on a line of their own."""

    text: str
    tone: Tone = "plain"


class Heading(msgspec.Struct, frozen=True):
    """The title of the blocks that follow, up to the next one. `brief`: a terminal shows them too."""

    text: str
    brief: bool = True


class Fact(msgspec.Struct, frozen=True):
    """A value, or a change of one: `input tokens  24,624 → 22,686  −7.9 %`."""

    label: str
    value: Cell
    to: Cell = None
    change: Cell = None
    note: str = ""
    brief: bool = True
    """Whether a terminal shows it too."""


class Card(msgspec.Struct, frozen=True):
    """What a report found about one reference. Cards of a report have the same facts in the same order."""

    name: str
    badge: Badge
    facts: tuple[Fact, ...]
    text: str = ""


class Cards(msgspec.Struct, frozen=True):
    """Cards to compare."""

    cards: tuple[Card, ...]


class Column(msgspec.Struct, frozen=True):
    """A column of a table: its label, and how its values are shown."""

    label: str
    kind: CellKind = "text"
    below: bool = False
    """Shown below the value of the column before it, where cells have room for two lines."""
    long: bool = False
    """Prose, which is broken into lines."""
    drop: int = 0
    """Where there is too little room, columns are left out, the highest number first; 0 is never left out."""
    group: str = ""
    """The reference that the column is about; the columns of one reference stay together."""

    @property
    def align(self) -> Literal["left", "right"]:
        """Texts are aligned left, numbers right."""
        return "left" if self.kind in ("text", "code", "bar") else "right"


RowStyle = Literal["sum", "apart"]
"""`sum`: a total. `apart`: not in any total."""


class Table(msgspec.Struct, frozen=True):
    """Rows of raw values; the first column names the row, or its level."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    note: str = ""
    styles: Mapping[int, RowStyle] = {}
    """Number of a row → what is special about it. These rows are the last ones."""
    is_unbroken: bool = False
    """Rows stay on one line whatever the width of a terminal, as `wc` prints them; long names are last."""


class Series(msgspec.Struct, frozen=True):
    """One number per label of the chart; `None` means "not known"."""

    name: str
    values: tuple[float | None, ...]
    tone: int = 0
    """As in a `Span`."""


class Chart(msgspec.Struct, frozen=True):
    """Columns: a distribution over classes, or amounts over time.

    `description` describes in a sentence what the chart shows, for people who cannot see it.
    """

    title: str
    description: str
    kind: Literal["distribution", "time"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: CellKind = "int"


Block = Title | Line | Heading | Cards | Table | Chart
Blocks = Sequence[Block]
