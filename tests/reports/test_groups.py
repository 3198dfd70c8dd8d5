"""Groups of the drift report."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.frames import NEW, OLD, SKIPS, Skips, counts, frame, record, small_log

from tokcount.cli.options import GROUP_KEYS
from tokcount.reports.drift.compute import DriftOptions, report
from tokcount.reports.groups import DIMENSIONS

ROLES = ("assistant", "system", "user")
SUMS = ("content_tokens", "framing_tokens", "input_tokens", "output_tokens")


def grouped(rows: Any, *by: str) -> dict[str, Any]:
    return report(rows, Skips(), DriftOptions(OLD, (NEW,), by=by)).data


def test_groups_come_by_falling_input_tokens() -> None:
    groups = report(small_log(), SKIPS, DriftOptions(OLD, (NEW,), by=("model",))).data["groups"]

    assert [(g["model"], g["records"]) for g in groups] == [("text-davinci-003", 3), ("gpt-4", 1), (None, 1)]


def test_days_come_in_order_and_are_days_in_utc() -> None:
    late = datetime(2023, 5, 1, 23, 59, tzinfo=UTC)
    rows = frame(
        [record(n, timestamp=at) | counts(OLD, n) | counts(NEW, n) for n, at in ((9, late), (1, None))]
    )

    assert [g["day"] for g in grouped(rows, "day")["groups"]] == [None, "2023-05-01"]


def test_weeks_are_iso_weeks_and_months_calendar_months() -> None:
    at = [
        datetime(2024, 12, 29, tzinfo=UTC),
        datetime(2024, 12, 30, tzinfo=UTC),
        datetime(2025, 1, 2, tzinfo=UTC),
    ]
    rows = frame([record(n, timestamp=day) | counts(OLD, 1) | counts(NEW, 1) for n, day in enumerate(at)])

    assert [(g["week"], g["records"]) for g in grouped(rows, "week")["groups"]] == [
        ("2024-W52", 1),
        ("2025-W01", 2),
    ]
    assert [(g["month"], g["records"]) for g in grouped(rows, "month")["groups"]] == [
        ("2024-12", 2),
        ("2025-01", 1),
    ]


def test_records_without_a_user_are_one_group() -> None:
    rows = frame(
        [record(n, user=user) | counts(OLD, 1) | counts(NEW, 1) for n, user in enumerate(["eve", None, None])]
    )

    assert {g["user"]: g["records"] for g in grouped(rows, "user")["groups"]} == {"eve": 1, None: 2}


def test_the_command_line_has_a_key_for_every_dimension() -> None:
    assert set(GROUP_KEYS) == set(DIMENSIONS)


def test_several_dimensions_make_every_combination() -> None:
    groups = grouped(small_log(), "kind", "tag")["groups"]

    assert [(g["kind"], g["tag"], g["records"]) for g in groups] == [
        ("completions", None, 3),
        ("completions", "prod", 1),
        ("chat", None, 1),
    ]


def test_a_record_with_several_tags_is_in_the_group_of_its_set() -> None:
    rows = frame([record(1, tags="a,b") | counts(OLD, 1) | counts(NEW, 1)])

    assert [g["tag"] for g in grouped(rows, "tag")["groups"]] == ["a,b"]


def with_roles(*by_role: tuple[int, int, int], framing: int = 7) -> Any:
    rows = []
    for number, parts in enumerate(by_role):
        roles = {
            f"{r.label}:content_tokens[{name}]": n
            for r in (OLD, NEW)
            for name, n in zip(ROLES, parts, strict=True)
        }
        rows.append(
            record(number) | counts(OLD, sum(parts), framing, 3) | counts(NEW, sum(parts), framing, 4) | roles
        )
    return frame(rows)


def test_by_role_what_is_between_and_after_the_messages_stands_apart() -> None:
    groups = grouped(with_roles((10, 5, 100), (0, 5, 50)), "role")["groups"]

    found = {
        g["role"]: (g["records"], g["references"][0]["input_tokens"], g["references"][0]["output_tokens"])
        for g in groups
    }
    assert found == {
        "user": (2, 150, None),
        "(framing)": (2, 14, None),
        "assistant": (1, 10, None),
        "system": (2, 10, None),
        "(reply)": (2, None, 6),
    }


def test_content_without_a_role_is_a_group_of_its_own() -> None:
    rows = frame([record(1) | counts(OLD, 9) | counts(NEW, 8)])

    groups = grouped(rows, "role")["groups"]

    assert [(g["role"], g["references"][1]["content_tokens"]) for g in groups] == [("(other)", 8)]


def test_records_are_grouped_by_the_vendor_of_their_model() -> None:
    names = ("gpt-4o", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-9", "my-bot", None)
    rows = frame([record(i, model=name) | counts(OLD, i) for i, name in enumerate(names, 1)])

    groups = grouped(rows, "vendor")["groups"]

    assert {group["vendor"]: group["records"] for group in groups} == {None: 2, "Anthropic": 2, "OpenAI": 1}


WORDS = st.sampled_from([None, "a", "b", "ä|=1"])
ROW = st.fixed_dictionaries(
    {
        "model": WORDS,
        "source": st.sampled_from(["x.jsonl", "y.jsonl"]),
        "kind": st.sampled_from(["chat", "completions"]),
        "tags": st.sampled_from(["", "p", "p,q"]),
        "script": WORDS,
        "day": st.integers(1, 3),
        "parts": st.one_of(st.none(), st.tuples(*[st.integers(0, 300)] * 3)),
        "framing": st.integers(-2, 30),
        "output": st.one_of(st.none(), st.integers(0, 100)),
        "loose": st.integers(0, 5),
    }
)


def random_row(number: int, drawn: dict[str, Any]) -> dict[str, Any]:
    parts, rest = drawn.pop("parts"), drawn.pop("loose")
    framing, output, day = drawn.pop("framing"), drawn.pop("output"), drawn.pop("day")
    row = record(number, timestamp=datetime(2024, 1, day, tzinfo=UTC), **drawn)
    for reference in (OLD, NEW):
        content = None if parts is None else sum(parts) + rest
        row |= counts(reference, content, framing, output)
        row |= {
            f"{reference.label}:content_tokens[{role}]": None if parts is None else parts[i]
            for i, role in enumerate(ROLES)
        }
    return row


@settings(max_examples=30, deadline=None)
@given(
    st.lists(ROW, min_size=1, max_size=15),
    st.sets(st.sampled_from(sorted(DIMENSIONS)), min_size=1, max_size=3),
)
def test_every_grouping_adds_up_to_the_total(drawn: list[dict[str, Any]], by: set[str]) -> None:
    """Tokens for all dimensions; records for all but role, whose groups overlap."""
    rows = frame([random_row(number, row) for number, row in enumerate(drawn)])

    data = grouped(rows, *sorted(by))

    for position, total in enumerate(data["references"]):
        for key in SUMS:
            parts = sum(group["references"][position][key] or 0 for group in data["groups"])
            assert parts == (total[key] or 0)
        for group in data["groups"]:
            entry = group["references"][position]
            assert (entry["content_tokens"] or 0) + (entry["framing_tokens"] or 0) == (
                entry["input_tokens"] or 0
            )
    if "role" not in by:
        assert sum(group["records"] for group in data["groups"]) == data["records"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1, max_size=30))
def test_a_group_of_all_records_has_the_very_percentiles_of_the_total(sizes: list[tuple[int, int]]) -> None:
    """To the last bit, so that another engine can find the same; and they are those of the definition."""
    rows = frame([record(1) | counts(OLD, old) | counts(NEW, new) for old, new in sizes])

    data = grouped(rows, "kind")

    total, group = data["references"][1], data["groups"][0]["references"][1]
    assert [group[key] for key in ("drift_p50", "drift_p95")] == [total["drift_p50"], total["drift_p95"]]
    drifts = [(new - old) / old for old, new in sizes]
    if len(drifts) > 1:
        assert total["drift_p95"] == pytest.approx(quantiles(drifts, n=20, method="inclusive")[-1])


def test_grouping_by_a_column_that_the_scan_did_not_make_is_an_error_of_the_caller() -> None:
    with pytest.raises(Exception, match="script"):
        grouped(small_log(), "script")
