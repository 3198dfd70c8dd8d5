"""Why tokens change: three tables that each add up to the whole."""

from __future__ import annotations

from typing import Any

import msgspec
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from support.frames import NEW, OLD, counts, frame, record

from tokcount.reports.audit.attribution import FRAMING, NOT_LOOKED_AT, TABLES, attribution, part_columns


def row(
    line: int, old: dict[str, int] | None, new: dict[str, int] | None, framing: int = 7
) -> dict[str, Any]:
    columns = record(line)
    for reference, parts, around in ((OLD, old, 0), (NEW, new, framing)):
        columns |= counts(reference, None if parts is None else sum(parts.values()), around)
        for part, tokens in (parts or {}).items():
            columns[f"{reference.label}:class[{part}]"] = tokens
    return columns


def of(*rows: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(attribution(frame(rows), OLD.label, NEW.label))
    return found


parts = st.dictionaries(st.sampled_from(["latin", "cjk", "code"]), st.integers(0, 500), max_size=3)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.none() | parts, st.none() | parts, st.integers(-9, 99)), min_size=1, max_size=6))
def test_every_table_adds_up_to_the_whole(rows: list[tuple[Any, Any, int]]) -> None:
    found = of(*(row(n, *columns) for n, columns in enumerate(rows, 1)))

    for key in TABLES:
        for name in ("baseline_tokens", "target_tokens", "difference"):
            assert sum(part[name] for part in found[key]) == found[name]


def test_a_part_has_its_tokens_its_difference_and_its_drift() -> None:
    first, second, last = of(row(1, {"latin": 100, "cjk": 300}, {"latin": 90, "cjk": 120}))["classes"]

    assert first == {
        "part": "cjk",
        "baseline_tokens": 300,
        "target_tokens": 120,
        "difference": -180,
        "drift": -0.6,
    }
    assert (second["part"], second["difference"]) == ("latin", -10)
    assert last == {"part": FRAMING, "baseline_tokens": 0, "target_tokens": 7, "difference": 7, "drift": None}


def test_records_that_one_side_cannot_count_are_left_out() -> None:
    found = of(row(1, {"latin": 10}, {"latin": 9}), row(2, None, {"latin": 500}))

    assert (found["compared"], found["difference"]) == (1, 6)


def test_what_was_not_taken_apart_is_named() -> None:
    rows = [record(1) | counts(OLD, 10) | counts(NEW, 8, 7)]

    assert [part["part"] for part in of(*rows)["roles"]] == [NOT_LOOKED_AT, FRAMING]


def test_the_columns_of_parts_are_found_by_their_names() -> None:
    columns = ["a:class[x]", "a:role[y]", "b:class[x]", "a:input_tokens", "aa:class[x]"]

    assert part_columns(pl.DataFrame({key: [1] for key in columns}), ["a", "b"]) == columns[:3]
