"""Answers in every form that logs keep, as the body of a response."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, answered, items, record, used

from tokcount.logs.adapt import answer_of
from tokcount.logs.record import Kind, Record

BODY = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": "x"}}]}
DELTA = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "x"}}]}
ITEM = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "x"}]}


def text_in(response: dict[str, Any] | None) -> list[str]:
    """The texts of an answer, of whatever kind."""
    found = response or {}
    texts = [choice.get("text") or choice["message"]["content"] for choice in found.get("choices", ())]
    return texts + [part["text"] for item in found.get("output", ()) for part in item["content"]]


@pytest.mark.parametrize("kind", ["chat", "completions", "responses"])
@pytest.mark.parametrize(
    "value",
    [
        "x",
        ["x"],
        {"role": "assistant", "content": "x"},
        [{"role": "assistant", "content": "x"}],
        {"text": "x"},
        {"answer": "x", "latency": 0.4},
        {"response": "x", "done": True, "total_duration": 12},
        {"output": {"message": {"role": "assistant", "content": "x"}}},
        {"status": 200, "headers": {}, "body": '{"text": "x"}'},
        [{"generated_text": "x"}],
    ],
)
def test_a_plain_answer_becomes_a_body_of_its_kind(value: object, kind: Kind) -> None:
    assert text_in(answer_of(value, kind)) == ["x"]


@pytest.mark.parametrize("kind", ["chat", "completions", "responses"])
def test_several_plain_answers_are_several_choices(kind: Kind) -> None:
    assert text_in(answer_of(["x", "y"], kind)) == ["x", "y"]
    assert text_in(answer_of([{"text": "x"}, {"text": "y"}], "chat")) == ["x", "y"]


@pytest.mark.parametrize(
    "value",
    [
        BODY,
        [DELTA],
        DELTA,
        json.dumps(BODY),
        json.dumps([DELTA]),
        f"data: {json.dumps(DELTA)}\n\ndata: [DONE]\n\n",
        {"object": "response", "output": [ITEM]},
        json.dumps({"object": "response", "output": [ITEM]}),
        [ITEM],
        {"choices": ["x"]},
        {"choices": [{"content": "x"}]},
        {"message": {"content": "x"}, "model": "m"},
        [{"index": 0, "message": {"content": "x"}}],
        {"llm_output": {"usage": {}}, "generations": [[{"text": "x", "generation_info": {}}]]},
        {"lc": 1, "type": "constructor", "kwargs": {"content": "x"}},
        [f"data: {json.dumps(DELTA)}", "data: [DONE]"],
    ],
)
def test_a_body_its_text_and_its_chunks_are_the_body(value: object) -> None:
    assert text_in(answer_of(value, "chat")) == ["x"]


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Bob", "age": 5}',
        '["a", "b", "c"]',
        '{"content": "short", "other": "lost"}',
        '{"choices": [{"text": "x"}], "usage": {"prompt_tokens": 0}, "model": "gpt-6-luna"}',
        '{"choices": ["red", "green"]}',
        '{"output": "x"}',
        '{"output": []}',
        '{"object": "cup", "colour": "red"}',
        '{"error": {"code": "e1"}}',
        '{"status": 500, "body": "x"}',
        "event: a\ndata: {}\n\nis how a stream of server-sent events looks",
        "data: hello\n\ndata: world\n\n",
        "id: 5\nname: Bob",
        ": a smile",
        "[1, 2, 3]",
        "null",
        '{"a": ',
        " ",
    ],
)
@pytest.mark.parametrize("kind", ["chat", "completions"])
def test_a_structured_answer_logged_as_text_is_text(text: str, kind: Kind) -> None:
    """Also one that looks like a body or a stream."""
    assert text_in(answer_of(text, kind)) == [text]


def test_the_text_of_an_answer_claims_no_usage_and_no_model() -> None:
    """A body without `object` and `id` gives its answer alone."""
    claimed = {
        "choices": BODY["choices"],
        "usage": {"prompt_tokens": 0},
        "model": "m",
        "error": {"code": "e"},
    }
    found = record({"request": CHAT_REQUEST, "response": json.dumps(claimed)})

    assert (answered(found), found.usage, found.served_model) == (["x"], None, None)


def test_a_message_of_another_vendor_keeps_its_model_and_usage() -> None:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-3-opus",
        "content": [{"type": "text", "text": "x"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }
    found = record({"request": CHAT_REQUEST, "response": message})

    assert (found.flags, found.id, used(found).output) == (("non_openai",), "msg_1", 5)
    assert (found.response or {})["choices"][0]["message"].keys() == {"role", "content"}


def test_the_text_of_a_whole_body_keeps_its_usage() -> None:
    found = record({"request": CHAT_REQUEST, "response": json.dumps(CHAT_RESPONSE)})

    assert (used(found).input, found.served_model) == (24, "gpt-4o-mini-2024-07-18")


@pytest.mark.parametrize(
    "value",
    [
        {"name": "Bob", "age": 5, "city": "Paris"},
        42,
        {"data": {"items": ["a b"]}},
        [{"name": "Bob Miller"}],
        [[1, {"word": "two words"}]],
        'event: begin\ndata: {"type": "begin"}\n\nevent: piece\ndata: {"type": "piece"}\n\n',
    ],
)
def test_an_answer_of_no_known_form_is_not_known_and_flagged(value: object) -> None:
    found = record({"request": CHAT_REQUEST, "response": value})

    assert (found.response, found.flags) == (None, ("unread_answer",))


def test_numbers_around_a_missing_answer_are_no_answer() -> None:
    """A body whose text was removed still says what was billed."""
    found = record({"request": CHAT_REQUEST, "response": {"id": "a", "usage": {"prompt_tokens": 24}}})

    assert (found.response, found.flags, used(found).input) == (None, (), 24)


def test_a_body_without_choices_has_no_answer_of_0_tokens() -> None:
    assert record({"request": CHAT_REQUEST, "response": {**CHAT_RESPONSE, "choices": []}}).response is None


def test_the_answer_keeps_what_else_may_belong_to_it() -> None:
    """So that it is seen as not read; names and numbers next to it are not text."""
    value = {"answer": "42", "explanation": "six times seven", "id": "a1", "score": 0.9, "label": "math"}
    found = answer_of(value, "chat") or {}

    assert found["choices"][0]["message"] == {
        "role": "assistant",
        "content": "42",
        "explanation": "six times seven",
    }
    assert found["id"] == "a1"


@pytest.mark.parametrize("value", [None, True, [], [1, None], ""])
def test_what_holds_no_answer_is_none(value: object) -> None:
    assert answer_of(value, "chat") is None


@pytest.mark.parametrize("asked", ["request", "req", "input", "body", "kwargs", "llm_request", "payload"])
@pytest.mark.parametrize("answer", ["completion", "result", "output", "answer", "reply", "generated_text"])
def test_a_request_finds_its_answer_under_any_name(asked: str, answer: str) -> None:
    found = record({asked: CHAT_REQUEST, answer: "Paris."})

    assert (found.format, answered(found)) == ("openai.chat.pair", ["Paris."])


def test_an_answer_that_can_be_read_wins_over_an_object_without_one() -> None:
    """HTTP metadata under `response`, the text next to it."""
    found = record({"request": CHAT_REQUEST, "response": {"status": 200, "size": 10}, "completion": "Paris."})

    assert answered(found) == ["Paris."]


@given(
    st.recursive(
        st.none() | st.text(max_size=8) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["choices", "output", "message", "content", "text", "type", "role", "body", "error", "a"]
                ),
                inner,
                max_size=3,
            )
        ),
        max_leaves=8,
    )
)
def test_any_answer_is_read_or_flagged(value: Any) -> None:
    """Law: what a log holds under an answer never raises."""
    (found,) = items({"request": CHAT_REQUEST, "response": value})

    assert isinstance(found, Record) or found.reason == "error"


def test_a_predicted_output_is_a_parameter_and_not_the_answer() -> None:
    found = record({**CHAT_REQUEST, "prediction": {"type": "content", "content": "What may come back."}})

    assert found.response is None
