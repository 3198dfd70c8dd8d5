"""The values of the same files in an earlier commit, in place of those of a saved baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from tokcount.logs.revisions.repository import Commit, commit_of
from tokcount.logs.revisions.source import committed
from tokcount.reports.budgets import baseline
from tokcount.reports.budgets.compute import judge
from tokcount.reports.budgets.kept import group_values, values
from tokcount.reports.budgets.language import GROUPS
from tokcount.reports.budgets.verdict import BudgetSource, CheckOptions, Verdict

if TYPE_CHECKING:
    from tokcount.logs.source import Source

Measure = Callable[[list["Source"]], BudgetSource | None]
"""Counts files; `None`: there is no record in them."""


def compared_with(
    revision: str, paths: Sequence[str], options: CheckOptions, measure: Measure
) -> tuple[CheckOptions, str]:
    """The options with the values that the files behind `paths` had, and a sentence about the commit.

    Raises `UsageError` for a revision or a path that is not in the repository of the current folder.
    """
    commit = commit_of(revision)
    source = measure(committed(paths, commit))
    asked = structs.replace(options, baseline=None, saving=True)
    text = saved_text(judge(source, asked) if source is not None else ())
    return structs.replace(options, baseline=baseline.from_text(text.encode(), revision)), _sentence(
        commit, revision
    )


def saved_text(verdicts: Sequence[Verdict], selection: str = "") -> str:
    """The text of the baseline file."""
    groups = {group: group_values(verdicts, group) for group in GROUPS}
    return baseline.to_text(values(verdicts), baseline.conditions_of(selection), groups)


def _sentence(commit: Commit, revision: str) -> str:
    if commit.is_base:
        return f"compared with {commit.short}, the last commit in common with {revision}"
    return (
        f"compared with {commit.short}, which is {revision}: no commit in common was found (a shallow clone?)"
    )
