"""A pair of plain bodies gives the same record whether or not it is recognised as plain."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.plain_calls import CHANGES, PAIR, changed, similar_values
from support.strategies import bent

from tokcount.logs.format import Item
from tokcount.logs.formats.openai import pairs
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import Reader

MORE = (
    "status",
    "error",
    "url",
    "host",
    "service_tier",
    "provider",
    "req",
    "message",
    "cost",
    "usage",
    "model",
)
"""Fields next to the bodies that mean something."""
VALUES = st.sampled_from(["eu.api.openai.com", 500, "batch", {"total_tokens": 9}, "azure", None, "", [PAIR]])


def items_of(values: list[Any], *, plain: bool) -> list[Item]:
    found = ((line, 0, copy.deepcopy(value)) for line, value in enumerate(values, start=1))
    with pytest.MonkeyPatch.context() as patch:
        if not plain:
            patch.setattr(pairs, "_is_plain", lambda _: False)
        return list(Reader(ReadOptions()).read_values(found, "x.jsonl"))


@given(
    similar=similar_values(),
    near=st.lists(bent(PAIR), min_size=8, max_size=8),
    more=st.lists(st.dictionaries(st.sampled_from(MORE), VALUES, max_size=2), max_size=4),
)
@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
def test_plain_pairs_are_read_as_any_pair_is(similar: list[Any], near: list[Any], more: list[Any]) -> None:
    values = [*similar, *near, *({**PAIR, **fields} for fields in more)]
    values += [{**PAIR, "response": {**PAIR["response"], **fields}} for fields in more]
    values += [{**PAIR, "request": {**PAIR["request"], **fields}} for fields in more]

    assert items_of(values, plain=True) == items_of(values, plain=False)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_each_change_of_a_pair_is_read_as_any_pair_is(change: dict[str, Any]) -> None:
    values = [changed(PAIR, change), changed(PAIR, {**change, "model": "claude-sonnet-4-5"})]

    assert items_of(values, plain=True) == items_of(values, plain=False)


def test_most_pairs_are_recognised_as_plain() -> None:
    assert pairs._is_plain(PAIR)
