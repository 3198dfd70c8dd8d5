"""What a baseline keeps of the budgets that were judged."""

from __future__ import annotations

from collections.abc import Sequence

from tokcount.errors import UsageError
from tokcount.reports.budgets.baseline import json_value
from tokcount.reports.budgets.groups import group_of
from tokcount.reports.budgets.language import Group
from tokcount.reports.budgets.verdict import Verdict


def values(verdicts: Sequence[Verdict]) -> dict[str, str | int | float]:
    """What a baseline keeps: every value that is known for all records.

    Raises `UsageError` when saved reports have different values.
    """
    several = next((verdict for verdict in verdicts if verdict.report is not None), None)
    if several is not None:
        raise UsageError(
            f"the reports have different values of {several.key}; save a baseline from one report or from the log"
        )
    return {
        verdict.budget.value_key(verdict.target): json_value(verdict.value, verdict.budget.unit)
        for verdict in verdicts
        if verdict.value is not None and verdict.budget.each is None and verdict.is_known
    }


def group_values(verdicts: Sequence[Verdict], group: Group) -> dict[str, dict[str, str | int | float]]:
    """What a baseline keeps of each file or tag."""
    found: dict[str, dict[str, str | int | float]] = {}
    for verdict in verdicts:
        if group_of(verdict.budget) != group or not verdict.is_known:
            continue
        key, unit = verdict.budget.value_key(verdict.target), verdict.budget.unit
        for each in verdict.changes:
            if each.value is not None:
                found.setdefault(each.name, {})[key] = json_value(each.value, unit)
    return found
