"""LangSmith: the runs that called a model."""

import json
from typing import Any

import pytest
from support.langchain import constructor
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, answered, asked, reasons, record, used

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


BEGUN: dict[str, Any] = {
    "id": "r1",
    "trace_id": "t1",
    "dotted_order": "20241020T000000Zr1",
    "run_type": "llm",
    "inputs": CHAT_REQUEST,
    "outputs": {},
    "extra": {"metadata": {"ls_model_name": "gpt-4o-mini"}},
}
ENDED: dict[str, Any] = {
    "trace_id": "t1",
    "dotted_order": "20241020T000000Zr1",
    "outputs": CHAT_RESPONSE,
    "extra": {"metadata": {"ls_provider": "openai"}},
}


@pytest.mark.parametrize(
    "batches",
    [
        [{"post": [BEGUN], "patch": [ENDED]}],
        [{"post": [BEGUN]}, {"patch": [ENDED]}],
        [{"post": [], "patch": [BEGUN | ENDED]}],
    ],
    ids=["one batch", "two batches", "only its end"],
)
def test_the_beginning_and_the_end_of_a_run_are_one_call(batches: list[dict[str, Any]]) -> None:
    found = record(*batches)

    assert (found.format, found.model, found.id) == ("langsmith.runs", "gpt-4o-mini", "r1")
    assert asked(found)["messages"] == CHAT_REQUEST["messages"]
    assert (answered(found), used(found).input) == (["Paris."], 24)


def test_a_run_whose_end_never_comes_is_a_call_without_an_answer() -> None:
    found = record({"post": [BEGUN], "patch": []})

    assert (found.response, asked(found)["messages"]) == (None, CHAT_REQUEST["messages"])


def test_the_end_of_a_run_that_begins_elsewhere_is_skipped() -> None:
    assert reasons({"post": [], "patch": [ENDED]}) == [("empty", "langsmith.runs")]
