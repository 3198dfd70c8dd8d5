"""What an audit shows first: its title, a card for each target, and what is not known."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from support.audit_reports import AUDIT

from tokcount.document.amounts import as_text
from tokcount.document.blocks import Badge, Card, Cards, Fact, Heading, Line, Measured, Table
from tokcount.document.values import fact_text
from tokcount.reports.audit.report import AuditReport
from tokcount.reports.audit.sections import unknown, verdict
from tokcount.reports.audit.view import blocks


@pytest.fixture
def data() -> dict[str, Any]:
    return deepcopy(AUDIT.data)


def report(data: dict[str, Any]) -> AuditReport:
    return msgspec.convert(as_text(data, AuditReport), AuditReport)


def card(data: dict[str, Any]) -> Card:
    (found,) = [block for block in verdict.blocks(report(data)) if isinstance(block, Cards)]
    return found.cards[0]


def facts(data: dict[str, Any]) -> dict[str, Fact]:
    return {fact.label: fact for fact in card(data).facts}


def test_the_title_names_the_records_and_the_targets(data: dict[str, Any]) -> None:
    assert verdict.title(report(data)) == "Moving 4 records to gpt-4o"


def test_many_targets_are_counted(data: dict[str, Any]) -> None:
    data["references"] += [data["references"][1]] * 3

    assert verdict.title(report(data)) == "Moving 4 records to 4 targets"


def test_without_a_target_the_title_only_says_what_was_counted(data: dict[str, Any]) -> None:
    del data["references"][1:]

    assert verdict.title(report(data)) == "4 records, counted under text-davinci-003; no target was named"
    assert [type(block).__name__ for block in verdict.blocks(report(data))] == ["Title"]


def test_how_many_records_cost_the_amount_in_the_log_is_a_sentence(data: dict[str, Any]) -> None:
    data["cost"]["references"][0] |= {"logged": 2, "logged_usd": "0.5"}
    lines = [block.text for block in blocks(report(data)) if isinstance(block, Line)]

    assert "$0.50 is the amount in the log for 2 records." in lines


def test_auto_names_the_replacements(data: dict[str, Any]) -> None:
    data["references"][1]["reference"] = "auto"
    data["auto"] = [
        {"model": name, "replacement": f"{name}-new", "records": 1, "source": "", "checked": None}
        for name in ("a", "b", "c")
    ]

    assert (
        verdict.title(report(data))
        == "Moving 4 records to the recommended replacements (a-new, b-new and 1 other)"
    )


def test_a_card_has_the_numbers_that_decide(data: dict[str, Any]) -> None:
    found = facts(data)
    target, cost = data["references"][1], data["cost"]["references"][1]

    tokens = found["input tokens"]
    assert tokens.to == Measured(target["input_tokens"], "int")
    assert tokens.change == Measured(target["drift"], "percent")
    assert found["cost"].change == Measured(cost["difference_share"], "percent")
    assert found["drift of one record"].value == Measured(target["drift_p50"], "percent")
    assert list(found)[:2] == ["requests that break", "cost"]


def test_what_cannot_be_compared_is_not_known(data: dict[str, Any]) -> None:
    data["references"][1]["drift"] = None
    data["cost"]["references"][1]["difference_usd"] = None
    found = facts(data)

    assert fact_text(found["input tokens"], 2) == "– (no record can be compared)"
    assert fact_text(found["cost"], 2) == "– (no record has a price under both)"


@pytest.mark.parametrize(
    ("breaking", "judged", "badge"),
    [
        (2, 4, Badge("fail", "requests break")),
        (1, 4, Badge("fail", "1 request breaks")),
        (0, 3, Badge("unknown", "not fully known")),
        (0, 4, Badge("pass", "no request is known to break")),
    ],
)
def test_the_badge_claims_no_more_than_is_known(
    data: dict[str, Any], breaking: int, judged: int, badge: Badge
) -> None:
    data["findings"] = [one for one in data["findings"] if not one["id"].startswith("target_")]
    data["breaking"][0] |= {"records": breaking, "judged": judged}
    for window in data["windows"]:
        window["unknown"] = 0

    assert card(data).badge == badge


def test_a_target_that_shuts_down_says_when(data: dict[str, Any]) -> None:
    data["breaking"][0]["records"] = 0
    (going,) = [one for one in data["findings"] if one["id"].startswith("target_")] or [None]
    if going is None:
        going = deepcopy(data["findings"][0])
        data["findings"].append(going)
    numbers = {
        "models": [{"model": "gpt-4o", "day": "2027-01-14", "gone": False, "replacements": ["a", "b"]}]
    }
    target = {"reference": "gpt-4o", "count": 4, "amount_usd": None, "numbers": numbers, "endpoint": None}
    going |= {"id": "target_going", "numbers": numbers, "targets": [{**target, "to": None, "why": None}]}

    assert card(data).badge == Badge("warn", "shuts down soon")
    assert card(data).text == "Shuts down on 2027-01-14; replacement: a → b."


def test_the_sections_begin_with_what_to_do_and_end_with_how_it_was_made() -> None:
    headings = [block.text for block in blocks(AUDIT) if isinstance(block, Heading)]

    assert headings[0] == "Findings"
    assert headings[-2:] == ["What is not known", "How the numbers were made"]


def unknowns(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [row for block in unknown.blocks(report(data)) if isinstance(block, Table) for row in block.rows]


def test_what_is_not_known_has_one_row_a_reason(data: dict[str, Any]) -> None:
    data["cost"]["references"][0]["low"] = data["cost"]["references"][1]["low"] = {"no output in the log": 3}
    rows = unknowns(data)
    low = [row for row in rows if row[0] == "cost too low"]

    assert [row[:4] for row in low] == [
        ("cost too low", 3, "cost", "no output in the log (under text-davinci-003, gpt-4o)")
    ]
    assert len({row[:4] for row in rows}) == len(rows)
    assert sum(row[1] for row in rows if str(row[0]).startswith("skipped")) == data["skipped"]


def test_when_all_is_known_that_is_said(data: dict[str, Any]) -> None:
    data |= {
        "skipped_reasons": {},
        "reasons": {},
        "uncompared": {"records": 0, "reasons": {}, "left_out": []},
    }
    data["breaking"][0]["judged"] = 4
    for entry in data["cost"]["references"]:
        entry |= {"low": {}, "unpriced": []}
    for window in data["windows"]:
        window["unknown"] = 0
    data["cost"]["assumptions"] = []
    (line,) = unknown.blocks(report(data))

    assert getattr(line, "text", "") == "All 4 records were read, counted exactly, compared and priced."
