"""Plain chat calls as logs have them, and calls that differ from them in a few fields."""

import copy
from typing import Any

from hypothesis import strategies as st

from support.strategies import bent, json_values, valid_values
from tokcount.logs.alike.effects import TRIED

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
    "cost": 0.0012,
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


@st.composite
def calls(draw: st.DrawFn) -> list[Any]:
    """Plain calls with any texts, numbers and labels in their fields, ordinary ones in most."""
    start = draw(st.sampled_from(PLAIN))
    usual = ["Oslo", "Name a city.", "a-b", "2024-03-01T10:00:00Z"]
    text = st.sampled_from([*usual * 6, *TRIED[str]]) | st.text(max_size=12)
    number = st.sampled_from([3, 21, 1_725_000_000]) | st.integers(-2, 10**13)

    def drawn(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: drawn(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [drawn(item, name) for item in value]
        if name in {"role", "model"} and draw(st.integers(0, 9)):
            return value
        if isinstance(value, str):
            return draw(st.just(value) | text)
        return draw(st.just(value) | number) if isinstance(value, int) else value

    return [start, start, *(drawn(start) for _ in range(12))]
