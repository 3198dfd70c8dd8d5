"""Rows of values with a known form, counted in batches, are those of their records."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from support.plain_calls import CHANGES, PAIR, PLAIN, calls, changed, similar_values
from support.together import together

from tokcount.logs import detect
from tokcount.logs.alike.form import Alike
from tokcount.logs.alike.memory import Memory
from tokcount.logs.format import Item
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import Reader
from tokcount.logs.record import Record
from tokcount.scanning import counter as counters
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.frame import joined
from tokcount.scanning.plan import ScanPlan, make_plan

NEVER = 10**9
PLANS = (
    make_plan(engine="tiktoken"),
    make_plan(to=["gpt-4", "gpt-oss-120b", "auto", "text-davinci-003"], engine="tiktoken"),
    structs.replace(make_plan(to=["gpt-5"], engine="tiktoken", shapes=True), parts=True, verdicts=True),
)


@pytest.fixture(scope="module", params=PLANS, ids=["own", "several targets", "audit"])
def counter(request: pytest.FixtureRequest) -> RecordCounter:
    plan: ScanPlan = request.param
    return RecordCounter(plan)


def items(values: list[Any], memory: Memory) -> list[Item]:
    """The items of a file of values, those of a known form as `Alike`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detect, "memory_of", lambda _: memory)
        reader = Reader(ReadOptions(alike=True))
    found = ((line, 0, copy.deepcopy(value)) for line, value in enumerate(values, start=1))
    return list(reader.read_values(found, "x.jsonl"))


def counted(items: list[Item]) -> Iterator[Record]:
    return (item for item in items if isinstance(item, Record | Alike))


def rows(counter: RecordCounter, items: list[Item]) -> list[dict[str, Any]]:
    frame = joined([(counter.process(counted(items)), 0)])
    return frame.select(sorted(frame.columns)).to_dicts()


@given(values=similar_values() | calls(), batch=st.integers(1, 9))
@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
def test_rows_are_the_same_with_and_without_groups(
    counter: RecordCounter, values: list[Any], batch: int
) -> None:
    again = [*values, *values]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counters, "BATCH_RECORDS", batch)
        grouped = rows(counter, items(again, Memory(1, 4)))
    assert grouped == rows(counter, items(again, Memory(NEVER)))


@together("start", PLAIN)
def test_each_change_of_calls_in_a_group_has_the_rows_of_its_record(start: dict[str, Any]) -> None:
    values = [start] * 4 + [changed(start, change) for change in CHANGES] * 2
    found = items(values, Memory(1, 4))
    plain = RecordCounter(PLANS[0])

    assert sum(isinstance(item, Alike) for item in found) > 8
    assert rows(plain, found) == rows(plain, items(values, Memory(NEVER)))


@pytest.mark.parametrize("text", ["Text", ""])
def test_calls_of_one_group_are_counted_without_records(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    question = {**PAIR["request"], "messages": PAIR["request"]["messages"][1:]}
    start = {**PAIR, "request": question, "id": None}
    values = [changed(start, {"content": f"{text}{number % 10}", "id": None}) for number in range(40)]
    found = items(values, Memory(1, 4))
    records: list[Alike] = []
    made = Alike.record

    def noted(value: Alike) -> Record:
        records.append(value)
        return made(value)

    monkeypatch.setattr(Alike, "record", noted)
    RecordCounter(PLANS[0]).process(counted(found))

    assert len(records) < 5 < len(found)


def test_an_answer_of_one_letter_is_not_taken_for_a_label_that_is_the_same_letter() -> None:
    row = {"model": "gpt-4o", "label": "A", "messages": PAIR["request"]["messages"], "response": "A"}
    others = [{**row, "label": label, "response": text} for label, text in [("B", "long answer"), ("C", "D")]]
    values = [*[{**row, "label": "A", "response": "A"}] * 3, *others * 9]
    plain = RecordCounter(PLANS[0])

    assert rows(plain, items(values, Memory(1, 9))) == rows(plain, items(values, Memory(NEVER)))
