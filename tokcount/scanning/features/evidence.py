"""The rows of the evidence table that decide the label of a record under its own model, as columns of ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tokcount.framing.evidence import Key, keys_of

if TYPE_CHECKING:
    from tokcount.framing.layout import Layout
    from tokcount.scanning.targets import FramingGroup

_COLUMN: Final = "evidence"
_BETWEEN: Final = "\t"


def evidence_columns(kind: str, group: FramingGroup, laid: Layout) -> Iterator[str]:
    """The names of the columns that are 1 for a record."""
    family = group.family
    for key in keys_of(kind, family.name, family.renderer, group.model, laid.features):
        yield _BETWEEN.join((_COLUMN, *key))


def evidence_key(column: str) -> Key | None:
    """The row of the table that a column is about; `None` for any other column."""
    if not column.startswith(_COLUMN + _BETWEEN):
        return None
    _, endpoint, scope, feature = column.split(_BETWEEN)
    return endpoint, scope, feature
