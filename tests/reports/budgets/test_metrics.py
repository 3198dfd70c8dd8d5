"""The documentation names every metric with its aggregates."""

from __future__ import annotations

import pytest
from support.paths import DOCS

from tokcount.reports.budgets import language as budget_parser
from tokcount.reports.budgets.metrics import METRICS, Metric
from tokcount.reports.budgets.samples import NOTHING, sample

DOCUMENTATION = (DOCS / "budgets.md").read_text("utf-8")


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_metric_is_documented(metric: Metric) -> None:
    aggregates = " ".join(f"`{word}`" for word in metric.aggregates)

    assert f"| `{metric.name}` | {metric.meaning} | {aggregates} |" in DOCUMENTATION


def test_the_grammar_of_the_documentation_is_that_of_the_parser() -> None:
    grammar = [line.strip() for line in (budget_parser.__doc__ or "").splitlines() if " = " in line]

    assert len(grammar) >= 7
    assert all(rule in DOCUMENTATION for rule in grammar)


@pytest.mark.parametrize("name", [name for name in METRICS if name != "skipped"])
def test_every_metric_can_be_measured(name: str) -> None:
    taken = sample(name, "own", "own")

    assert bool(METRICS[name].ratios) == (taken.part is not NOTHING)
