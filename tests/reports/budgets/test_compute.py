"""Judging budgets: what passes, what breaks, and what cannot be judged."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from support.budget_log import IN_PART, LOG, OVERVIEW, UNSURE, source

from tokcount.errors import UsageError
from tokcount.reports.budgets import baseline, compute, kept, verdict
from tokcount.reports.budgets.baseline import SavedBaseline
from tokcount.reports.budgets.language import holds, is_over, parse
from tokcount.reports.budgets.verdict import CheckOptions


def entry(text: str, log: Any = LOG, targets: tuple[str, ...] = (), **options: Any) -> dict[str, Any]:
    """The JSON object of one budget that must hold."""
    options = {"accepted_unread": Decimal("0.1"), **options}
    verdicts = compute.judge(source(log, *targets), CheckOptions(fail=(parse(text),), **options))
    found: dict[str, Any] = compute.report(verdicts, OVERVIEW).data["budgets"][0]
    return found


def test_warnings_do_not_fail_a_report() -> None:
    held, broken = parse("input_tokens.max <= 600"), parse("input_tokens.max < 600")
    verdicts = {
        levels: compute.report(
            compute.judge(
                source(), CheckOptions(fail=levels[:1], warn=levels[1:], accepted_unread=Decimal(1))
            ),
            OVERVIEW,
        ).data
        for levels in [(held, broken), (broken, held)]
    }

    assert [data["passed"] for data in verdicts.values()] == [True, False]
    assert [[e["level"] for e in data["budgets"]] for data in verdicts.values()] == [["fail", "warn"]] * 2


@pytest.mark.parametrize(
    ("text", "passed", "difference", "margin"),
    [
        ("input_tokens.max <= 500", False, 100, 0.2),
        ("input_tokens.max <= 800", True, -200, -0.25),
        ("input_tokens.min >= 10", False, -10, -1.0),
        ("input_tokens.max == 600", True, 0, 0.0),
        ("input_tokens.min <= 0", True, 0, None),
        ("framing_tokens.min >= -3", True, 3, 1.0),
        ("framing.max <= 7.5%", False, 0.005, 0.005 / 0.075),
        ("cost.max <= $0.01", False, Decimal("0.00806"), 0.806),
    ],
)
def test_the_margin_is_the_difference_divided_by_the_limit(
    text: str, passed: bool, difference: Any, margin: float | None
) -> None:
    found = entry(text)

    assert (found["passed"], found["difference"]) == (passed, difference)
    assert found["margin"] == (margin if margin is None else pytest.approx(margin))


@pytest.mark.parametrize(
    ("text", "saved", "limit"),
    [
        ("input_tokens.max <= baseline", 600, 600),
        ("input_tokens.max <= baseline + 5%", 600, 630),
        ("input_tokens.max <= baseline - 40", 600, 560),
        ("framing.share <= baseline + 5%", "0.1", 0.15),
        ("cost.total <= baseline + 10%", "0.02", Decimal("0.022")),
        ("cost.total <= baseline - $0.01", "0.02", Decimal("0.01")),
    ],
)
def test_a_limit_can_be_relative_to_the_baseline(text: str, saved: str | int, limit: Any) -> None:
    found = entry(text, baseline=SavedBaseline(values={parse(text).key(None): Decimal(saved)}))

    assert found["limit"] == limit
    assert found["doubt"] == ""


@pytest.mark.parametrize(
    ("text", "floor", "passed", "sure"),
    [
        ("input_tokens.max <= 9k", True, True, False),
        ("input_tokens.max <= 500", True, False, True),
        ("input_tokens.max >= 500", True, True, True),
        ("input_tokens.max >= 9k", True, False, False),
        ("drift.total <= 5% for gpt-4o", False, True, False),
        ("framing.share <= 1%", False, False, False),
        ("records.total >= 1", False, True, True),
        ('input_tokens.max <= 9k where model = "gpt-4o-mini"', False, True, True),
    ],
)
def test_a_budget_reports_records_that_are_counted_in_part(
    text: str, floor: bool, passed: bool, sure: bool
) -> None:
    found = entry(text, IN_PART, most_unknown=Decimal(1))

    assert (found["floor"], found["passed"], found["sure"]) == (floor, passed, sure)
    assert (found["rests_on"] == "counted in part (2 of 7 records)") is (not sure or floor)
    assert found["doubt"] == ""


@pytest.mark.parametrize(
    ("text", "gate", "doubt"),
    [
        ("input_tokens.max <= baseline", {}, verdict.NO_BASELINE),
        ("input_tokens.max <= 9k where model = nothing", {}, "no record is selected"),
        ("input_tokens.max <= 9k", {}, "1 of 9 records without a value"),
        ("cost.total <= $9k", {}, "2 of 9 records without a value"),
    ],
)
def test_a_budget_that_cannot_be_judged_breaks_unless_unknown_is_allowed(
    text: str, gate: dict[str, Any], doubt: str
) -> None:
    strict, lenient = entry(text, UNSURE, **gate), entry(text, UNSURE, allow_unknown=True, **gate)

    assert (strict["passed"], lenient["passed"]) == (False, True)
    assert strict["doubt"] == lenient["doubt"] == doubt


@pytest.mark.parametrize(
    ("text", "options", "passed", "unknown"),
    [
        ("input_tokens.max <= 9k", {}, False, 2 / 7),
        ("input_tokens.max <= 9k", {"most_unknown": Decimal(2) / 7}, True, 2 / 7),
        ("input_tokens.max <= 9k", {"most_unknown": Decimal("0.28")}, False, 2 / 7),
        ("input_tokens.max <= 9k", {"allow_unknown": True}, True, 2 / 7),
        ("input_tokens.max <= 9k allow unknown", {}, True, 2 / 7),
        ("input_tokens.max >= 9", {}, True, 2 / 7),
        ("input_tokens.p50 >= 9", {"accepted_unread": Decimal(0), "most_unknown": Decimal("0.28")}, False, 2 / 7),
        ("records.total <= 9", {"accepted_unread": Decimal(0)}, False, 0.1),
        ("records.total >= 1", {"accepted_unread": Decimal(0)}, True, 0.1),
        ("records.total <= 9", {"accepted_unread": Decimal(0), "most_unknown": Decimal("0.1")}, True, 0.1),
        ("skipped.total <= 9", {"accepted_unread": Decimal(0)}, True, 0),
        ("cost.total <= $9", {}, False, 2 / 7),
        ('input_tokens.max <= 9k where day = "2026-*"', {"most_unknown": Decimal("0.4")}, False, 3 / 7),
    ],
)  # fmt: skip
def test_a_budget_breaks_when_more_is_unknown_than_is_allowed(
    text: str, options: dict[str, Any], passed: bool, unknown: float
) -> None:
    dated = pl.when(pl.col("line") > 1).then(datetime(2026, 1, 2, tzinfo=UTC))
    log = IN_PART.with_columns(timestamp=dated.cast(pl.Datetime("us", "UTC")))
    found = entry(text, log, **options)

    assert found["passed"] is passed
    assert found["unknown"] == pytest.approx(unknown)


def test_a_missing_output_makes_a_cost_provisional_and_never_breaks_it() -> None:
    found = entry("cost.total <= $9")

    assert (found["passed"], found["sure"], found["unknown"]) == (True, False, 0)
    assert found["rests_on"] == "no output in the log (1 of 7 records)"


def test_tokens_that_are_carried_to_a_target_make_a_budget_provisional() -> None:
    hidden = LOG.with_columns(
        pl.when(pl.col("line") == 1).then(90).otherwise(0).alias("gpt-4o:hidden_tokens")
    )
    found = entry("input_tokens.total <= 9k for gpt-4o", hidden, most_unknown=Decimal("0.15"))

    assert (found["passed"], found["sure"], found["floor"]) == (True, False, False)
    assert found["rests_on"] == "with billed tokens that could not be counted (1 of 7 records)"


def test_known_values_can_break_a_budget_when_others_are_unknown() -> None:
    assert not entry("input_tokens.max <= 9", UNSURE, allow_unknown=True)["passed"]


def test_records_without_a_value_are_listed_unless_others_exceed_the_limit() -> None:
    assert [r["line"] for r in entry("input_tokens.max <= 9k", UNSURE)["records"]] == [8]
    assert [r["line"] for r in entry("input_tokens.max <= 500", UNSURE)["records"]] == [6]


def test_a_budget_that_is_new_to_the_baseline_passes_and_is_not_judged() -> None:
    found = entry("input_tokens.max <= baseline", baseline=SavedBaseline(values={"x": Decimal(1)}))

    assert (found["passed"], found["sure"], found["limit"]) == (True, False, None)
    assert found["doubt"] == verdict.NOT_IN_BASELINE


def test_a_baseline_that_is_being_saved_is_not_compared_to() -> None:
    found = entry("cost.total <= baseline - 50%", saving=True)

    assert (found["passed"], found["doubt"], found["limit"]) == (True, verdict.SAVED, None)


def test_a_budget_is_judged_for_every_target_or_the_one_it_names() -> None:
    gate = CheckOptions(
        fail=tuple(
            map(parse, ["input_tokens.max <= 1", "records.total <= 1", "input_tokens.max <= 1 for own"])
        )
    )

    verdicts = compute.judge(source(LOG, "gpt-4o"), gate)

    assert [(v.key, v.target) for v in verdicts] == [
        ("input_tokens.max for gpt-4o", "gpt-4o"),
        ("records.total", None),
        ("input_tokens.max", None),
    ]


@pytest.mark.parametrize("text", ["drift.total <= 1%", "drift.total <= 1% for own"])
def test_drift_needs_a_target(text: str) -> None:
    with pytest.raises(UsageError, match=r"drift needs a target; add 'for MODEL' or --to MODEL"):
        entry(text)


def test_a_saved_baseline_has_only_values_known_for_all_records() -> None:
    gate = CheckOptions(
        fail=tuple(map(parse, ["input_tokens.max <= 1", "records.total <= 1", "framing.p50 <= 1%"]))
    )

    text = baseline.to_text(kept.values(compute.judge(source(UNSURE), gate)))

    assert text == '{\n  "tokcount_baseline": 2,\n  "values": {\n    "records.total": 9\n  }\n}\n'


@pytest.mark.parametrize(
    ("value", "operator", "limit", "held", "over"),
    [
        (1, "<=", 1, True, True),
        (1, "<", 1, False, True),
        (1, ">=", 1, True, False),
        (1, ">", 1, False, False),
        (1, "==", 1, True, False),
        (2, "==", 1, False, True),
        (0, "<=", 1, True, True),
        (0, ">=", 1, False, False),
    ],
)
def test_operators_compare_exactly(value: int, operator: Any, limit: int, held: bool, over: bool) -> None:
    assert holds(Decimal(value), operator, Decimal(limit)) is held
    assert is_over(Decimal(value), operator, Decimal(limit)) is over


def test_a_share_equal_to_its_limit_is_not_above_it() -> None:
    assert entry("framing.max == 8%")["passed"]
    assert entry(
        "residual.exact >= baseline", baseline=SavedBaseline(values={"residual.exact": Decimal(2) / 3})
    )["passed"]
