"""JSON in a string is decoded once per value, whichever formats look at it."""

import json
from collections import Counter
from typing import Any

import msgspec
import pytest
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, TEXT_RESPONSE, items
from support.strategies import VALUES

from tokcount.logs import scalars


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each JSON text was decoded."""
    counts = Counter[str]()
    decode = msgspec.json.Decoder().decode

    def counting(text: str) -> Any:
        counts[text] += 1
        return decode(text)

    monkeypatch.setattr(scalars, "_DECODE", counting)
    return counts


@pytest.mark.parametrize(
    "names", [("request", "response"), ("req", "resp"), ("input", "output"), ("kwargs", "result")]
)
@pytest.mark.parametrize("answer", [CHAT_RESPONSE, TEXT_RESPONSE])
def test_a_pair_of_bodies_in_strings_is_decoded_twice(
    names: tuple[str, str], answer: Any, decodes: Counter[str]
) -> None:
    pair = dict(zip(names, map(json.dumps, (CHAT_REQUEST, answer)), strict=True))

    (found,) = items(pair)

    assert found.format == f"openai.{'chat' if answer is CHAT_RESPONSE else 'completions'}.pair"
    assert decodes.total() == 2


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_no_string_of_a_sample_is_decoded_more_than_once(value: Any, decodes: Counter[str]) -> None:
    items(value)

    written = Counter(texts_in(value))
    assert {text: times for text, times in decodes.items() if times > written.get(text, 1)} == {}


def texts_in(value: Any) -> list[str]:
    """All strings in a value."""
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for child in children for text in texts_in(child)]
