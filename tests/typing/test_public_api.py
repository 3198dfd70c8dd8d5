"""The types that a user of the package sees: mypy checks this file, in strict mode, and pytest runs it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, assert_type

import polars as pl

import tokcount
from tokcount.reports.audit.report import AuditReport
from tokcount.reports.cost.report import CostReport
from tokcount.reports.drift.report import DriftReport

LOG = Path(__file__).parents[2] / "sample_logs" / "support-chat.jsonl"
TODAY = date(2026, 11, 22)


def test_counting() -> None:
    assert_type(tokcount.count("2 + 2 = 4", "p50k_base"), int)
    counted = tokcount.count_request({"messages": [{"role": "user", "content": "Hello!"}]}, "gpt-4o")
    assert_type(counted, tokcount.Counted)
    assert_type(counted.total, int)
    assert_type(counted.basis, Literal["exact", "estimated", "partial"])
    assert_type(counted.reasons, tuple[str, ...])


def test_records() -> None:
    items = tokcount.read([LOG], input_format=None)
    assert_type(items, Iterator[tokcount.Record | tokcount.Skipped])
    for item in items:
        if isinstance(item, tokcount.Skipped):
            reason: str = item.reason
            assert reason
            continue
        assert_type(item.model, str | None)
        assert_type(item.messages, list[tokcount.Message])
        assert_type(item.usage, tokcount.Usage | None)


def test_rows_and_reports() -> None:
    assert_type(tokcount.scan(str(LOG), to=["gpt-4o"], today=TODAY), pl.DataFrame)
    drift = tokcount.drift(LOG, to="gpt-4o", by=("model", "day"), where='model = "gpt-4*"', today=TODAY)
    assert_type(drift, DriftReport)
    assert_type(drift.records, int)
    assert_type(drift.references[1].drift, float | None)
    assert_type(drift.document(), dict[str, Any])
    cost = tokcount.cost(LOG, to="gpt-5.6-luna", cached_share=Decimal("0.5"), as_of=TODAY)
    assert_type(cost, CostReport)
    assert_type(cost.references[0].cost_usd, str | None)
    assert_type(tokcount.audit(LOG, to=["auto"], why=False, today=TODAY), AuditReport)


def test_errors_are_exceptions_with_one_base() -> None:
    errors: list[type[tokcount.TokcountError]] = [tokcount.UsageError, tokcount.DataError]
    assert all(issubclass(error, Exception) for error in errors)


if (
    TYPE_CHECKING
):  # Each line is an error of the type checker; an "ignore" without one would be an error as well.
    tokcount.counts("a")  # type: ignore[attr-defined]
    tokcount.count(b"a")  # type: ignore[arg-type]
    tokcount.drift(LOG, too="gpt-4o")  # type: ignore[call-arg]
    tokcount.cost(LOG, by=3)  # type: ignore[arg-type]
    tokcount.scan(LOG, engine="quick")  # type: ignore[arg-type]
