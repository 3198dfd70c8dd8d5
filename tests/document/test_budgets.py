"""The outcome of budgets."""

from __future__ import annotations

import pytest

from tokcount.document.budgets import BudgetResult, Outcome, Violation

VIOLATION = Violation("a.jsonl:1 (9)", "9", "a.jsonl", 1, None)


def result(outcome: Outcome, more: int = 0) -> BudgetResult:
    violations = (VIOLATION, VIOLATION)
    return BudgetResult(
        key="k", title="t", finding="f", level="fail", outcome=outcome, violations=violations, more=more
    )


@pytest.mark.parametrize(
    ("outcome", "passed"), [("passed", True), ("provisional", True), ("broken", False), ("unknown", False)]
)
def test_a_provisional_pass_is_a_pass_and_an_unknown_value_is_not(outcome: Outcome, passed: bool) -> None:
    assert result(outcome).passed is passed


@pytest.mark.parametrize(
    ("more", "shown", "text"), [(0, 2, ""), (0, 1, "and 1 more"), (2_000, 2, "and 2,000 more")]
)
def test_the_rest_counts_the_violations_that_are_not_shown(more: int, shown: int, text: str) -> None:
    assert result("broken", more).rest(shown) == text
