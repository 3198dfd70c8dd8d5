"""DSPy: the history of a program."""

from typing import Any

from support.reading import CHAT_REQUEST, answered, asked, record, used

DSPY: dict[str, Any] = {
    "prompt": None,
    "messages": CHAT_REQUEST["messages"],
    "kwargs": {"temperature": 0},
    "response": "Response(...)",
    "outputs": ["Paris."],
    "usage": {"prompt_tokens": 24, "completion_tokens": 2},
    "cost": 9.3e-06,
    "timestamp": "2026-11-22T11:35:47.348169",
    "uuid": "u1",
    "model": "openai/gpt-4o-mini",
    "response_model": "gpt-4o-mini-2024-07-18",
    "model_type": "chat",
}


def test_a_dspy_entry() -> None:
    found = record(DSPY)

    assert (found.format, found.kind, found.id) == ("dspy.history", "chat", "u1")
    assert (found.model, found.served_model) == ("openai/gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert answered(found) == ["Paris."]
    assert (used(found).cost_usd, found.timestamp) == ("9.3e-06", None)


def test_a_dspy_entry_of_a_text_model() -> None:
    text = DSPY | {"model_type": "text", "prompt": "a joke", "messages": None, "outputs": [{"text": " no"}]}

    assert (record(text).kind, asked(record(text))["prompt"], answered(record(text))) == (
        "completions",
        "a joke",
        [" no"],
    )


def test_dspy_entries_of_the_responses_api_and_without_outputs() -> None:
    found = record(DSPY | {"model_type": "responses", "outputs": []})

    assert (found.kind, asked(found)["input"], found.response) == (
        "responses",
        CHAT_REQUEST["messages"],
        None,
    )
