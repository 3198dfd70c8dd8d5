"""promptfoo: the rows of an evaluation."""

import json
from typing import Any

import pytest
from support.reading import answered, asked, reasons, record, used

ROW: dict[str, Any] = {
    "id": "p1",
    "promptIdx": 0,
    "testIdx": 0,
    "provider": {"id": "openai:gpt-5-mini", "label": ""},
    "prompt": {"raw": "Say hi", "label": "Say hi"},
    "response": {
        "output": "hi",
        "cached": False,
        "tokenUsage": {"total": 10, "prompt": 8, "completion": 2, "completionDetails": {"reasoning": 1}},
    },
    "cost": 0.0001,
    "success": True,
}


def promptfoo(*rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "evalId": "e1",
        "results": {"version": 3, "timestamp": "2026-01-01T00:00:00Z", "results": list(rows)},
    }


@pytest.mark.parametrize("value", [promptfoo(ROW), ROW], ids=["file", "row"])
def test_promptfoo_rows(value: dict[str, Any]) -> None:
    found = record(value)

    assert (found.format, found.kind, found.model) == ("promptfoo.results", "chat", "gpt-5-mini")
    assert asked(found)["messages"] == [{"role": "user", "content": "Say hi"}]
    assert answered(found) == ["hi"]
    assert (used(found).input, used(found).output, used(found).reasoning) == (8, 2, 1)


@pytest.mark.parametrize("raw", ['[{"role": "system", "content": "s"}]', "- role: system\n  content: s\n"])
def test_a_prompt_may_be_a_list_of_messages(raw: str) -> None:
    assert asked(record(ROW | {"prompt": {"raw": raw}}))["messages"] == [{"role": "system", "content": "s"}]


@pytest.mark.parametrize(
    ("provider", "kind", "model"),
    [
        ("openai:chat:gpt-4o", "chat", "gpt-4o"),
        ("openai:completion:davinci-002", "completions", "davinci-002"),
        ("openai:responses:gpt-5", "responses", "gpt-5"),
        ("azureopenai:chat:my-prod", "chat", "my-prod"),
    ],
)
def test_the_provider_names_endpoint_and_model(provider: str, kind: str, model: str) -> None:
    found = record(ROW | {"provider": provider})

    assert (found.kind, found.model) == (kind, model)


def test_promptfoos_cache_failures_and_failed_assertions() -> None:
    cached = ROW["response"] | {"cached": True}

    assert record(ROW | {"response": cached}).flags == ("cached_reply",)
    assert record(ROW | {"error": "Expected x", "failureReason": 1}).format == "promptfoo.results"
    assert reasons(ROW | {"response": {"error": "429"}}) == [("error", "promptfoo.results")]


@pytest.mark.parametrize(
    ("provider", "output", "expected"),
    [
        ("openai:completion:davinci-002", "no", ["no"]),
        ("openai:gpt-4o", {"a": 1}, ['{"a":1}']),
        ("openai:gpt-4o", {"function": {"name": "f", "arguments": "{}"}}, [None]),
    ],
)
def test_outputs_of_promptfoo(provider: str, output: Any, expected: list[Any]) -> None:
    assert answered(record(ROW | {"provider": provider, "response": {"output": output}})) == expected


def test_promptfoo_bodies_broken_yaml_and_other_endpoints() -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "x"}]})

    assert asked(record(ROW | {"prompt": body}))["messages"][0]["content"] == "x"
    assert asked(record(ROW | {"prompt": "- role: [broken"}))["messages"][0]["content"] == "- role: [broken"
    assert reasons(ROW | {"provider": "openai:embedding:text-embedding-3-small"}) == [
        ("not_llm", "promptfoo.results")
    ]
    assert (
        record(ROW | {"prompt": None, "response": {"output": None, "tokenUsage": {"prompt": 1}}}).kind
        == "usage"
    )
