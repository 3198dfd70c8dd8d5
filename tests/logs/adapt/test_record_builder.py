"""Records from bodies: what takes precedence, what is flagged, what is not a record."""

from typing import Any

import pytest

from tokcount.logs.adapt import (
    CallMetadata,
    body_record,
    compact,
    failure,
    nested_tool,
    prompt_of,
    request_kind,
    response_kind,
    tags_from,
    tool_call,
)
from tokcount.logs.format import Location
from tokcount.logs.record import Record, Skipped, Usage
from tokcount.vendors import is_foreign

HERE = Location("log", 1)


def build(**parts: Any) -> Record:
    found = body_record(HERE, "x", **parts)
    assert isinstance(found, Record)
    return found


def test_the_answer_names_the_served_model_the_request_the_asked_one() -> None:
    found = build(
        request={"model": "gpt-4o", "messages": []},
        response={"model": "gpt-4o-2024-08-06", "choices": [{}], "created": 1735689600, "id": "c1"},
        metadata=CallMetadata(model="row", served_model="row"),
    )

    assert (found.model, found.served_model, found.id) == ("gpt-4o", "gpt-4o-2024-08-06", "c1")
    assert found.timestamp == 1735689600.0


def test_billed_usage_wins_and_the_log_fills_in() -> None:
    found = build(
        response={"choices": [{}], "usage": {"prompt_tokens": 10, "completion_tokens": 1}},
        metadata=CallMetadata(usage=Usage(input=99, cost_usd="0.1", source="log")),
    )

    assert found.usage is not None
    assert (found.usage.input, found.usage.cost_usd, found.usage.source) == (10, "0.1", "response")


@pytest.mark.parametrize(("format_name", "messages"), [("openai.chat.pair", 2), ("generic", 1)])
def test_a_request_as_it_was_sent_may_end_with_what_the_model_repeats(
    format_name: str, messages: int
) -> None:
    answer = {"role": "assistant", "content": "7 times 6 is 42."}
    request = {"messages": [{"role": "user", "content": "7 * 6?"}, answer]}
    found = body_record(HERE, format_name, request=request, response={"choices": [{"message": answer}]})

    assert isinstance(found, Record)
    assert found.request is not None
    assert len(found.request["messages"]) == messages


def test_numbers_alone_are_a_usage_record() -> None:
    found = build(kind="chat", metadata=CallMetadata(usage=Usage(input=1)))

    assert (found.kind, found.flags, found.request) == ("usage", ("no_text",), None)


def test_text_that_was_cut_needs_no_second_flag() -> None:
    assert build(kind="chat", metadata=CallMetadata(usage=Usage(input=1), flags={"truncated"})).flags == (
        "truncated",
    )


@pytest.mark.parametrize(("kind", "reason"), [("embeddings", "not_llm"), (None, "empty")])
def test_what_is_no_call(kind: Any, reason: str) -> None:
    found = body_record(HERE, "x", kind=kind)

    assert isinstance(found, Skipped)
    assert found.reason == reason


@pytest.mark.parametrize(
    "request_body", [{"prompt": ""}, {"messages": []}, {"input": "x"}, {"instructions": "x"}]
)
def test_an_empty_prompt_is_still_a_prompt(request_body: dict[str, Any]) -> None:
    assert build(request=request_body).kind != "usage"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"messages": []}, "chat"),
        ({"prompt": "x"}, "completions"),
        ({"prompt": {"id": "p"}, "input": "x"}, "responses"),
        ({"input": "x"}, "responses"),
        ({"model": "x"}, None),
    ],
)
def test_requests_tell_their_kind(body: dict[str, Any], kind: str | None) -> None:
    assert request_kind(body) == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"object": "text_completion", "choices": []}, "completions"),
        ({"object": "chat.completion"}, "chat"),
        ({"object": "response"}, "responses"),
        ({"choices": [{"text": "x"}]}, "completions"),
        ({"choices": [{"message": {}}]}, "chat"),
        ({"output": []}, "responses"),
        ({"object": [], "choices": [1]}, None),
        ({}, None),
    ],
)
def test_answers_tell_their_kind(body: dict[str, Any], kind: str | None) -> None:
    assert response_kind(body) == kind


@pytest.mark.parametrize(
    ("status", "response", "expected"),
    [
        (200, {"choices": [{}]}, None),
        (429, None, "HTTP 429"),
        ("500", {}, "HTTP 500"),
        (None, {"error": {"code": "rate_limit_exceeded", "message": "secret"}}, "rate_limit_exceeded"),
        (None, {"error": {"type": "server_error"}}, "server_error"),
        (None, {"error": "boom"}, "error"),
        (None, {"error": None, "output": []}, None),
        (None, {"error": {}, "choices": []}, None),
    ],
)
def test_failures_are_told_without_their_message(status: Any, response: Any, expected: str | None) -> None:
    assert failure(status, response) == expected


def test_arguments_are_kept_or_written_compactly() -> None:
    flags: set[str] = set()

    assert tool_call("c", "f", '{"a": 1}', flags)["function"]["arguments"] == '{"a": 1}'
    assert tool_call("c", "f", None, flags)["function"]["arguments"] == "{}"
    assert flags == set()
    assert tool_call("c", "f", {"a": "é"}, flags)["function"]["arguments"] == '{"a":"é"}'
    assert flags == {"reserialised"}


def test_a_value_that_cannot_be_written_is_empty_text() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    assert compact(deep) == ""


def test_flat_tools_are_nested_and_nested_ones_stay() -> None:
    nested = {"type": "function", "function": {"name": "f"}}

    assert nested_tool(nested) is nested
    assert nested_tool({"type": "function", "name": "f", "inputSchema": {}, "description": None}) == nested


@pytest.mark.parametrize(
    ("messages", "prompt"),
    [
        ("x", "x"),
        ([{"role": "user", "content": "x"}], "x"),
        ([{"content": "x"}, {"content": "y"}], ["x", "y"]),
        ([{"content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]}], "xy"),
        ([{"content": [1, 2]}], [1, 2]),
        ([], None),
        (None, None),
    ],
)
def test_prompts_are_taken_out_of_messages(messages: Any, prompt: Any) -> None:
    assert prompt_of(messages) == prompt


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        (["a", "", 5, "b"], ("a", "b")),
        ({"team": "AI", "n": 5, "deep": {}}, ("team:AI", "n:5")),
        ('["a"]', ("a",)),
        ("prod", ("prod",)),
        (None, ()),
    ],
)
def test_tags(value: Any, tags: tuple[str, ...]) -> None:
    assert tags_from(value) == tags


@pytest.mark.parametrize(
    ("provider", "model", "foreign"),
    [
        ("openai", "gpt-4o", False),
        ("azure", "my-prod", False),
        ("anthropic", "x", True),
        ("aws.bedrock", None, True),
        ("vertex_ai", "gemini-pro", True),
        (None, "us.anthropic.claude-sonnet-4-20250514-v1:0", True),
        (None, "meta-llama/Llama-3.1-8B-Instruct", True),
        (None, "openrouter/openai/gpt-4o", False),
        (None, "ft:gpt-4o-mini-2024-07-18:acme::x", False),
        (None, None, False),
    ],
)
def test_models_of_other_vendors(provider: str | None, model: str | None, foreign: bool) -> None:
    assert is_foreign(provider, model) is foreign


def test_an_answer_that_is_only_in_output_text_is_read() -> None:
    response = {"object": "response", "output": [], "output_text": "Hello, Ann!"}
    record = body_record(HERE, "x", kind="responses", request={"input": "Hi"}, response=response)

    assert isinstance(record, Record)
    assert record.response is not None
    assert record.response["output"][0]["content"] == [{"type": "output_text", "text": "Hello, Ann!"}]


@pytest.mark.parametrize("answers", [{"choices": []}, {"object": "response", "output": []}])
def test_an_answer_with_numbers_alone_keeps_its_model_id_and_time(answers: dict[str, Any]) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    body = {"id": "c1", "model": "gpt-4o-2024-08-06", "created": 1790000000, "usage": usage, **answers}
    record = body_record(HERE, "x", response=body)

    assert isinstance(record, Record)
    assert (record.kind, record.response) == ("usage", None)
    assert (record.served_model, record.id, record.timestamp) == ("gpt-4o-2024-08-06", "c1", 1790000000)
