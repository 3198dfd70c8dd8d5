"""Answers in whatever a log holds beside a request."""

import json
from typing import Any

import pytest

from tokcount.logs.adapt.envelope import answer_of
from tokcount.logs.record import Kind

BODY = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "x"}}]}
DELTA = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "x"}}]}


def text_in(response: dict[str, Any] | None) -> list[str]:
    """The texts of an answer, of whatever kind."""
    found = response or {}
    texts = [choice.get("text") or choice["message"]["content"] for choice in found.get("choices", ())]
    return texts + [part["text"] for item in found.get("output", ()) for part in item["content"]]


@pytest.mark.parametrize("kind", ["chat", "completions", "responses"])
@pytest.mark.parametrize("value", ["x", ["x"], {"role": "assistant", "content": "x"}])
def test_a_plain_answer_becomes_a_body_of_its_kind(value: object, kind: Kind) -> None:
    assert text_in(answer_of(value, kind)) == ["x"]


@pytest.mark.parametrize("kind", ["chat", "completions", "responses"])
def test_several_plain_answers_are_several_choices(kind: Kind) -> None:
    assert text_in(answer_of(["x", "y"], kind)) == ["x", "y"]


@pytest.mark.parametrize("value", [BODY, [DELTA], json.dumps(BODY)])
def test_a_body_its_text_and_its_chunks_are_the_body(value: object) -> None:
    assert text_in(answer_of(value, "chat")) == ["x"]


@pytest.mark.parametrize("value", [None, 3, True, [], [1, None]])
def test_what_holds_no_answer_is_none(value: object) -> None:
    assert answer_of(value, "chat") is None
