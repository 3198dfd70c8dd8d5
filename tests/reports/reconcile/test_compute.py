"""Counted against billed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.frames import SKIPS, Skips, counts, frame, record

from tokcount.reports.columns import NamedReference
from tokcount.reports.reconcile import calibrate, residuals
from tokcount.reports.reconcile import compute as reconcile
from tokcount.reports.reconcile.billing_anomalies import SHARED

OWN = NamedReference("own")


ANSWERED = {"kind": "responses", "own:output_tokens": 5}
DIVIDED = {**ANSWERED, "answer_calls": 2}
HIDDEN = {**ANSWERED, "timestamp": datetime(2025, 3, 20, tzinfo=UTC)}
"""What calls with billing anomalies have in common."""


def call(line: int, content: int | None, billed: int | None, **columns: Any) -> dict[str, Any]:
    """A chat call with one message under its own model (framing 7)."""
    usage = {
        f"billed_{name}_tokens": None for name in ("output", "cached", "reasoning", "audio", "cache_write")
    }
    row = record(line, kind="chat", model="gpt-4o") | counts(OWN, content, 7) | usage
    return row | {"billed_input_tokens": billed, "shape": "plain", "requests": 1, "messages": 1} | columns


def log(*rows: dict[str, Any]) -> pl.DataFrame:
    numbers = {
        name: pl.Int64 for row in rows for name in row if name.startswith("billed_") or name == "requests"
    }
    return frame(rows, (OWN,)).cast(numbers)  # type: ignore[arg-type] # a dict of types is a schema


def data_of(*rows: dict[str, Any], top: int = 10) -> dict[str, Any]:
    return reconcile.report(log(*rows), Skips(), top=top).data


def test_exact_records_are_counted_with_their_share() -> None:
    data = data_of(call(1, 10, 17), call(2, 10, 17), call(3, 10, 20), call(4, 10, None))

    assert (data["records"], data["compared"], data["exact"], data["exact_share"]) == (
        4,
        3,
        2,
        pytest.approx(2 / 3),
    )
    assert data["uncompared"] == {"records": 1, "reasons": {"no billed usage in the log": 1}}
    assert data["residuals"] == [{"residual": 0, "records": 2}, {"residual": -3, "records": 1}]


def test_why_a_record_is_not_compared() -> None:
    data = data_of(
        call(1, None, 17, reason="unknown model 'x'"),
        call(2, None, 17),
        call(3, 10, 1700, requests=100),
    )

    assert data["exact_share"] is None
    assert data["uncompared"]["reasons"] == {
        "not countable": 1,
        "unknown model 'x'": 1,
        "usage of several calls in one row": 1,
    }


def test_groups_are_by_model_shape_and_endpoint_the_largest_first() -> None:
    data = data_of(
        call(1, 10, 17),
        call(2, 10, 18),
        call(3, 10, 20, shape="tools"),
        call(4, 10, 20, shape="tools"),
        call(5, 10, 20, shape="tools"),
        call(6, 10, 17, model="gpt-4"),
    )

    keys = (
        "model",
        "shape",
        "endpoint",
        "n",
        "exact",
        "residual_min",
        "residual_p50",
        "residual_max",
        "constant",
    )
    assert [tuple(group[key] for key in keys) for group in data["groups"]] == [
        ("gpt-4o", "tools", "chat", 3, 0, -3, -3.0, -3, True),
        ("gpt-4o", "plain", "chat", 2, 1, -1, -0.5, 0, False),
        ("gpt-4", "plain", "chat", 1, 1, 0, 0.0, 0, False),
    ]


def constants_of(*rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("model", "shape", "endpoint", "n", "of", "residual")
    return [tuple(found[key] for key in keys) for found in data_of(*rows)["constants"]]


def test_a_residual_shared_by_all_records_of_a_model_is_a_constant() -> None:
    rows = [call(n, n, n + 10, model="gpt-x", shape="plain" if n % 2 else "tools") for n in range(8)]

    assert constants_of(*rows) == [("gpt-x", None, None, 8, 8, -3)]


def test_a_residual_of_one_shape_is_a_constant_of_that_shape() -> None:
    rows = [call(n, n, n + 7) for n in range(8)] + [call(n, n, n + 9, shape="tools") for n in range(6)]

    assert constants_of(*rows) == [("gpt-4o", "tools", "chat", 6, 6, -2)]


def test_two_records_make_no_constant() -> None:
    assert data_of(*[call(n, n, n + 10) for n in range(2)])["constants"] == []


def test_a_residual_of_several_records_of_a_group_is_named_with_its_months() -> None:
    october, may = datetime(2025, 10, 7, tzinfo=UTC), datetime(2025, 5, 7, tzinfo=UTC)
    rows = [call(n, n, n + 10, timestamp=october) for n in range(3)]
    rows += [call(n, n, n + 7, timestamp=may) for n in range(10, 20)]
    (found,) = data_of(*rows)["constants"]

    assert (found["side"], found["residual"], found["n"], found["of"]) == ("input", -3, 3, 13)
    assert (found["first_month"], found["last_month"]) == ("2025-10", "2025-10")


def test_a_residual_among_many_others_is_no_constant() -> None:
    rows = [call(n, n, n + 10) for n in range(3)] + [call(n, n, n + 10 + n) for n in range(3, 20)]
    assert data_of(*rows)["constants"] == []


def test_outputs_have_constants_too() -> None:
    rows = [call(n, n, n + 7, billed_output_tokens=9) | {"own:output_tokens": 6} for n in range(3)]
    (found,) = data_of(*rows)["constants"]

    assert (found["side"], found["residual"], found["n"]) == ("output", -3, 3)


def test_constants_that_make_more_records_exact_are_proposed() -> None:
    rows = log(*[call(n, n, n + 10) for n in range(6)])
    proposals = reconcile.report(rows, Skips(), counted_as=lambda _: ("chat", True)).data["proposals"]

    assert [(p["model"], p["constants"]) for p in proposals] == [("gpt-4o", {"priming": 6})]


USED = "evidence\t*\tchat/gpt-4o\tmodel", "evidence\tchat\tchat\tno such feature"
"""Columns of one row of the table that confirms, and one that it does not have."""


def test_a_record_says_something_about_what_alone_is_in_doubt() -> None:
    confirmed, unknown = USED
    rows = log(
        call(1, 10, 17) | {confirmed: 1, unknown: 0},
        call(2, 10, 18) | {confirmed: 1, unknown: 0},
        call(3, 10, 19, basis="estimated") | {"own:basis": "estimated", confirmed: 1, unknown: 1},
    )
    found = reconcile.report(rows, Skips(), evidence=True).data["evidence"]

    keys = ("feature", "label", "n", "judged", "exact")
    assert [tuple(group[key] for key in keys) for group in found] == [
        ("model", "exact", 3, 2, 1),
        ("no such feature", "estimated", 1, 1, 0),
    ]
    assert found[0]["recordings"] > 100
    assert found[1]["recordings"] == 0


def test_the_worst_records_have_the_largest_residuals_of_either_sign() -> None:
    data = data_of(call(1, 10, 17), call(2, 10, 7), call(3, 10, 40), call(4, 10, 27), top=2)

    assert [(w["line"], w["residual_input_tokens"]) for w in data["worst"]] == [(3, -23), (2, 10)]


def test_an_exact_record_with_a_residual_comes_first() -> None:
    data = data_of(call(1, 10, 9000) | {"own:basis": "partial"}, call(2, 10, 18))

    assert [w["line"] for w in data["worst"]] == [2, 1]


def test_records_counted_in_part_give_no_constant() -> None:
    rows = [call(n, n, n + 50) | {"own:basis": "partial"} for n in range(9)]

    assert data_of(*rows)["constants"] == []


def test_shapes_are_over_all_models() -> None:
    data = data_of(call(1, 10, 17), call(2, 10, 18, model="gpt-4"), call(3, 10, 20, shape="tools"))

    assert [(s["shape"], s["endpoint"], s["n"], s["exact"]) for s in data["shapes"]] == [
        ("plain", "chat", 2, 1),
        ("tools", "chat", 1, 0),
    ]


def test_cached_and_reasoning_tokens_are_reported_separately() -> None:
    row = call(1, 10, 17, billed_cached_tokens=8, billed_output_tokens=70, billed_reasoning_tokens=64)

    data = data_of(row | {"own:output_tokens": 6})

    assert (data["billed"]["input_tokens"], data["billed"]["cached_tokens"]) == (17, 8)
    assert data["billed"]["audio_tokens"] is None
    assert data["exact"] == 1
    assert data["output"] == {"compared": 1, "exact": 1, "exact_share": 1.0}


def test_agreement_is_reported_per_basis() -> None:
    estimated = {"own:basis": "estimated"}

    data = data_of(call(1, 10, 17), call(2, 10, 18) | estimated, call(3, 10, 17) | estimated)

    assert [(e["basis"], e["compared"], e["exact"]) for e in data["by_basis"]] == [
        ("exact", 1, 1),
        ("estimated", 2, 1),
        ("partial", 0, 0),
    ]


def test_the_bases_share_the_counted_tokens_of_the_compared_records() -> None:
    rows = [
        call(1, 10, 17),
        call(2, 20, 27),
        call(3, 30, 99, reason="images; audio") | {"own:basis": "partial"},
        call(4, 99, None, reason="images") | {"own:basis": "partial"},
    ]

    data = data_of(*rows)

    assert data["basis_tokens"] == {"exact": 44, "estimated": 0, "partial": 37}
    assert data["reasons"] == {"audio": 1, "images": 1}


def test_odd_bills_are_in_the_share_and_told_apart() -> None:
    rows = [call(1, 10, 17), call(2, 10, 18), call(3, 40, 23, **DIVIDED)]

    data = data_of(*rows)

    assert (data["compared"], data["exact"]) == (3, 1)
    assert data["odd_bills"] == {
        "records": 1,
        "notes": {SHARED: 1},
        "without": {"compared": 2, "exact": 1, "exact_share": 0.5},
    }
    assert [(w["line"], w["note"]) for w in data["worst"]] == [(2, None), (3, SHARED)]
    assert residuals.per_record(log(*rows))["note"].to_list() == [None, None, SHARED]


def test_odd_bills_are_no_constant_of_framing() -> None:
    rows = [call(n, n, n + 25, **HIDDEN) for n in range(9)]

    assert data_of(*rows)["constants"] == []


def test_the_rows_have_the_columns_of_the_contract() -> None:
    rows = residuals.per_record(log(call(1, 10, 20, billed_output_tokens=5), call(2, 10, None)))

    assert rows.to_dicts() == [
        {
            "source": "logs/may.jsonl",
            "line": 1,
            "index": 0,
            "model": "gpt-4o",
            "endpoint": "chat",
            "shape": "plain",
            "basis": "exact",
            "counted_input_tokens": 17,
            "billed_input_tokens": 20,
            "residual_input_tokens": -3,
            "counted_output_tokens": None,
            "billed_output_tokens": 5,
            "residual_output_tokens": None,
            "note": None,
        }
    ]


def test_an_empty_log_has_no_share() -> None:
    data = reconcile.report(log(call(1, 1, 1)).clear(), SKIPS).data

    assert (data["compared"], data["exact_share"], data["groups"], data["worst"]) == (0, None, [], [])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 80), st.sampled_from("ab")), max_size=25))
def test_groups_add_up_to_the_total(calls: list[tuple[int, int, str]]) -> None:
    rows = [call(n, content, billed, shape=shape) for n, (content, billed, shape) in enumerate(calls)]

    data = data_of(*rows) if rows else reconcile.report(log(call(1, 1, 1)).clear(), Skips()).data

    assert sum(group["n"] for group in data["groups"]) == data["compared"] == len(calls)
    assert sum(group["exact"] for group in data["groups"]) == data["exact"]
    assert sum(entry["compared"] for entry in data["by_basis"]) == data["compared"]


def chat(line: int, messages: int, per_message: int, priming: int, **columns: Any) -> dict[str, Any]:
    """A call counted as family ``chat`` (3 per message, a role, priming 3) and billed by other constants."""
    billed = 100 + messages * (per_message + 1) + priming
    counted = {**counts(OWN, 100, messages * 4 + 3), "messages": messages}
    return call(line, 100, billed, model="gpt-x", **columns) | counted


@pytest.mark.parametrize(("per_message", "priming"), [(3, 2), (3, 9), (4, 3), (4, 2), (2, 5)])
def test_calibrate_finds_the_constants_of_plain_messages(per_message: int, priming: int) -> None:
    rows = [chat(n, n % 7 + 1, per_message, priming) for n in range(20)]

    (proposal,) = calibrate.report(log(*rows), Skips(), counted_as=lambda _: ("chat", False)).data[
        "proposals"
    ]

    truth = {"per_message": per_message, "priming": priming}
    known = {"per_message": 3, "priming": 3}
    assert proposal["constants"] == {key: value for key, value in truth.items() if value != known[key]}
    (evidence,) = proposal["evidence"]
    assert (evidence["shape"], evidence["n"], evidence["exact_after"]) == ("plain", 20, 20)
    assert (proposal["model"], proposal["like"], proposal["known"]) == ("gpt-x", "chat", False)


def test_calibrate_finds_what_tools_add_beyond_the_messages() -> None:
    rows = [chat(n, n % 3 + 1, 3, 5) for n in range(6)]
    rows += [chat(n, 1, 3, 5 + 40, shape="tools") for n in range(6)]
    rows += [chat(n, 1, 3, 5 + 40 + 2, shape="forced tool") for n in range(6)]

    (proposal,) = calibrate.report(log(*rows), Skips(), counted_as=lambda _: ("chat", False)).data[
        "proposals"
    ]

    assert proposal["constants"] == {"priming": 5, "hidden": 40, "forced": 9}
    assert [entry["exact_after"] for entry in proposal["evidence"]] == [6, 6, 6]


def test_calibrate_finds_both_when_messages_and_tools_cost_more() -> None:
    rows = [chat(n, n % 3 + 1, 4, 5) for n in range(9)]
    rows += [chat(n, n % 4 + 1, 4, 5 + 40, shape="tools") for n in range(9)]

    (proposal,) = calibrate.report(log(*rows), Skips(), counted_as=lambda _: ("chat", False)).data[
        "proposals"
    ]

    assert proposal["constants"] == {"per_message": 4, "priming": 5, "hidden": 40}
    assert [entry["exact_after"] for entry in proposal["evidence"]] == [9, 9]


def test_calibrate_starts_from_the_family_a_model_was_counted_as() -> None:
    rows = log(*[chat(n, 1, 3, 9) for n in range(9)])

    (proposal,) = calibrate.report(rows, Skips(), counted_as=lambda _: ("gpt5", True)).data["proposals"]

    assert (proposal["like"], proposal["known"], proposal["constants"]) == ("gpt5", True, {"priming": 8})
    assert calibrate.report(rows, Skips(), counted_as=lambda _: None).data["proposals"] == []


@pytest.mark.parametrize("n", [0, 4])
def test_calibrate_proposes_nothing_from_too_few_records(n: int) -> None:
    rows = log(*[chat(line, 1, 3, 9) for line in range(n)]) if n else log(chat(1, 1, 3, 9)).clear()

    assert calibrate.report(rows, Skips(), counted_as=lambda _: ("chat", False)).data["proposals"] == []


def test_calibrate_proposes_nothing_when_all_is_exact() -> None:
    rows = [chat(n, n, 3, 3) for n in range(10)]

    assert calibrate.report(log(*rows), Skips(), counted_as=lambda _: ("chat", False)).data["proposals"] == []


def test_calibrate_proposes_nothing_that_explains_only_a_few() -> None:
    rows = [chat(n, 1, 3, 3 + n**2) for n in range(12)]

    assert calibrate.report(log(*rows), Skips(), counted_as=lambda _: ("chat", False)).data["proposals"] == []
