"""Two numbers of something as a change, and many of them in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tokcount.reports.diff.report import Change, DiffSide, Status

Amount = tuple[int | None, int]
"""Tokens and records; the tokens are `None` where there is no record."""
_NOTHING: Final[Amount] = (None, 0)


def change_of(name: str | None, old: Amount, new: Amount) -> Change:
    """What became of something."""
    difference = (new[0] or 0) - (old[0] or 0)
    return Change(
        name=name,
        old=old[0],
        new=new[0],
        difference=difference,
        change=difference / old[0] if old[0] else None,
        status=_status(old[0], new[0]),
        old_records=old[1],
        new_records=new[1],
    )


def _status(old: int | None, new: int | None) -> Status:
    if old is None or new is None:
        return "new" if old is None else "removed"
    return "unchanged" if new == old else "grew" if new > old else "shrank"


def changes_of(old: Mapping[str | None, Amount], new: Mapping[str | None, Amount]) -> list[Change]:
    """Name → tokens and records on both sides, as changes, those that grew most first."""
    names = {**old, **new}
    return in_order(change_of(name, old.get(name, _NOTHING), new.get(name, _NOTHING)) for name in names)


def total_change(old: DiffSide, new: DiffSide) -> Change:
    """The change of the input tokens as a whole."""
    return change_of(None, (old.input_tokens, old.records), (new.input_tokens, new.records))


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Those that grew most first."""
    return sorted(changes, key=lambda each: (-each.difference, each.name or ""))
