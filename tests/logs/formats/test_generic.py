"""Prompts without an API around them: which field is the prompt, and when none is."""

import json
from typing import Any

import pytest
from support.reading import answered, asked, items, reasons, record, row, used

from tokcount.logs.accounting.unread import unread_request
from tokcount.logs.record import Record

SYSTEM = {"role": "system", "content": "Be brief."}
USER = {"role": "user", "content": "Why?"}
PAIR = [SYSTEM, USER]


@pytest.mark.parametrize(
    "value",
    [
        {"prompt": PAIR},
        {"prompt": PAIR, "model": "gpt-4o"},
        {"prompt": json.dumps(PAIR), "model": "gpt-4o"},
        {"prompt": {"messages": PAIR}},
        {"prompt": {"system": "Be brief.", "user": "Why?"}},
        {"question": PAIR},
        {"input": PAIR, "output": "Because."},
        {"input": json.dumps(PAIR), "answer": "Because."},
        {"messages": json.dumps(PAIR)},
        {"messages": json.dumps(PAIR), "model": "gpt-4o"},
        {"request": {"messages": json.dumps(PAIR)}},
        {"system": "Be brief.", "messages": [USER]},
        {"system_prompt": "Be brief.", "prompt": "Why?", "model": "gpt-4o"},
        {"instructions": "Be brief.", "question": "Why?"},
        {"system": "Be brief.", "user": "Why?", "assistant": "Because."},
        row(System_Prompt="Be brief.", User_Prompt="Why?", assistant_response="Because."),
        row(prompt=json.dumps(PAIR), model="gpt-4o"),
        row(messages=json.dumps([USER]), system="Be brief."),
    ],
)
def test_messages_under_any_name_are_a_chat(value: dict[str, Any]) -> None:
    found = record(value)

    assert found.kind == "chat"
    assert asked(found)["messages"] == PAIR


def test_a_system_prompt_that_the_messages_hold_already_is_there_once() -> None:
    assert asked(record({"system": "Be brief.", "messages": PAIR}))["messages"] == PAIR


def test_a_system_prompt_next_to_input_is_the_instructions() -> None:
    found = record({"model": "gpt-4o", "input": "Why?", "system": "Be brief."})

    assert (found.kind, asked(found)["instructions"]) == ("responses", "Be brief.")


@pytest.mark.parametrize("prompt", ["[1, 2]", '["a"]', '{"role": "x"}', '[{"role": "user"}]', "[{", "{}"])
def test_json_without_messages_stays_a_prompt(prompt: str) -> None:
    found = record({"prompt": prompt, "model": "davinci-002"})

    assert (found.kind, asked(found)["prompt"]) == ("completions", prompt)


def test_an_answer_that_the_messages_end_with_is_no_request() -> None:
    """As evaluations log their samples: `input` repeats a part of the messages."""
    answer = {"role": "assistant", "content": "Because."}
    sample = {
        "input": "Why?",
        "store": {},
        "messages": [*PAIR, answer],
        "output": {"choices": [{"message": answer}]},
    }
    found = record(sample)

    assert (asked(found)["messages"], answered(found)) == (PAIR, ["Because."])


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"prompt": "Why?"}, None),
        ({"question": "Why?", "answer": "Because."}, "question"),
        ({"text": "Why?"}, "text"),
        ({"input": "Why?", "target": "x"}, "input"),
        (row(Content="Why?"), "content"),
    ],
)
def test_a_guessed_prompt_names_its_field(value: dict[str, Any], field: str | None) -> None:
    assert record(value).field == field


VETOED = [
    {"ts": 1, "type": "say", "say": "text", "text": "Hi"},
    {"text": "2026 | INFO | started", "record": {"level": {"name": "INFO"}}},
    {"level": "info", "content": "GET /v1"},
    {"event_type": "click", "text": "Send"},
    {"type": "topup", "content": "Top-up of $10"},
    {"quota": 71, "content": "billing note", "prompt_tokens": 0},
    {"rating": "thumbs_down", "content": "too long"},
    {"input": "Why?", "target": "x", "scores": {"match": "C"}},
    {"content": "Because.", "usageMetadata": {"promptTokenCount": 9}},
    {"content": "Because.", "thoughts": ["Hm."]},
    {"text": "Hi", "embedding": [0.1, 0.2]},
    {"prompt": "a cat", "model_name": "dall-e-3"},
    {"input": "Hi", "type": "embedding"},
    {"role": "admin", "content": "Why?"},
    {"author": "alice", "text": "Why?"},
    {"is_user": False, "content": "Because."},
    {"type": "message", "user": "U1", "text": "Why?"},
    {"query": "{ user { id } }", "operationName": "x"},
    {"prompt": "a cat", "size": "1024x1024"},
    {"input": "Why?", "model": "gpt-4o-mini-tts", "voice": "alloy"} | {"model": "tts-1"},
    {"query": "Why?", "documents": ["a"], "model": "rerank-english"},
    row(content="Top-up", amount="10", currency="USD"),
    row(input="Hi", model="text-embedding-3-small"),
]


@pytest.mark.parametrize("value", VETOED)
def test_a_row_whose_other_fields_contradict_is_no_prompt(value: dict[str, Any]) -> None:
    ((reason, _),) = reasons(value)

    assert reason == "not_llm"


@pytest.mark.parametrize(
    "value",
    [
        {"level": "info", "prompt": "Why?"},
        {"event": "llm_call", "input": "Why?", "output": "Because."},
        {"level": "info", "text": ""} | {"question": "Why?"},
        {"text": "Why?", "quota": None, "embedding": []},
    ],
)
def test_a_prompt_or_an_answer_is_believed(value: dict[str, Any]) -> None:
    assert isinstance(items(value)[0], Record)


def test_a_row_of_an_account_with_token_numbers_is_usage() -> None:
    found = record(
        row(content="ratio 1.25", quota="71", model_name="gpt-4o", prompt_tokens="24", completion_tokens="2")
    )

    assert (found.kind, found.model, used(found).input, found.flags) == ("usage", "gpt-4o", 24, ("no_text",))


@pytest.mark.parametrize("extra", [{"error": "timeout"}, {"status": 500}, {"error": {"note": "e"}}])
def test_a_prompt_whose_call_failed_is_skipped(extra: dict[str, Any]) -> None:
    assert reasons({"prompt": "Why?", **extra}) == [("error", "generic.prompt")]
    assert record({"prompt": "Why?", "answer": "Because.", "error": None}).kind == "text"
    assert record(row(prompt="Why?", error="None", status="200")).kind == "text"


def test_usage_of_another_vendor_next_to_a_prompt_makes_it_an_estimate() -> None:
    usage = {"usageMetadata": {"promptTokenCount": 9}}

    assert record({"prompt": "Why?", **usage}).flags == ("non_openai",)
    assert record({"prompt": "Why?", "model_name": "gpt-4o", **usage}).flags == ()


def test_usage_next_to_an_empty_prompt_is_usage_without_text() -> None:
    found = record({"question": "", "prompt_tokens": 5, "answer": "Because."})

    assert (found.request, answered(found), used(found).input) == (None, ["Because."], 5)


@pytest.mark.parametrize(
    "value",
    [
        {"request": "Why?", "response": "Because."},
        {"inputs": "Why?", "outputs": "Because."},
        {"userPrompt": "Why?", "assistantResponse": "Because."},
        row(userPrompt="Why?", assistantResponse="Because."),
        row(request="Why?", response="Because."),
        {
            "inputs": {"messages": [USER]},
            "outputs": {"messages": [USER, {"role": "assistant", "content": "Because."}]},
        },
        {"prompt": [{"type": "human", "content": "Why?"}], "answer": "Because."},
        {"prompt": [{"type": "text", "text": "Why?"}], "model": "gpt-4o", "answer": "Because."},
    ],
)
def test_a_question_and_its_answer_under_any_pair_of_names(value: dict[str, Any]) -> None:
    found = record(value)
    request = asked(found)
    prompt = request.get("prompt") or request["messages"][0]["content"]

    assert prompt in ("Why?", [{"type": "text", "text": "Why?"}])
    assert answered(found) == ["Because."]


@pytest.mark.parametrize(
    "history", [[["a", "b"]], [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]]
)
def test_the_history_before_a_prompt_is_part_of_the_chat(history: Any) -> None:
    found = record({"model": "gpt-4o", "prompt": "Why?", "history": history, "system": "Be brief."})

    assert [message["content"] for message in asked(found)["messages"]] == ["Be brief.", "a", "b", "Why?"]


def test_the_line_of_an_http_log_is_no_prompt() -> None:
    line = {"request": "GET /v1/models HTTP/1.1", "response": "200", "status": 200}

    assert reasons(line) == [("unrecognised", "unrecognised")]


def test_text_in_other_fields_of_prompts_is_kept_to_be_seen_as_not_read() -> None:
    found = record({"question": "Why?", "context": "A long paragraph.", "id": "q1"})

    assert asked(found) == {"prompt": "Why?", "context": "A long paragraph."}


@pytest.mark.parametrize(
    "name", ["contexts", "retrieved_chunks", "documents", "passages", "tools", "few_shot"]
)
def test_material_next_to_a_question_is_kept_to_be_seen_as_not_read(name: str) -> None:
    value = {"question": "Why?", name: [{"text": "It rained all day."}], "answer": "Rain.", "model": "gpt-4o"}

    assert unread_request("text", record(value).request or {}) == (name,)
