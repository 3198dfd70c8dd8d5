"""Weave: operations that called a model."""

from typing import Any

from support.reading import CHAT_REQUEST, CHAT_RESPONSE, TEXT_RESPONSE, asked, items, reasons, record, used

WEAVE: dict[str, Any] = {
    "id": "w1",
    "project_id": "e/p",
    "trace_id": "t1",
    "op_name": "weave:///e/p/op/openai.chat.completions.create:abc",
    "started_at": "2024-10-20T00:00:00Z",
    "inputs": {"self": "client", **CHAT_REQUEST},
    "output": CHAT_RESPONSE,
    "summary": {"usage": {"gpt-4o-mini": {"prompt_tokens": 24, "completion_tokens": 2, "requests": 1}}},
}


def test_a_weave_call() -> None:
    found = record(WEAVE)

    assert (found.format, found.kind, found.model) == ("weave.calls", "chat", "gpt-4o-mini")
    assert asked(found) == CHAT_REQUEST
    assert used(found).input == 24


def test_weave_operations_of_other_kinds() -> None:
    assert reasons(WEAVE | {"op_name": "weave:///e/p/op/Agent.predict:x"}) == [("not_llm", "weave.calls")]
    assert reasons(WEAVE | {"exception": "boom", "output": None}) == [("error", "weave.calls")]


def test_text_completion_bodies_keep_their_kind_in_weave() -> None:
    legacy = {
        "op_name": "weave:///e/p/op/openai.completions.create:x",
        "inputs": {"model": "davinci-002", "prompt": "a"},
    }

    assert record(WEAVE | legacy | {"output": TEXT_RESPONSE}).kind == "completions"
    assert len(items(WEAVE)) == 1
