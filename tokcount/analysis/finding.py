"""What a finding is, and what findings are looked for in."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
import polars as pl

from tokcount.analysis.cost import CostOptions
from tokcount.models.catalog import Catalog

Level = Literal["breaks", "costs", "look", "unsure"]
"""``breaks``: calls that fail. ``costs``: money. ``look``: worth a look. ``unsure``: numbers that are not complete."""
LEVELS: Final[tuple[Level, ...]] = ("breaks", "costs", "look", "unsure")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. ``rows`` are its records, ``numbers`` whatever else its sentence needs."""

    id: str
    level: Level
    rows: pl.DataFrame
    reference: str | None = None
    numbers: dict[str, Any] = {}
    amount_usd: str | None = None


class Case(msgspec.Struct, frozen=True):
    """What findings are looked for in: the counted rows, and what was asked."""

    frame: pl.DataFrame
    baseline: str
    targets: tuple[str, ...]
    money: CostOptions
    catalog: Catalog
