"""Verdicts on requests: what each target does with them, as it is kept in a row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tokcount.logs.record import Record
from tokcount.scanning.features.verdicts import (
    RequestVerdicts,
    TargetVerdict,
    requested_output,
    verdicts_in,
)
from tokcount.scanning.plan import make_plan

MESSAGES = [{"role": "user", "content": "Hi"}]


def judged(*targets: str, kind: Any = "chat", model: str | None = "gpt-4o", **body: Any) -> Any:
    plan = make_plan(to=targets)
    record = Record(source="a.jsonl", line=1, index=0, format="f", kind=kind, model=model, request=body)
    text = RequestVerdicts(plan).of(record, None)
    return None if text is None else verdicts_in(text)


def short(verdicts: tuple[TargetVerdict, ...]) -> set[tuple[str, str, str]]:
    return {(one.reference, one.status, one.parameter) for one in verdicts}


def test_each_target_judges_the_parameters_of_a_request() -> None:
    found = judged("gpt-5.5", "gpt-5.4", messages=MESSAGES, temperature=0.2, max_tokens=9)

    assert short(found) == {
        ("gpt-5.5", "refused", "temperature"),
        ("gpt-5.5", "renamed", "max_tokens"),
        ("gpt-5.5", "changed", "max_tokens"),
        ("gpt-5.4", "renamed", "max_tokens"),
    }


def test_what_meant_the_same_before_is_no_change() -> None:
    assert judged("gpt-5.5", model="gpt-5", messages=MESSAGES, max_completion_tokens=9) == ()


def test_a_model_at_another_endpoint_says_so_once_and_renames_nothing() -> None:
    found = judged("gpt-5.5-pro", messages=MESSAGES, max_completion_tokens=99, reasoning_effort="high", n=2)

    assert short(found) == {
        ("gpt-5.5-pro", "endpoint", ""),
        ("gpt-5.5-pro", "changed", "max_completion_tokens"),
        ("gpt-5.5-pro", "refused", "n"),
    }
    assert found[0].to == "responses"


def test_encodings_and_records_without_a_request_are_not_judged() -> None:
    assert judged("cl100k_base", messages=MESSAGES, temperature=3) == ()
    assert judged("gpt-5.5", kind="usage", temperature=3) is None


def test_a_replacement_is_judged_as_auto() -> None:
    plan = make_plan(to=("auto",), today=date(2026, 11, 26))
    body = {"messages": MESSAGES, "stop": "x"}
    record = Record(source="a", line=1, index=0, format="f", kind="chat", model="gpt-4o", request=body)
    (found,) = verdicts_in(RequestVerdicts(plan).of(record, "gpt-6-luna") or "")

    assert (found.reference, found.model, found.parameter) == ("auto", "gpt-6-luna", "stop")


def test_keys_that_are_no_parameters_are_passed_over() -> None:
    assert judged("gpt-5.5", messages=MESSAGES, api_base="x", litellm_params={}, mine=[1]) == ()


@pytest.mark.parametrize("key", ["max_tokens", "max_completion_tokens", "max_output_tokens"])
def test_the_output_that_a_request_asks_for_is_read_from_any_endpoint(key: str) -> None:
    assert requested_output({key: 100}) == 100


@pytest.mark.parametrize("value", [None, True, -1, 0, "100", 10**12, 1.5])
def test_a_limit_that_is_none_is_left_out(value: Any) -> None:
    assert requested_output({"max_tokens": value}) is None
