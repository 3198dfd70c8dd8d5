"""Values that are read by a known form give the records that the general way gives."""

import copy
import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.paths import SAMPLES
from support.plain_calls import CHANGES, PAIR, PLAIN, ROW, calls, changed, similar_values
from support.together import together

from tokcount.logs import detect
from tokcount.logs.alike.memory import Memory
from tokcount.logs.detect import Detector
from tokcount.logs.format import Item, Location
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import Reader
from tokcount.logs.record import Record
from tokcount.logs.source import Source

NEVER = 10**9


def read(values: list[Any], memory: Memory) -> list[Item]:
    """The items of the values of one file, which stay as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detect, "memory_of", lambda _: memory)
        detector = Detector()
    found = (
        detector.items(copy.deepcopy(value), Location("log", line)) for line, value in enumerate(values, 1)
    )
    return [*chain.from_iterable(found), *detector.finish()]


def variants(value: Any, name: str, others: list[Any]) -> Iterator[Any]:
    yield from (changed(value, {name: other}) for other in others)


@together("start", PLAIN)
def test_values_that_differ_in_texts_numbers_times_and_labels_are_read_by_their_form(
    start: dict[str, Any],
) -> None:
    texts = list(variants(start, "content", ["A", "Another text", "One more: {}"]))
    numbers = list(variants(start, "prompt_tokens", [7, 8, 9_000]))
    users = list(variants(start, "user", ["u7", "u8"]))
    memory = Memory(1, 4)
    read([start] * 2, memory)
    values = [*texts, *numbers, *users]
    known = [memory.alike(copy.deepcopy(value), "log", line) for line, value in enumerate(values, 1)]

    assert None not in known
    assert [alike.record() for alike in known if alike] == read(values, Memory(NEVER))


@given(values=similar_values(), seen=st.integers(1, 3))
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
def test_both_ways_give_the_same(values: list[Any], seen: int) -> None:
    again = [*values, *values]
    assert read(again, Memory(seen, 4)) == read(again, Memory(NEVER))


@given(values=calls())
@settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
def test_both_ways_give_the_same_whatever_is_in_the_fields(values: list[Any]) -> None:
    assert read([*values, *values], Memory(1, 4)) == read([*values, *values], Memory(NEVER))


@together("path", sorted(path for path in SAMPLES.rglob("*") if path.is_file()))
def test_both_ways_give_the_same_for_every_sample(path: Path) -> None:
    def items(memory: Memory) -> list[Item]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(detect, "memory_of", lambda _: memory)
            reader = Reader(ReadOptions())
            return [*reader.read(Source(str(path))), *reader.finish()]

    memory = Memory(1, 4)
    items(memory)
    assert items(memory) == items(Memory(NEVER))


@together("change", [change for change in CHANGES if change.keys() & {"model", "finish_reason", "role"}])
def test_another_model_or_outcome_is_another_form(change: dict[str, Any]) -> None:
    values = [PAIR, PAIR, PAIR, changed(PAIR, change), changed(PAIR, change)]
    assert read(values, Memory(1, 4)) == read(values, Memory(NEVER))


def test_a_failed_call_among_calls_with_a_status_is_no_record() -> None:
    good = {**PAIR, "status": 200}
    values = [*[good] * 4, {**good, "status": 429}, {**good, "status": "500"}]
    found = read(values, Memory(1, 4))

    assert [type(item) is Record for item in found] == [True, True, True, True, False, False]


def test_an_answer_that_is_a_body_in_json_is_read_the_general_way() -> None:
    body = json.dumps(PAIR["response"])
    values = [*[ROW] * 4, {**ROW, "response": body}]

    assert read(values, Memory(1, 4)) == read(values, Memory(NEVER))
