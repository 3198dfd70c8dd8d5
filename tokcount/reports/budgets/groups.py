"""Values of a budget for each file or tag: how they changed against the baseline, and which changes broke it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Final

import msgspec

from tokcount.reports.budgets.baseline import Baseline, json_value
from tokcount.reports.budgets.language import Budget, Group, holds, is_over
from tokcount.reports.budgets.report import GroupValue, ViolatingRecord

MOST_GROUPS: Final = 1000
"""Files or tags of a log beyond which values for each of them are neither compared nor saved."""
LEAST: Final = 2
"""Files that a log must have for one of them to be blamed."""
SUMS: Final = ("total", "per_month")
"""Aggregates whose values for each file add up to that of the log."""
ONE_RECORD: Final = ("max", "min")
"""Aggregates that are the value of one record, which is named instead of its file."""


class Part(msgspec.Struct, frozen=True):
    """The value of one file or tag (`None`: not known), with the place and the model of its first record."""

    name: str
    value: Decimal | None
    source: str
    line: int
    index: int
    model: str | None


class Change(msgspec.Struct, frozen=True):
    """A value now and in the baseline; `part` is `None` for what is only in the baseline."""

    name: str
    value: Decimal | None
    baseline: Decimal | None
    part: Part | None = None

    @property
    def growth(self) -> Decimal:
        """What was added; a new file adds all of its value, a removed one takes it away."""
        return (self.value or Decimal(0)) - (self.baseline or Decimal(0))


def group_of(budget: Budget) -> Group:
    """What a budget is compared by: its values for each file, or for each tag where it asks for them."""
    return budget.each or "source"


def project_name(source: str) -> str:
    """The name under which a baseline keeps a file: its path in the current folder, else its name.

    A baseline is kept with the code, so it holds no path of a machine.
    """
    path = PurePath(source)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    path = PurePath(os.path.normpath(path))
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


def changes(parts: Iterable[Part], saved: Mapping[str, Baseline], key: str) -> list[Change]:
    """Every file or tag of the log and of the baseline, the largest growth first."""
    now = {part.name: part for part in parts}
    before = {name: values[key] for name, values in saved.items() if key in values}
    found = [
        Change(name, now[name].value if name in now else None, before.get(name), now.get(name))
        for name in now.keys() | before.keys()
    ]
    return sorted(found, key=lambda change: (-change.growth, change.name))


def worst(
    budget: Budget, found: Sequence[Change], limit_of: Callable[[Decimal | None], Decimal | None]
) -> list[tuple[Change, Decimal]]:
    """What a budget for each file or tag can judge, with its limit: the furthest beyond the limit first."""
    limits = [(each, limit_of(each.baseline)) for each in found if each.value is not None]
    judged = [(each, limit) for each, limit in limits if limit is not None]
    return sorted(judged, key=lambda pair: _rank(budget, *pair))


def broken_by(budget: Budget, judged: Sequence[tuple[Change, Decimal]]) -> list[ViolatingRecord]:
    """The files or tags that break a budget for each of them."""
    return [_record(budget, each) for each, limit in judged if not _holds(budget, each, limit)]


def blamed(
    budget: Budget, found: Sequence[Change], value: Decimal, limit: Decimal, baseline: Decimal | None
) -> list[ViolatingRecord]:
    """The files whose growth broke a budget: of a sum the fewest that make up the excess, else all that grew.

    Empty when the records explain it better: a largest or smallest one, a log of one file, or of other files than the
    baseline (logs are rotated), no baseline, or one that is itself beyond the limit.
    """
    if baseline is None or budget.aggregate in ONE_RECORD or not holds(baseline, budget.operator, limit):
        return []
    if len(found) < LEAST or all(each.value is None or each.baseline is None for each in found):
        return []
    sign = 1 if is_over(value, budget.operator, limit) else -1
    grown = sorted((each for each in found if each.growth * sign > 0), key=lambda each: -each.growth * sign)
    excess, named = abs(value - limit), []
    for each in grown:
        if excess <= 0 and budget.aggregate in SUMS:
            break
        excess -= abs(each.growth)
        named.append(each)
    return [_record(budget, each) for each in named if each.part is not None]


def entries(budget: Budget, found: Sequence[Change]) -> list[GroupValue]:
    """The values as reports hold them."""
    return [
        GroupValue(name=each.name, value=_amount(budget, each.value), baseline=_amount(budget, each.baseline))
        for each in found
    ]


def _holds(budget: Budget, each: Change, limit: Decimal) -> bool:
    return each.value is not None and holds(each.value, budget.operator, limit)


def _rank(budget: Budget, each: Change, limit: Decimal) -> tuple[bool, Decimal, str]:
    """Sorts what breaks the budget first, by its distance from the limit."""
    value = each.value or Decimal(0)
    excess = (value - limit) * (1 if is_over(value, budget.operator, limit) else -1)
    return _holds(budget, each, limit), -(excess / abs(limit) if limit else excess), each.name


def _record(budget: Budget, each: Change) -> ViolatingRecord:
    """A file or tag as what violates a budget: at its first record."""
    part = each.part or Part(each.name, None, each.name, 0, 0, None)
    return ViolatingRecord(
        source=part.source,
        line=part.line,
        index=part.index,
        model=part.model,
        value=_amount(budget, each.value),
        baseline=_amount(budget, each.baseline),
        group=each.name,
        note="new" if each.baseline is None else None,
        unit=budget.unit,
    )


def _amount(budget: Budget, value: Decimal | None) -> str | int | float | None:
    return None if value is None else json_value(value, budget.unit)
