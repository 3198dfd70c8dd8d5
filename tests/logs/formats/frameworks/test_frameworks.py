"""LangSmith, Weave, promptfoo, evals, DSPy: the runs that called a model, as the model was called."""

import json
from typing import Any

import pytest
from support.reading import (
    CHAT_REQUEST,
    CHAT_RESPONSE,
    TEXT_RESPONSE,
    answered,
    asked,
    items,
    reasons,
    record,
    records,
    used,
)

from tokcount.logs.adapt.langchain import chat_messages


def constructor(name: str, /, **kwargs: Any) -> dict[str, Any]:
    """A message as LangChain serialises it."""
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", name], "kwargs": kwargs}


CALL = {"id": "c1", "type": "function", "function": {"name": "get", "arguments": '{"city": "Paris"}'}}
RUN: dict[str, Any] = {
    "id": "r1",
    "trace_id": "t1",
    "run_type": "llm",
    "start_time": "2024-10-20T00:00:00.123456",
    "inputs": {
        "messages": [
            [
                constructor("SystemMessage", content="Be brief."),
                constructor("HumanMessage", content="weather?"),
                constructor("AIMessage", content="", additional_kwargs={"tool_calls": [CALL]}),
                constructor("ToolMessage", content="18C", tool_call_id="c1"),
            ]
        ]
    },
    "outputs": {
        "generations": [[{"text": "18 degrees", "message": constructor("AIMessage", content="18 degrees")}]],
        "llm_output": {
            "model_name": "gpt-4o-2024-08-06",
            "token_usage": {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34},
        },
    },
    "extra": {
        "invocation_params": {
            "model": "gpt-4o",
            "_type": "openai-chat",
            "temperature": 0,
            "tools": [{"type": "function", "function": {"name": "get"}}],
        },
        "metadata": {"ls_provider": "openai", "ls_model_name": "gpt-4o"},
    },
    "tags": ["prod"],
}


def test_a_run_with_langchain_messages() -> None:
    found = record(RUN)

    assert (found.format, found.kind, found.id, found.tags) == ("langsmith.runs", "chat", "r1", ("prod",))
    assert (found.model, found.served_model) == ("gpt-4o", "gpt-4o-2024-08-06")
    sent = asked(found)["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "tool"]
    assert sent[2]["tool_calls"] == [CALL]
    assert asked(found)["tools"][0]["function"]["name"] == "get"
    assert answered(found) == ["18 degrees"]
    assert (used(found).input, used(found).output) == (30, 4)
    assert found.flags == ()


def test_a_run_in_the_columns_of_a_bulk_export_is_json_text() -> None:
    packed = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in RUN.items()}

    assert asked(record(packed)) == asked(record(RUN))


@pytest.mark.parametrize(
    ("inputs", "outputs", "kind"),
    [
        (CHAT_REQUEST, CHAT_RESPONSE, "chat"),
        ({"prompts": ["a joke"]}, {"generations": [[{"text": " no"}]]}, "completions"),
        ({"input": "hi", "model": "gpt-5"}, {"output": []}, "responses"),
    ],
)
def test_runs_of_wrapped_clients_keep_their_bodies(inputs: Any, outputs: Any, kind: str) -> None:
    assert record(RUN | {"inputs": inputs, "outputs": outputs}).kind == kind


@pytest.mark.parametrize("run_type", ["chain", "tool", "retriever", "embedding", "prompt", "parser"])
def test_other_runs_repeat_their_tokens_and_are_not_calls(run_type: str) -> None:
    assert reasons(RUN | {"run_type": run_type}) == [("not_llm", "langsmith.runs")]


def test_a_failed_run_is_an_error() -> None:
    assert reasons(RUN | {"error": "boom", "outputs": None}) == [("error", "langsmith.runs")]


@pytest.mark.parametrize(
    "message",
    [
        constructor("HumanMessage", content="hi"),
        constructor("HumanMessageChunk", content="hi"),
        {"type": "human", "data": {"content": "hi"}},
        {"type": "human", "content": "hi"},
        {"role": "user", "content": "hi"},
        constructor("ChatMessage", role="user", content="hi"),
    ],
)
def test_every_spelling_of_a_langchain_message(message: dict[str, Any]) -> None:
    assert chat_messages([message], set()) == [{"role": "user", "content": "hi"}]


def test_parsed_tool_calls_are_written_out_and_flagged() -> None:
    flags: set[str] = set()
    message = constructor("AIMessage", content="", tool_calls=[{"id": "c1", "name": "get", "args": {"a": 1}}])

    (built,) = chat_messages([[message]], flags)

    assert built["tool_calls"][0]["function"] == {"name": "get", "arguments": '{"a":1}'}
    assert flags == {"reserialised"}


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


SPEC = {"spec": {"eval_name": "test", "completion_fns": ["gpt-3.5-turbo"]}}


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {
        "run_id": "r",
        "event_id": 3,
        "sample_id": "s.0",
        "type": kind,
        "data": data,
        "created_at": "2023-06-01 12:00:00.5+00:00",
    }


def test_evals_remember_the_model_of_the_spec_line() -> None:
    messages = [{"role": "user", "content": "hi"}]
    first, second = records(
        SPEC,
        event("sampling", prompt=messages, sampled=["hello"]),
        event("match", correct=True),
        event("sampling", prompt="a joke", sampled=" no"),
        {"final_report": {"accuracy": 1}},
    )

    assert (first.format, first.kind, first.model, first.id) == (
        "openai.evals",
        "chat",
        "gpt-3.5-turbo",
        "r:3",
    )
    assert (asked(first)["messages"], answered(first)) == (messages, ["hello"])
    assert (second.kind, asked(second)["prompt"], answered(second)) == ("completions", "a joke", [" no"])


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


def test_text_completion_bodies_keep_their_kind_in_weave() -> None:
    legacy = {
        "op_name": "weave:///e/p/op/openai.completions.create:x",
        "inputs": {"model": "davinci-002", "prompt": "a"},
    }

    assert record(WEAVE | legacy | {"output": TEXT_RESPONSE}).kind == "completions"
    assert len(items(WEAVE)) == 1


@pytest.mark.parametrize(
    ("inputs", "kind", "field", "expected"),
    [
        ([{"role": "user", "content": "hi"}], "chat", "messages", [{"role": "user", "content": "hi"}]),
        ({"prompt": "a"}, "completions", "prompt", "a"),
        ({"prompts": ["a", "b"]}, "completions", "prompt", ["a", "b"]),
        ({"text": "a"}, "completions", "prompt", "a"),
    ],
)
def test_inputs_of_runs(inputs: Any, kind: str, field: str, expected: Any) -> None:
    found = record(RUN | {"inputs": inputs})

    assert (found.kind, asked(found)[field]) == (kind, expected)


def test_a_prompt_to_a_chat_model_was_one_user_message() -> None:
    extra = {"metadata": {"ls_model_type": "chat", "ls_model_name": "gpt-4o"}}
    found = record(RUN | {"inputs": {"prompts": ["hi"]}, "extra": extra})

    assert (found.kind, asked(found)["messages"]) == ("chat", [{"role": "user", "content": "hi"}])


def test_a_run_without_inputs_is_usage() -> None:
    found = record(RUN | {"inputs": None, "outputs": None, "prompt_tokens": 5})

    assert (found.kind, found.flags, used(found).input) == ("usage", ("no_text",), 5)


@pytest.mark.parametrize(
    "outputs",
    [
        {"generations": [[{"text": "yes"}]]},
        {"generations": [{"text": "yes"}]},
        {"messages": [{"role": "assistant", "content": "yes"}]},
        {"output": {"type": "ai", "content": "yes"}},
        {"role": "assistant", "content": "yes"},
        {"content": "yes"},
    ],
)
def test_outputs_of_runs(outputs: dict[str, Any]) -> None:
    assert answered(record(RUN | {"outputs": outputs})) == ["yes"]


def test_old_function_calls_of_langchain() -> None:
    call = {"name": "get", "arguments": '{"a": 1}'}
    message = constructor("AIMessage", content="", name="bot", additional_kwargs={"function_call": call})

    assert chat_messages([message], set()) == [
        {"role": "assistant", "content": "", "name": "bot", "function_call": call}
    ]
    assert chat_messages({"type": "human", "content": "x"}, set()) == [{"role": "user", "content": "x"}]
    assert chat_messages("x", set()) == [{"role": "user", "content": "x"}]
    assert chat_messages(5, set()) == []


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


def test_dspy_entries_of_the_responses_api_and_without_outputs() -> None:
    found = record(DSPY | {"model_type": "responses", "outputs": []})

    assert (found.kind, asked(found)["input"], found.response) == (
        "responses",
        CHAT_REQUEST["messages"],
        None,
    )
