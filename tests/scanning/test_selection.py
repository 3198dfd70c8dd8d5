"""Which records are counted: conditions and spans of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokcount.errors import UsageError
from tokcount.logs.options import ReadOptions
from tokcount.logs.record import Record
from tokcount.logs.source import expand
from tokcount.reports.budgets.sources.selecting import selection as as_expression
from tokcount.scanning.plan import ScanPlan, make_plan
from tokcount.scanning.result import ScanResult
from tokcount.scanning.run import run
from tokcount.scanning.selection import FIELDS, Condition, make_selection

NOON = datetime(2024, 3, 31, 12, tzinfo=UTC).timestamp()
DAY = 86_400


def record(**fields: Any) -> Record:
    return Record(**{"source": "logs/a.jsonl", "line": 1, "format": "openai.pair", "kind": "chat", **fields})


def is_selected(found: Record, *where: str, since: str | None = None, until: str | None = None) -> bool:
    selection = make_selection(where, since, until)
    return selection.meets(found) and selection.spans(found.timestamp)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("model = gpt-4*", True),
        ("model = gpt-4", False),
        ("model != gpt-4", True),
        ("model = gpt-4o-mini and kind = completions", False),
        ("kind=chat and format = 'openai.*'", True),
        ("source = logs/*.jsonl", True),
        ("tag = beta", True),
        ("tag != prod", False),
        ("user = eve", False),
        ("user != eve", True),
        ("day = 2024-03-3?", True),
        ("week = 2024-W13", True),
        ("month = 2024-04", False),
    ],
)
def test_a_record_meets_its_conditions(condition: str, expected: bool) -> None:
    found = record(model="gpt-4", served_model="gpt-4o-mini", tags=("prod", "beta"), timestamp=NOON)

    assert is_selected(found, condition) is expected


def test_several_texts_must_all_be_met() -> None:
    assert is_selected(record(model="a", user="b"), "model = a", "user = b")
    assert not is_selected(record(model="a", user="c"), "model = a", "user = b")


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2024-03-31", None, True),
        ("2024-04-01", None, False),
        (None, "2024-03-31", True),
        (None, "2024-03-30", False),
        ("2024-03-31", "2024-03-31", True),
        ("2024-03-31T12:00", "2024-03-31T12:00Z", True),
        ("2024-03-31T12:00:01", None, False),
        ("2024-03-31T13:00+02:00", "2024-03-31T14:00+02:00", True),
        (None, "2024-03-31T11:59:59Z", False),
    ],
)
def test_days_and_times_are_in_utc_and_both_ends_are_included(
    since: str | None, until: str | None, expected: bool
) -> None:
    assert is_selected(record(timestamp=NOON), since=since, until=until) is expected


def test_an_undated_record_lies_in_no_span_of_time() -> None:
    assert is_selected(record())
    assert not is_selected(record(), since="1970-01-01")
    assert not is_selected(record(), until="9999-12-31")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["modl = x"],), "condition 'modl = x', column 1: unknown field 'modl'. Did you mean model?"),
        ((["model"],), "condition 'model', column 6: expected = or != after model"),
        ((["model ="],), "condition 'model =', column 8: expected a pattern for model"),
        ((["model = a or kind = b"],), "column 11: unexpected 'or'; only 'and' and another condition"),
        (([""],), "condition '', column 1: expected a field: model, kind, tag"),
        ((["x" * 2000],), "longer than 1000 characters"),
        (((), "March"), "since 'March': expected a day such as 2026-11-22, or a time"),
        (((), None, "2024-13-01"), "until '2024-13-01': expected a day"),
        (((), "2024-02-02", "2024-02-01"), "since '2024-02-02' is later than until '2024-02-01'"),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_selection(*arguments)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


values = st.text("ab*?.", max_size=4)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "model": st.none() | values,
                "user": st.none() | values,
                "tags": st.lists(values.filter(bool), max_size=2).map(tuple),
                "timestamp": st.none() | st.integers(0, 4_000).map(lambda day: day * DAY + 3_600.0),
            }
        ),
        max_size=6,
    ),
    st.lists(
        st.builds(
            Condition, st.sampled_from(FIELDS), st.booleans(), values | st.sampled_from(["197*", "*-W0?"])
        ),
        max_size=3,
    ),
)
@example([{"tags": ()}, {"tags": ("a",)}], [Condition("tag", is_equal=True, pattern="*")])
@example([{"tags": ()}, {"tags": ("a",)}], [Condition("tag", is_equal=False, pattern="")])
def test_budgets_select_the_same_records(rows: list[dict[str, Any]], conditions: list[Condition]) -> None:
    found = [record(**row) for row in rows]
    frame = pl.DataFrame(
        [
            {
                **{name: getattr(one, name) for name in ("source", "format", "kind", "model", "user")},
                "tags": ",".join(one.tags),
                "timestamp": None if one.timestamp is None else datetime.fromtimestamp(one.timestamp, UTC),
                "row": row,
            }
            for row, one in enumerate(found)
        ],
        schema={
            **dict.fromkeys(("source", "format", "kind", "model", "user", "tags"), pl.String),
            "timestamp": pl.Datetime("us", "UTC"),
            "row": pl.Int64,
        },
    )

    here = [row for row, one in enumerate(found) if all(condition.meets(one) for condition in conditions)]

    assert frame.filter(as_expression(conditions))["row"].to_list() == here


def log(path: Path, records: int) -> Path:
    """A log of one record a day, every third of another model, every fifth undated."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(records):
            line: dict[str, Any] = {
                "model": "gpt-4" if number % 3 else "gpt-4o",
                "messages": [{"role": "user", "content": f"question {number} " + "x " * 500}],
            }
            if number % 5:
                line["timestamp"] = NOON + number * DAY
            file.write(json.dumps(line) + "\n")
    return path


def scanned(path: Path, plan: ScanPlan, jobs: int = 1) -> ScanResult:
    return run(expand([str(path)]), plan, ReadOptions(), jobs=jobs)


def test_what_is_not_selected_is_counted_but_makes_no_row(tmp_path: Path) -> None:
    path = log(tmp_path / "log.jsonl", 30)
    plan = make_plan(to=["gpt-4o"])
    chosen = ScanPlan(plan.references, own=True, selection=make_selection(["model = gpt-4"], "2024-04-10"))

    result = scanned(path, chosen)
    found = result.skipped.selected

    assert found is not None
    assert (found.read, found.selected, found.undated) == (30, result.records, 4)
    everything = scanned(path, plan).frame()
    expected = everything.filter(
        (pl.col("model") == "gpt-4") & (pl.col("timestamp") >= datetime(2024, 4, 10, tzinfo=UTC))
    )
    assert result.frame().equals(expected)


def test_several_processes_select_what_one_does(tmp_path: Path) -> None:
    path = log(tmp_path / "log.jsonl", 6_000)
    plan = ScanPlan(make_plan(to=["gpt-4o"]).references, selection=make_selection(["model = gpt-4o"]))

    alone, together = scanned(path, plan), scanned(path, plan, jobs=2)

    assert path.stat().st_size > 4 << 20
    assert together.frame().equals(alone.frame())
    assert together.skipped == alone.skipped
