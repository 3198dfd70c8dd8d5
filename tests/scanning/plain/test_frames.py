"""Rows that are put together from a frame are those that the record's own layout gives."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec import structs
from support.plain_calls import CHANGES, PAIR, PLAIN, changed, similar_values

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
    structs.replace(
        make_plan(to=["gpt-5", "auto"], engine="tiktoken", shapes=True), parts=True, verdicts=True
    ),
)


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


@pytest.mark.parametrize("content", ["Say <|endoftext|>!", "Bad \ud800 text"])
def test_a_flag_of_the_texts_of_the_first_call_is_not_one_of_the_others(
    both: list[tuple[RecordCounter, RecordCounter]], content: str
) -> None:
    records = records_of([changed(PAIR, {"content": content}), copy.deepcopy(PAIR), copy.deepcopy(PAIR)])
    for framed, plain in both:
        found = rows(framed, records)
        assert found == rows(plain, records)
        assert [row["flags"] != "" for row in found] == [True, False, False]


def test_plain_calls_with_the_same_key_are_laid_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[Record] = []
    counting = RecordCounter(ScanPlan(references=PLANS[0].references, engine="tiktoken"))
    layouts = counting._layouts
    of = layouts.of
    monkeypatch.setattr(layouts, "of", lambda record: laid_out.append(record) or of(record))
    values = [json.loads(json.dumps(PAIR).replace("city", f"city {number}")) for number in range(20)]

    assert len(rows(counting, records_of(values))) == 20
    assert len(laid_out) == 1


def test_calls_that_differ_in_parameters_have_verdicts_of_their_own(
    both: list[tuple[RecordCounter, RecordCounter]],
) -> None:
    settings_of = (
        {},
        {"temperature": 0.2},
        {"max_tokens": 5},
        {"max_tokens": 6},
        {"stop": ["a"]},
        {"user": "u"},
    )
    request = {"model": "gpt-4", "messages": [{"role": "user", "content": "Hi"}]}
    records = records_of(
        [{"request": request | more, "response": "Yes."} for more in (*settings_of, *settings_of)]
    )
    framed, plain = both[-1]
    found = rows(framed, records)

    assert found == rows(plain, records)
    assert [row["max_tokens"] for row in found[:4]] == [0, 0, 5, 6]
    assert len({row["verdicts"] for row in found}) > 2
