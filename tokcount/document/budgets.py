"""The outcome of budgets, as the formats for continuous integration need it."""

from __future__ import annotations

from typing import Literal

import msgspec

from tokcount.document.blocks import Table
from tokcount.document.values import integer

Outcome = Literal["passed", "provisional", "broken", "unknown"]
"""`provisional`: passed, but might not if everything were known. `unknown`: not passed, because it cannot be judged."""

STDIN = "-"
"""The source of a record that was read from standard input."""


class Violation(msgspec.Struct, frozen=True):
    """A record that breaks a budget. `text` names it and its value: `prompts/support.jsonl:14 (9,120)`.

    `detail` is the value without the place; empty: it has none.
    """

    text: str
    detail: str
    source: str
    line: int | None
    index: int | None


class BudgetResult(msgspec.Struct, frozen=True, kw_only=True):
    """One budget: `title` is the budget as it was written, `finding` a sentence on its value and limit.

    `key` is the metric, aggregate and limit without values that change, so it stays the same between runs.
    `violations` are the worst records, and `more` is how many others there are.
    """

    key: str
    title: str
    finding: str
    level: Literal["fail", "warn"]
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    more: int = 0

    @property
    def passed(self) -> bool:
        """Whether the value is within the limit, for all that is known."""
        return self.outcome in {"passed", "provisional"}

    def rest(self, shown: int) -> str:
        """`and 211 more`, after the first `shown` violations; empty when there are no others."""
        more = len(self.violations) + self.more - shown
        return f"and {integer(more)} more" if more > 0 else ""


class BudgetResults(msgspec.Struct, frozen=True, kw_only=True):
    """All budgets of a report. `verdict` is the summary in a sentence.

    For a comment: `reasons` are sentences on what broke a budget, `table` has a row for each budget, `grown` are tables
    of what changed against the baseline, `doubts` has a row for what is not judged or provisional, and `made` says how
    the numbers were made.
    """

    verdict: str
    budgets: tuple[BudgetResult, ...]
    passed: bool
    reasons: tuple[str, ...]
    table: Table
    grown: tuple[Table, ...]
    doubts: Table
    made: tuple[str, ...]
