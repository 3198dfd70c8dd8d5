"""Rows that are put together from a frame are those that the record's own layout gives."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.strategies import bent, json_values, valid_values

from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import Reader
from tokcount.logs.record import Record
from tokcount.scanning import counter
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.frame import joined
from tokcount.scanning.plan import ScanPlan, make_plan, own_plan

PLANS = (
    make_plan(engine="tiktoken"),
    make_plan(to=["gpt-4", "gpt-oss-120b", "auto"], engine="tiktoken"),
    own_plan(engine="tiktoken", evidence=True),
)
PAIR = {
    "id": "req_1",
    "ts": 1_725_000_000,
    "user": "u1",
    "tags": ["search"],
    "request": {
        "model": "gpt-4o",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Name a city."}],
        "temperature": 0.2,
    },
    "response": {
        "id": "chatcmpl-1234567",
        "model": "gpt-4o-2024-08-06",
        "choices": [{"message": {"role": "assistant", "content": "Oslo"}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 21,
            "completion_tokens": 3,
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    },
}
ROW = {
    "timestamp": "2024-03-01T10:00:00Z",
    "model": "gpt-3.5-turbo-0613",
    "user": "u2",
    "messages": [{"role": "user", "content": "Hello!"}],
    "response": "Hi.",
    "prompt_tokens": 9,
    "completion_tokens": 2,
    "latency": 0.4,
}
PLAIN = (PAIR, ROW, PAIR["request"], {**PAIR, "response": ROW["response"]})
CHANGES: tuple[dict[str, Any], ...] = (
    {},
    {"model": "o3"},
    {"model": "text-davinci-003"},
    {"content": "Say <|endoftext|>!"},
    {"content": ""},
    {"content": "Bad \ud800 text"},
    {"content": "Another text"},
    {"role": "assistant"},
    {"ts": 1_675_000_000, "timestamp": "2023-01-29"},
    {"finish_reason": "length"},
    {"prompt_tokens": 0},
    {"reasoning_tokens": 64},
    {"user": "someone else"},
    {"tags": ["a", "b"]},
)
"""Names of fields, wherever they are, and other values for them."""


def counters(monkeypatch: pytest.MonkeyPatch, *, frames: bool) -> list[RecordCounter]:
    if not frames:
        monkeypatch.setattr(counter, "has_frames", lambda _: False)
    found = [RecordCounter(plan) for plan in PLANS]
    monkeypatch.undo()
    return found


@pytest.fixture(scope="module")
def both() -> list[tuple[RecordCounter, RecordCounter]]:
    """Of each plan a counter with frames, and one without."""
    with pytest.MonkeyPatch.context() as patch:
        return list(zip(counters(patch, frames=True), counters(patch, frames=False), strict=True))


def records_of(values: list[Any]) -> list[Record]:
    found = ((line, 0, value) for line, value in enumerate(values, start=1))
    return [item for item in Reader(ReadOptions()).read_values(found, "x.jsonl") if isinstance(item, Record)]


def rows(counter: RecordCounter, records: list[Record]) -> list[dict[str, Any]]:
    frame = joined([(counter.process(records), 0)])
    return frame.select(sorted(frame.columns)).to_dicts()


def changed(value: Any, change: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: change[key] if key in change else changed(item, change) for key, item in value.items()}
    return [changed(item, change) for item in value] if isinstance(value, list) else value


def with_field(value: Any, name: str, item: Any) -> Any:
    return {**value, name: item} if isinstance(value, dict) else value


@st.composite
def similar_values(draw: st.DrawFn) -> list[Any]:
    """Values that differ in a few fields, each of them more than once."""
    start = draw(st.sampled_from(PLAIN) | valid_values)
    variants = [start, *(changed(start, draw(st.sampled_from(CHANGES))) for _ in range(4))]
    variants += [draw(bent(start)), draw(bent(start))]
    names = st.sampled_from(["tools", "system", "error", "input", "name", "documents", "text"])
    variants.append(with_field(start, draw(names), draw(json_values)))
    return [copy.deepcopy(value) for value in draw(st.permutations([*variants, *variants]))]


@given(values=similar_values())
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_rows_with_and_without_frames_are_the_same(
    both: list[tuple[RecordCounter, RecordCounter]], values: list[Any]
) -> None:
    records = records_of(values)
    for framed, plain in both:
        assert rows(framed, records) == rows(plain, records)


@pytest.mark.parametrize("start", PLAIN, ids=["pair", "row", "request", "text answer"])
def test_each_change_of_a_plain_call_has_the_rows_of_its_own_layout(
    both: list[tuple[RecordCounter, RecordCounter]], start: dict[str, Any]
) -> None:
    values = [copy.deepcopy(changed(start, change)) for change in (*CHANGES, *CHANGES)]
    records = records_of(values)
    assert len(records) >= len(CHANGES)
    for framed, plain in both:
        assert rows(framed, records) == rows(plain, records)


def test_plain_calls_with_the_same_key_are_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[Record] = []
    counting = RecordCounter(ScanPlan(references=PLANS[0].references, engine="tiktoken"))
    layouts = counting._layouts
    of = layouts.of
    monkeypatch.setattr(layouts, "of", lambda record: laid_out.append(record) or of(record))
    values = [json.loads(json.dumps(PAIR).replace("city", f"city {number}")) for number in range(20)]

    assert len(rows(counting, records_of(values))) == 20
    assert len(laid_out) == 1
