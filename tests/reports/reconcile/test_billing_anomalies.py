"""Bills that no rule explains are named, and only those."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from tokcount.logs.record import Record, Usage
from tokcount.reports.reconcile.billing_anomalies import (
    HIDDEN_2025,
    SEVERAL_REPLIES,
    SHARED,
    billing_anomaly,
)
from tokcount.reports.reconcile.residuals import with_residuals
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.frame import assemble
from tokcount.scanning.plan import own_plan

COUNTED = 26
MARCH_2025, LATER = datetime(2025, 3, 20, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("billed", "counted", "calls", "messages", "timestamp", "name"),
    [
        (100, 100, 2, 0, MARCH_2025, None),
        (43, 87, 2, 0, LATER, SHARED),
        (44, 87, 2, 0, LATER, None),
        (102, 100, 0, 2, LATER, SEVERAL_REPLIES),
        (118, 100, 0, 0, MARCH_2025, HIDDEN_2025),
        (313, 100, 0, 0, MARCH_2025, HIDDEN_2025),
        (118, 100, 0, 0, LATER, None),
        (118, 100, 0, 0, None, None),
        (119, 100, 0, 0, MARCH_2025, None),
    ],
)
def test_residuals_with_a_known_reason_are_named(
    billed: int, counted: int, calls: int, messages: int, timestamp: datetime | None, name: str | None
) -> None:
    row = pl.DataFrame(
        {
            "billed_input_tokens": [billed],
            "counted_input_tokens": [counted],
            "answer_calls": [calls],
            "answer_messages": [messages],
            "timestamp": pl.Series([timestamp], dtype=pl.Datetime("us", "UTC")),
        }
    )

    assert row.select(billing_anomaly()).item() == name


def notes(*records: Record) -> list[str | None]:
    """The notes of calls that are compared with their bills."""
    columns = RecordCounter(own_plan()).process(records)
    return with_residuals(assemble([(columns, 0)]))["note"].to_list()


def response_call(billed: int, **fields: Any) -> Record:
    """A Responses call of `COUNTED` tokens whose answer makes two calls."""
    call = {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"}
    defaults: dict[str, Any] = {
        "request": {"input": "Hello!", "tools": [{"type": "function", "name": "f"}]},
        "response": {"output": [call, call]},
        "usage": Usage(input=billed, output=9),
        "model": "gpt-4o",
        "kind": "responses",
    }
    return Record(source="x.jsonl", line=3, format="openai.responses.pair", **{**defaults, **fields})


def test_an_anomaly_is_named_when_a_record_is_compared_with_its_bill() -> None:
    assert notes(response_call(COUNTED), response_call(COUNTED // 2), response_call(7)) == [
        None,
        SHARED,
        None,
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"usage": None},
        {"usage": Usage(output=9)},
        {"usage": Usage(input=COUNTED // 2, requests=2)},
        {"response": None},
        {"model": "my-deployment"},
        {"request": {"input": "Hello!", "previous_response_id": "resp_1"}},
        {"flags": ("truncated",)},
    ],
)
def test_a_bill_that_cannot_be_compared_has_no_name(fields: dict[str, Any]) -> None:
    divided = COUNTED // 2
    assert notes(response_call(divided, **fields)) == [None]
    assert notes(response_call(divided), response_call(divided, **fields)) == [SHARED, None]
