"""Amounts of money are exact strings in Python and numbers with the same digits in JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.document.amounts import Usd, as_numbers, as_text
from tokcount.render.csv_json import to_json


class Priced(msgspec.Struct):
    cost: Usd | None
    drift: float | None
    name: str
    by_day: dict[str, Usd]
    parts: list[Priced] = []


class Value(msgspec.Struct):
    unit: str
    value: int | float | Usd | None


AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=12).map(lambda amount: f"{amount:f}")
PRICED: st.SearchStrategy[Any] = st.builds(
    Priced,
    cost=st.none() | AMOUNTS,
    drift=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    name=AMOUNTS | st.text(),
    by_day=st.dictionaries(st.text(max_size=5), AMOUNTS, max_size=3),
    parts=st.just([]),
)


def read(document: str, kind: Any) -> Any:
    data = msgspec.json.Decoder(float_hook=Decimal).decode(document)
    return msgspec.convert(as_text(data, kind), kind)


@given(PRICED, st.lists(PRICED, max_size=3))
def test_every_digit_survives_writing_and_reading(priced: Priced, parts: list[Priced]) -> None:
    priced.parts = parts

    document = to_json(as_numbers(msgspec.to_builtins(priced), Priced), indent=2)

    assert read(document, Priced) == priced


def test_amounts_are_numbers_and_texts_that_look_like_them_stay_texts() -> None:
    priced = Priced("0.000000012300", -0.5, "1.50", {"1.5": "12345678901234567890.5"})

    document = to_json(as_numbers(msgspec.to_builtins(priced), Priced))

    assert document == (
        '{"cost": 0.000000012300, "drift": -0.5, "name": "1.50", '
        '"by_day": {"1.5": 12345678901234567890.5}, "parts": []}'
    )


def test_a_value_is_an_amount_where_its_unit_says_so() -> None:
    for value in (Value("usd", "2.50"), Value("tokens", 8000), Value("share", 0.25), Value("usd", None)):
        document = to_json(as_numbers(msgspec.to_builtins(value), Value))

        assert '"value": "' not in document
        assert read(document, Value) == value


def test_only_decimals_are_more_than_json_has() -> None:
    with pytest.raises(TypeError, match="object is not JSON"):
        to_json({"x": object()})
    assert json.loads(to_json({"x": Decimal("1E-9")})) == {"x": 1e-9}
