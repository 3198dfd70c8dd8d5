"""What budgets measure over a log, compared with plain Python, and which records violate them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import mean, quantiles

import msgspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.budget_log import INPUT, LOG, TODAY, UNSURE, call, lines, measured, source, violations
from support.frames import NEW, counts

from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.metric import Measured
from tokcount.reports.budgets.report import ViolatingRecord
from tokcount.reports.cost.charges import CostOptions, charge
from tokcount.reports.cost.compute import costs
from tokcount.scanning.features.verdicts import TargetVerdict

GROWTH = [(n - own) / own for n, own in zip([57, 107, 157, 207, 53, 303], INPUT[:6], strict=True)]


def value(text: str, log: pl.DataFrame = LOG, target: str | None = None, **terms: object) -> Decimal | None:
    return measured(text, log, target, **terms).value


BEST_KNOWN = sum(INPUT) + 3
"""Own input tokens, with the three that line 3 was billed beyond its count."""


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("input_tokens.total <= 1", BEST_KNOWN),
        ("input_tokens.max <= 1", 600),
        ("input_tokens.min <= 1", 0),
        ("input_tokens.mean <= 1", round(Decimal(BEST_KNOWN) / 7, 12)),
        ("input_tokens.p50 <= 1", 208),
        ("content_tokens.total <= 1", 1684),
        ("framing_tokens.total <= 1", 48),
        ("output_tokens.max <= 1", 500),
        ("output_tokens.mean <= 1", round(Decimal(561) / 6, 12)),
        ("framing.share <= 1%", Decimal(48) / 1732),
        ("framing.max <= 1%", Decimal("0.08")),
        ("context.max <= 1%", Decimal("0.0732421875")),
        ("residual.exact >= 1%", Decimal(2) / 3),
        ("residual.max <= 1", 3),
        ("residual.mean <= 1", 1),
        ("records.total <= 1", 7),
        ("records.total <= 1 where kind = chat", 6),
        ("skipped.total <= 1", 3),
        ("skipped.share <= 1%", Decimal("0.3")),
        ("uncounted.total <= 1", 0),
        ("unpriced.total <= 1", 0),
        ("estimated.share <= 1%", 0),
    ],
)
def test_metrics_under_the_own_model(budget: str, expected: Decimal | int) -> None:
    assert measured(budget) == Measured(Decimal(expected))


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("input_tokens.total <= 1", 842 + 49 + 3),
        ("drift.total <= 1%", Decimal(891 - 1732) / 1732),
        ("drift.max <= 1%", Decimal(format((53 - 100) / 100, ".12g"))),
        ("context.max <= 1%", Decimal(format(303 / 128000, ".12g"))),
        ("drift.mean <= 1%", Decimal(format(mean(GROWTH), ".12g"))),
    ],
)
def test_metrics_under_a_target(budget: str, expected: Decimal) -> None:
    assert value(budget, target="gpt-4o") == expected


def test_drift_is_measured_from_the_baseline_of_the_run() -> None:
    assert value("drift.total <= 1%", target="own", baseline="gpt-4o") == Decimal(1732 - 891) / 891


def test_costs_equal_the_cost_report() -> None:
    report = costs(charge(LOG, CostOptions(targets=("gpt-4o",), today=TODAY, monthly=True)))
    own, target = report.references

    assert value("cost.total <= $1") == Decimal(own.cost_usd or 0)
    assert value("cost.total <= $1", target="gpt-4o") == Decimal(target.cost_usd or 0)
    assert value("cost.per_record <= $1") == round(Decimal(own.cost_usd or 0) / 7, 12)
    assert value("cost.per_month <= $1") == Decimal(own.monthly_usd or 0)
    assert value("cost.per_month <= $1", records_per_month=14) == Decimal(own.cost_usd or 0) * 2


def test_costs_can_use_the_prices_of_another_day() -> None:
    day = date(2024, 6, 1)
    report = costs(charge(LOG, CostOptions(targets=("gpt-4o",), today=TODAY, as_of=day)))

    found = value("cost.total <= $1", target="gpt-4o", as_of=day)

    assert found == Decimal(report.references[1].cost_usd or 0)
    assert found != value("cost.total <= $1", target="gpt-4o")


def test_a_cost_is_a_lower_bound_where_the_log_has_no_output() -> None:
    assert measured("cost.total <= $1").is_floor
    assert not measured("cost.total <= $1", LOG.filter(pl.col("line") != 4)).is_floor


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("model = gpt-4", [1, 2, 3, 4, 6]),
        ("model = gpt-4*", [1, 2, 3, 4, 5, 6]),
        ("model = gpt?4o-mini", [5]),
        ("model = gpt.4", []),
        ("model != gpt-4", [5, 7]),
        ("kind = completions", [7]),
        ("tag = prod", [1, 2]),
        ("tag = e*", [2]),
        ("tag = *d*e*", []),
        ("tag != prod", [3, 4, 5, 6, 7]),
        ("source = */june.jsonl", [6]),
        ("day = 2023-05-0?", [1, 2, 3, 4, 5, 6, 7]),
        ("day = 2023-05-02", [2]),
        ("tag = prod and day != 2023-05-02", [1]),
    ],
)
def test_where_selects_records(where: str, found: list[int]) -> None:
    budget = parse(f"input_tokens.max <= 1 where {where}")
    rows = source()._rows(budget, None)

    assert rows["line"].to_list() == found


@given(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\"'"), min_size=1, max_size=12)
)
def test_any_name_matches_itself_as_a_pattern(name: str) -> None:
    log = LOG.with_columns(model=pl.lit(name))

    assert value(f'records.total <= 1 where model = "{name}"', log) == 7


@pytest.mark.parametrize(
    ("budget", "doubt"),
    [
        ("input_tokens.max <= 1", "1 of 9 records without a value"),
        ("cost.total <= $1", "2 of 9 records without a value"),
        ("context.max <= 1%", "2 of 9 records without a value"),
        ("input_tokens.max <= 1 where model = nothing", "no record is selected"),
        ("residual.exact >= 1% where model = gpt-4o-mini", "no record has a value"),
        ("output_tokens.max <= 1 where model = gpt-4", ""),
        ("uncounted.total <= 1", ""),
        ("unpriced.total <= 1", ""),
    ],
)
def test_a_value_that_is_incomplete_has_a_reason(budget: str, doubt: str) -> None:
    assert measured(budget, UNSURE).reason == doubt


def test_an_answer_that_was_not_read_is_a_missing_output() -> None:
    calls = (call(1, 100, 8, 10), call(2, 100, 8, None, flags="unread_answer"), call(3, 100, 8, None))
    unread = pl.DataFrame(calls, infer_schema_length=None)

    assert measured("output_tokens.total <= 1", unread).reason == "1 of 3 records without a value"


def test_a_monthly_cost_is_that_of_the_cost_report() -> None:
    days = [
        datetime(2024, month, day, tzinfo=UTC)
        for month, day in ((1, 20), (2, 1), (2, 10), (2, 29), (3, 1), (3, 31), (4, 2))
    ]
    log = LOG.with_columns(timestamp=pl.Series(days, dtype=pl.Datetime("us", "UTC")))
    (own,) = costs(charge(log, CostOptions(today=TODAY, monthly=True))).references

    assert measured("cost.per_month <= $1", log).value == Decimal(own.monthly_usd or 0)
    assert Decimal(own.monthly_usd or 0) < Decimal(own.cost_usd or 0)


def test_a_monthly_cost_needs_a_timestamp() -> None:
    undated = LOG.with_columns(timestamp=pl.lit(None, pl.Datetime("us", "UTC")))

    assert (
        measured("cost.per_month <= $1", undated).reason
        == "no timestamps to project from; give --records-per-month"
    )


def test_a_monthly_cost_needs_the_timestamp_of_every_record() -> None:
    days = [None, *(datetime(2025, 1, day, tzinfo=UTC) for day in range(1, LOG.height))]
    log = LOG.with_columns(timestamp=pl.Series(days, dtype=pl.Datetime("us", "UTC")))

    undated, dated = (
        measured("cost.per_month <= $1", rows)
        for rows in (log, log.filter(pl.col("timestamp").is_not_null()))
    )

    assert f"1 of {LOG.height} records without a timestamp; give --records-per-month" in undated.undercounted
    assert (undated.unknown, undated.is_floor) == (Decimal(1) / LOG.height, False)
    assert "timestamp" not in dated.undercounted


def test_a_monthly_cost_needs_clocks_that_can_be_true() -> None:
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in range(1, LOG.height)]
    model = LOG.with_columns(model=pl.lit("gpt-4o"))
    log = model.with_columns(
        timestamp=pl.Series([datetime(2024, 1, 2, tzinfo=UTC), *days], dtype=pl.Datetime("us", "UTC"))
    )
    found = measured("cost.per_month <= $1", log)

    doubt = f"1 of {LOG.height} records dated before the model existed; give --records-per-month"
    assert doubt in found.undercounted
    assert found.unknown == Decimal(1) / LOG.height
    assert found.made_from.startswith(
        "projected from 6 days, 2026-11-01 to 2026-11-06; 6 of 7 records, 1 dated before"
    )
    assert measured("cost.total <= $1", log).made_from == ""


def test_a_record_without_text_has_its_billed_tokens() -> None:
    billed = UNSURE.with_columns(billed_input_tokens=pl.when(pl.col("line") == 8).then(1000))

    assert measured("input_tokens.max <= 1", billed).value == 1000
    assert not measured("input_tokens.max <= 1", billed).reason
    assert measured("content_tokens.max <= 1", billed).reason


@pytest.mark.parametrize(
    ("budget", "found"),
    [
        ("input_tokens.max <= 250", [6, 4, 3]),
        ("input_tokens.max < 600", []),
        ("input_tokens.p95 <= 350", [6, 4]),
        ("input_tokens.min >= 101", [7, 5]),
        ("input_tokens.total <= 1700", [6]),
        ("input_tokens.total <= 1000", [6, 4]),
        ("input_tokens.total >= 9000", []),
        ("input_tokens.mean <= 200", [6]),
        ("framing.share <= 2%", [5, 1, 2]),
        ("residual.exact >= 98%", [3]),
        ("residual.max <= 0", [3]),
        ("records.total <= 5", [1, 2]),
        ("skipped.total <= 0", [7, 8, 9]),
    ],
)
def test_violations_come_worst_first(budget: str, found: list[int]) -> None:
    assert lines(violations(budget)) == found


@pytest.mark.parametrize(
    ("billed", "known", "undercounted"),
    [
        (250_000, 250_000, False),
        (400, 400, False),
        (0, 408, True),
        (None, 408, True),
    ],
)
@pytest.mark.parametrize("metric", ["input_tokens", "context"])
def test_a_count_in_part_is_never_below_a_credible_bill(
    billed: int | None, known: int, undercounted: bool, metric: str
) -> None:
    log = LOG.filter(pl.col("line") == 4).with_columns(
        pl.lit(billed, pl.Int64).alias("billed_input_tokens"), pl.lit("partial").alias("own:basis")
    )
    found = measured(f"{metric}.max <= 1{'%' * (metric == 'context')}", log)

    assert found.value == (known if metric == "input_tokens" else Decimal(format(known / 8192, ".12g")))
    assert found.is_floor is undercounted


@pytest.mark.parametrize(("hidden", "undercounted"), [(0, True), (249_790, False)])
def test_what_was_billed_beyond_a_partial_count_is_in_the_input_under_a_target(
    hidden: int, undercounted: bool
) -> None:
    target = counts(NEW, 100, 7, 0, "partial", hidden)
    log = LOG.head(1).with_columns(pl.lit(value).alias(name) for name, value in target.items())

    found = measured("input_tokens.max <= 1", log, "gpt-4o")

    assert (found.value, found.is_floor) == (107 + hidden, undercounted)


def test_usage_of_several_calls_does_not_say_how_large_one_is() -> None:
    log = LOG.with_columns(requests=pl.when(pl.col("line") == 6).then(40).otherwise(1))

    assert measured("context.max <= 1%", log).reason == "1 of 7 records without a value"
    assert measured("input_tokens.max <= 1", log).value == 600


@given(st.integers(0, BEST_KNOWN))
def test_the_violations_of_a_sum_are_the_fewest_that_make_up_its_excess(limit: int) -> None:
    found = [Decimal(record.value or 0) for record in violations(f"input_tokens.total <= {limit}").records]

    assert BEST_KNOWN - sum(found) <= limit
    if found:
        assert BEST_KNOWN - sum(found[:-1]) > limit


def test_the_first_violations_are_listed_and_all_are_counted() -> None:
    found = violations("input_tokens.max <= 1", top=2)

    assert lines(found) == [6, 4]
    assert found.total == 6
    assert found.records[0] == ViolatingRecord(
        source="logs/june.jsonl", line=6, index=3, model="gpt-4", value=600, note=None, unit="tokens"
    )


def test_violations_show_money_and_reasons() -> None:
    assert violations("cost.max <= $0.0001").records[0].value == "0.01806"
    assert [record.note for record in violations("unpriced.total <= 0", UNSURE).records] == [
        "no token counts",
        "unknown model",
    ]


def test_without_a_limit_records_without_a_value_are_listed() -> None:
    found = source(UNSURE).violations(parse("cost.total <= $1"), None, None, 10)

    assert lines(found) == [8, 9]
    assert [record.value for record in found.records] == [None, None]


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=40))
def test_distributions_equal_those_of_plain_python(numbers: list[int]) -> None:
    log = pl.concat([LOG.filter(pl.col("line") == 4)] * len(numbers)).with_columns(
        pl.Series("own:input_tokens", numbers)
    )
    cuts = quantiles(numbers, n=100, method="inclusive")

    for aggregate, expected in {"p50": cuts[49], "p90": cuts[89], "p95": cuts[94], "p99": cuts[98]}.items():
        found = value(f"input_tokens.{aggregate} <= 1", log)
        assert found is not None
        assert float(found) == pytest.approx(expected, rel=1e-9)
    average = value("input_tokens.mean <= 1", log)
    assert average is not None
    assert float(average) == pytest.approx(mean(numbers))
    assert value("input_tokens.total <= 1", log) == sum(numbers)


def judged(*requests: list[tuple[str, str]] | None) -> pl.DataFrame:
    """The log with the verdicts (status, parameter) of the target on each request; `None`: no request in the log."""
    texts = [
        None
        if request is None
        else msgspec.json.encode([TargetVerdict(NEW.label, NEW.label, *found) for found in request]).decode()  # type: ignore[arg-type]
        for request in requests
    ]
    return LOG.with_columns(pl.Series("verdicts", texts, pl.String))


HOT, MOVED, OPEN = ("refused", "temperature"), ("endpoint", ""), ("unknown", "n")


def test_a_request_breaks_once_for_all_its_reasons() -> None:
    log = judged([HOT, MOVED], [HOT], [], [], [("changed", "n")], [], [])

    assert value("breaking.total <= 0", log, NEW.label) == 2
    assert value("breaking.share <= 0%", log, NEW.label) == Decimal(2) / 7
    found = violations("breaking.total <= 0", log, NEW.label)
    assert [(record.line, record.note) for record in found.records] == [
        (1, "other endpoint; temperature"),
        (2, "temperature"),
    ]


def test_requests_that_may_break_make_the_number_a_lower_bound() -> None:
    found = measured("breaking.total <= 0", judged([HOT, OPEN], [OPEN], [], [], [], [], []), NEW.label)

    assert (found.value, found.is_floor, found.reason) == (1, True, "")
    assert "1 of 7 records" in found.undercounted


def test_requests_that_were_not_compared_have_no_value() -> None:
    log = judged([HOT], None, [("unknown", "")], [], [], [], [])
    found = measured("breaking.total <= 0", log, NEW.label)

    assert (found.value, found.reason) == (1, "2 of 7 records without a value")
