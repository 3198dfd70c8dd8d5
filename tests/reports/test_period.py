"""Projections to a month: which days they are made from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.reports.period import DAYS_A_MONTH, MonthlyProjection, monthly_projection, span_of
from tokcount.scanning.selection import make_selection


def log(*days: str | None) -> pl.DataFrame:
    """One record at noon of each day."""
    moments = [None if day is None else datetime.fromisoformat(f"{day}T12:00+00:00") for day in days]
    return pl.DataFrame({"timestamp": moments}, schema={"timestamp": pl.Datetime("us", "UTC")})


def every_day(first: str, last: str) -> list[str]:
    start, days = date.fromisoformat(first), date.fromisoformat(last) - date.fromisoformat(first)
    return [(start + timedelta(days=day)).isoformat() for day in range(days.days + 1)]


def used(frame: pl.DataFrame, projection: MonthlyProjection) -> int:
    return frame.filter(projection.records()).height


def test_whole_months_are_preferred_to_the_days_around_them() -> None:
    frame = log(*every_day("2024-01-20", "2024-04-10"))
    found = monthly_projection(frame)

    assert found.months == ("2024-02", "2024-03")
    assert found.basis == "2 whole months, 2024-02-01 to 2024-03-31; 60 of 82 records"
    assert (found.factor, found.days, used(frame, found)) == (Decimal("0.5"), 60, 60)


def test_a_month_is_whole_from_its_first_to_its_last_day() -> None:
    assert monthly_projection(log("2024-02-01", "2024-02-29")).months == ("2024-02",)
    assert monthly_projection(log("2024-02-02", "2024-02-29")).months == ()
    assert monthly_projection(log("2024-02-01", "2024-02-28")).months == ()


def test_without_a_whole_month_all_days_count() -> None:
    found = monthly_projection(log("2024-01-20", "2024-02-10"))

    assert found.basis == "22 days, 2024-01-20 to 2024-02-10"
    assert found.factor == DAYS_A_MONTH / 22


@pytest.mark.parametrize(
    ("days", "basis", "length"),
    [
        (
            ("2024-01-01", "2024-01-31", "2024-03-05", "2024-03-31"),
            "2 whole months, 2024-01-01 to 2024-03-31 without 2024-02 (has no records)",
            62,
        ),
        (
            ("2023-12-20", "2024-03-05"),
            "17 days, 2023-12-20 to 2024-03-05 without 2 months (have no records)",
            17,
        ),
    ],
)
def test_months_without_records_are_left_out(days: tuple[str, ...], basis: str, length: int) -> None:
    found = monthly_projection(log(*days))

    assert (found.basis, found.days) == (basis, length)


def test_undated_records_are_left_out_and_counted() -> None:
    frame = log("2024-01-01", "2024-01-02", None)
    found = monthly_projection(frame)

    assert found.basis == "2 days, 2024-01-01 to 2024-01-02; 2 of 3 records, 1 without a timestamp"
    assert used(frame, found) == 2


def test_a_number_of_records_projects_from_all_of_them() -> None:
    frame = log("2024-01-01", None)
    found = monthly_projection(frame, records_per_month=30)

    assert (found.factor, found.basis, used(frame, found)) == (Decimal(15), "30 records a month", 2)


@pytest.mark.parametrize(
    ("frame", "volume", "reason"),
    [
        (log(None), None, "no timestamps; give --records-per-month"),
        (log(), None, "no timestamps; give --records-per-month"),
        (log(), 5, "no records"),
    ],
)
def test_without_anything_to_project_from_there_is_a_reason(
    frame: pl.DataFrame, volume: int | None, reason: str
) -> None:
    found = monthly_projection(frame, volume)

    assert (found.factor, found.basis) == (None, reason)


@given(st.lists(st.dates(date(2023, 1, 1), date(2024, 12, 31)), min_size=1, max_size=40))
def test_every_projection_is_made_from_some_records_and_at_least_a_day(days: list[date]) -> None:
    frame = log(*(day.isoformat() for day in days))
    found = monthly_projection(frame)
    dates = frame.filter(found.records())["timestamp"].dt.date()

    assert found.days is not None
    assert found.first is not None
    assert found.last is not None
    assert len(dates)
    assert dates.is_between(found.first, found.last).all()
    assert len(set(dates)) <= found.days <= (found.last - found.first).days + 1
    assert found.factor is not None
    if found.months:
        assert found.factor * len(found.months) == pytest.approx(Decimal(1))
        assert set(dates.dt.strftime("%Y-%m")) == set(found.months)
    else:
        assert used(frame, found) == frame.height - sum(day.strftime("%Y-%m") in found.far for day in days)


def test_days_are_days_in_utc() -> None:
    late = datetime(2024, 1, 31, 23, 59, tzinfo=UTC)
    frame = pl.DataFrame({"timestamp": [datetime(2024, 1, 1, tzinfo=UTC), late]})

    assert monthly_projection(frame).months == ("2024-01",)


@pytest.mark.parametrize(
    ("since", "until", "basis"),
    [
        (None, None, "4 days, 2024-02-10 to 2024-02-13"),
        ("2024-02-01", "2024-02-29", "1 whole month, 2024-02-01 to 2024-02-29"),
        ("2024-02-05", "2024-02-14", "10 days, 2024-02-05 to 2024-02-14"),
        ("2024-02-10T09:00", None, "4 days, 2024-02-10 to 2024-02-13"),
        ("2020-01-01", "2030-12-31", "4 days, 2024-02-10 to 2024-02-13"),
    ],
)
def test_a_selection_narrows_the_period(since: str | None, until: str | None, basis: str) -> None:
    span = span_of(make_selection((), since, until), date(2026, 11, 22))

    assert monthly_projection(log("2024-02-10", "2024-02-13"), span=span).basis == basis


def test_days_to_come_are_in_no_period() -> None:
    span = span_of(make_selection((), "2024-02-01", "2024-02-29"), today=date(2024, 2, 20))

    found = monthly_projection(log("2024-02-10", "2024-02-13"), span=span)

    assert (found.first, found.last, found.months) == (date(2024, 2, 1), date(2024, 2, 20), ())


def calls(model: str, *days: str | None) -> pl.DataFrame:
    """`log` of calls to a model."""
    return log(*days).with_columns(model=pl.lit(model))


DAY_OF_CALLS = ["2026-11-20"] * 24


@pytest.mark.parametrize("day", ["2020-02-02", "2024-01-02", "2024-05-01"])
def test_a_record_from_before_its_model_existed_is_left_out_and_named(day: str) -> None:
    frame = calls("gpt-4o", day, *DAY_OF_CALLS)
    found = monthly_projection(frame)

    reason = "1 dated before the model existed"
    assert found.basis == f"1 day, 2026-11-20 to 2026-11-20; 24 of 25 records, {reason}"
    assert found.doubt == "1 of 25 records dated before the model existed; give --records-per-month"
    assert used(frame, found) == 24


@pytest.mark.parametrize(
    ("model", "day"),
    [
        ("gpt-4o", "2024-05-10"),
        ("gpt-4", "2024-01-02"),
        ("text-davinci-001", "2021-01-01"),
        ("acme", "2021-01-01"),
    ],
)
def test_a_record_from_when_its_model_may_have_existed_is_not_doubted(model: str, day: str) -> None:
    found = monthly_projection(calls(model, day, "2024-05-20"))

    assert found.doubt == ""


def test_a_clock_that_is_always_wrong_still_measures_days() -> None:
    found = monthly_projection(calls("gpt-4o", *every_day("2021-01-04", "2021-01-13")))

    assert found.basis == "10 days, 2021-01-04 to 2021-01-13"
    assert (found.doubt, found.warning) == ("", "")


def test_a_few_records_months_away_from_all_others_are_left_out_and_named() -> None:
    frame = calls("gpt-4", "2024-01-02", *every_day("2026-11-01", "2026-11-20"))
    found = monthly_projection(frame)

    assert found.basis == "20 days, 2026-11-01 to 2026-11-20; 20 of 21 records, 1 far from all others"
    assert used(frame, found) == 20
    assert monthly_projection(frame[:20]).basis.startswith(
        "49 days, 2024-01-02 to 2026-11-19 without 33 months"
    )


@pytest.mark.parametrize(
    ("days", "warning"),
    [
        (["2026-11-20"], "only 1 day;"),
        (every_day("2026-11-01", "2026-11-06"), "only 6 days;"),
        (every_day("2026-11-01", "2026-11-07"), ""),
        ([*every_day("2026-09-01", "2026-09-30"), *["2026-10-02"] * 31], "only 30 of 61 records;"),
    ],
)
def test_a_projection_that_rests_on_little_warns(days: list[str], warning: str) -> None:
    found = monthly_projection(log(*days))

    assert warning in found.warning
    assert bool(found.warning) == bool(warning)
