"""Saved reports give the same values as the log, where they hold them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from support.budget_log import IN_PART, LOG, OVERVIEW, OWN, TODAY, UNSURE, measured, source
from support.frames import NEW, SKIPS

from tokcount.errors import UsageError
from tokcount.reports.budgets import compute
from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.sources.from_reports import NOT_THERE, ReportSource, overview_of
from tokcount.reports.budgets.verdict import CheckOptions
from tokcount.reports.cost import compute as cost
from tokcount.reports.drift import compute as drift
from tokcount.reports.inspect.count_report import CountReport
from tokcount.reports.reconcile import compute as reconcile
from tokcount.reports.report import Report

WITH_SHAPES = LOG.with_columns(shape=LOG["kind"], billed_reasoning_tokens=None)


def saved(log: Any = LOG) -> list[Report]:
    """What drift and cost save of a log."""
    options = cost.CostOptions(targets=("gpt-4o",), today=TODAY, monthly=True)
    return [
        drift.report(log, SKIPS, drift.DriftOptions(OWN, (NEW,))),
        cost.report(log, SKIPS, options),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "input_tokens.total <= 1",
        "output_tokens.total <= 1",
        "framing.share <= 1%",
        "drift.total <= 1%",
        "drift.p50 <= 1%",
        "drift.p95 <= 1%",
        "drift.max <= 1%",
        "cost.total <= $1",
        "cost.per_month <= $1",
        "unpriced.total <= 1",
        "estimated.share <= 1%",
        "skipped.total <= 1",
        "skipped.share <= 1%",
        "records.total <= 1",
    ],
)
def test_a_saved_report_holds_the_value_that_the_log_has(text: str) -> None:
    expected, found = measured(text, target="gpt-4o"), ReportSource(saved()).measure(parse(text), "gpt-4o")

    assert float(found.value or 0) == pytest.approx(float(expected.value or 0))
    assert found.reason == expected.reason


@pytest.mark.parametrize("text", ["residual.exact >= 1%", "residual.max <= 1"])
def test_a_saved_reconcile_report_holds_the_residuals(text: str) -> None:
    report = reconcile.report(WITH_SHAPES, SKIPS)

    assert ReportSource([report]).measure(parse(text), None) == measured(text)


@pytest.mark.parametrize(
    "text",
    [
        "input_tokens.p95 <= 1",
        "output_tokens.total <= 1",
        "context.max <= 1%",
        "cost.total <= $1 where model = gpt-4",
        "cost.p50 <= $1",
    ],
)
def test_a_value_that_is_not_in_the_report_is_unknown(text: str) -> None:
    found = ReportSource(saved()).measure(parse(text), None)

    assert (found.value, found.reason) == (None, NOT_THERE)


def test_a_target_that_is_not_in_the_report_is_unknown() -> None:
    assert ReportSource(saved()).measure(parse("cost.total <= $1"), "gpt-9").reason == NOT_THERE


def test_a_saved_report_has_the_number_of_records_without_a_value() -> None:
    found = ReportSource(saved(UNSURE)).measure(parse("cost.total <= $1"), None)

    assert found.reason == "2 of 9 records without a value"


def test_a_saved_check_can_be_judged_again_with_its_records() -> None:
    gate = CheckOptions(fail=(parse('input_tokens.p95 <= 250 where kind = "chat"'),), top=1)
    report = compute.report(compute.judge(source(), gate), OVERVIEW)

    again = compute.report(compute.judge(ReportSource([report]), gate), OVERVIEW)

    assert again == report


def test_a_saved_check_knows_only_its_own_budgets_and_other_reports_list_no_records() -> None:
    checked = compute.report(
        compute.judge(source(), CheckOptions(fail=(parse("records.total >= 1"),))), OVERVIEW
    )
    asked = parse("input_tokens.total <= 1")

    assert ReportSource([checked]).measure(asked, None).reason == NOT_THERE
    assert ReportSource([checked, *saved()]).violations(asked, "gpt-4o", Decimal(1), 5).total == 0


def test_the_targets_default_to_those_of_the_reports() -> None:
    assert ReportSource(saved()).targets == ("gpt-4o",)
    assert ReportSource(saved(), ("gpt-4",)).targets == ("gpt-4",)
    assert ReportSource([]).targets == (None,)


def test_the_overview_comes_from_the_first_report_that_has_one() -> None:
    other = CountReport(inputs=[], total={})

    assert overview_of([other, *saved()]).records == 7
    with pytest.raises(UsageError, match="hold no values for budgets"):
        overview_of([other])


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("content_tokens.total <= 1", None),
        ("input_tokens.total <= 1", "gpt-4o"),
        ("framing.share <= 1%", None),
        ("drift.total <= 1%", "gpt-4o"),
        ("records.total <= 1", None),
    ],
)
def test_a_saved_report_has_the_number_of_records_counted_in_part(text: str, target: str | None) -> None:
    expected = measured(text, IN_PART, target)
    found = ReportSource(saved(IN_PART)).measure(parse(text), target)

    assert (found.is_floor, found.undercounted) == (expected.is_floor, expected.undercounted)


def test_a_lower_bound_stays_a_lower_bound() -> None:
    assert ReportSource(saved()).measure(parse("cost.total <= $1"), None).is_floor
    assert ReportSource(saved()).measure(parse("cost.total <= $1"), None).value != Decimal(0)
