"""The registry of metrics: one row each, documented, and open to others."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl
import pytest
from support.budget_log import LOG, OWN, lines, source
from support.frames import NEW, SKIPS
from support.paths import DOCS

from tokcount.errors import UsageError
from tokcount.reports.budgets import compute
from tokcount.reports.budgets import language as budget_parser
from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.metric import Metric, PerRecord, Ratio, Saved
from tokcount.reports.budgets.metrics import METRICS, markdown_table, register
from tokcount.reports.budgets.sources.from_reports import ReportSource
from tokcount.reports.budgets.verdict import CheckOptions
from tokcount.reports.drift.compute import DriftOptions
from tokcount.reports.drift.compute import report as drift_report

DOCUMENTATION = (DOCS / "budgets.md").read_text("utf-8")
MADE_UP = Metric(
    name="reply_ratio",
    doc="output tokens per input token",
    unit="share",
    aggregates=("share", "max"),
    ratios=("share",),
    per_record=lambda label, _baseline: PerRecord(
        value=pl.when(pl.col(f"{label}:input_tokens") > 0).then(
            pl.col(f"{label}:output_tokens") / pl.col(f"{label}:input_tokens")
        ),
        ratio=Ratio(
            numerator=pl.col(f"{label}:output_tokens"),
            denominator=pl.col(f"{label}:input_tokens"),
        ),
    ),
    saved={"drift": Saved(values={"share": lambda entry: Decimal(entry.output_tokens) / entry.input_tokens})},
)


@pytest.fixture
def made_up() -> Iterator[None]:
    register(MADE_UP)
    yield
    del METRICS[MADE_UP.name]


def test_the_table_of_the_documentation_is_generated_from_the_registry() -> None:
    assert f"<!-- metrics -->\n{markdown_table()}\n<!-- end -->" in DOCUMENTATION


def test_the_grammar_of_the_documentation_is_that_of_the_parser() -> None:
    grammar = [line.strip() for line in (budget_parser.__doc__ or "").splitlines() if " = " in line]

    assert len(grammar) >= 7
    assert all(rule in DOCUMENTATION for rule in grammar)


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_every_aggregate_of_a_metric_can_be_measured(metric: Metric) -> None:
    assert set(metric.ratios) <= set(metric.aggregates)
    if metric.per_record is None:
        assert set(metric.of_log) == set(metric.aggregates)
    else:
        has_ratio = metric.per_record("own", "own").ratio is not None
        assert has_ratio is bool(metric.ratios)


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_saved_reports_hold_only_aggregates_of_their_metric(metric: Metric) -> None:
    for saved in metric.saved.values():
        assert set(saved.values) <= set(metric.aggregates)


@pytest.mark.usefixtures("made_up")
def test_one_row_adds_a_metric_to_logs_reports_and_documentation() -> None:
    options = CheckOptions(fail=(parse("reply_ratio.share <= 5% for own"),))
    saved = drift_report(LOG, SKIPS, DriftOptions(OWN, (NEW,)))

    of_log = compute.judge(source(LOG), options)[0]
    of_report = compute.judge(ReportSource([saved]), options)[0]

    assert (of_log.value, of_log.passed) == (Decimal(101) / 1324, False)
    assert (of_report.value, of_report.passed) == (Decimal(101) / 1732, False)
    assert lines(of_log.violations) == [5]
    assert "| `reply_ratio` | output tokens per input token | `share` `max` |" in markdown_table()


@pytest.mark.usefixtures("made_up")
def test_a_metric_that_was_added_has_violations_and_hints_like_any_other() -> None:
    verdict = compute.judge(source(LOG), CheckOptions(fail=(parse("reply_ratio.max <= 30%"),)))[0]

    assert not verdict.passed
    assert lines(verdict.violations) == [5]
    with pytest.raises(UsageError, match="reply_ratio"):
        parse("reply_rato.max <= 30%")


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="already a budget metric 'cost'"):
        register(METRICS["cost"])
